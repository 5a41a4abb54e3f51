using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Plumbline.Agent.Tests.Fixtures;

/// <summary>The agent as a process of its own, by its command line, with the capabilities that the test leaves it.</summary>
internal sealed class AgentProcess : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _output = new();
    private readonly HttpClient _http = new();
    private readonly RunningAgent _files;
    private readonly Process _process;
    private readonly int _port = FreePort();

    /// <param name="capabilities">As setpriv names them, such as <c>+sys_admin</c>; null leaves all that the test has.</param>
    public AgentProcess(FakeOperator server, string? capabilities, IEnumerable<string>? flags = null, IEnumerable<(string Name, string Value)>? environment = null)
    {
        _files = new RunningAgent(server);
        var dropped = capabilities is null ? "" : $"-all{(capabilities.Length > 0 ? "," + capabilities : "")}";
        string[] privileges = capabilities is null ? [] : ["--no-new-privs", "--bounding-set", dropped, "--inh-caps", dropped, "--ambient-caps", dropped];
        var start = new ProcessStartInfo("setpriv")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])
            [
                .. privileges, "dotnet", Path.Combine(AppContext.BaseDirectory, "Plumbline.dll"), "agent", "--operator", server.Uri.ToString(), "--token-file", _files.TokenFile,
                "--ca-file", _files.CaFile, "--node-name", "node-a", "--metrics-listen", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}"), .. flags ?? [],
            ])
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? [])
            start.Environment[name] = value;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output => string.Join('\n', _output);

    /// <summary>Waits until the agent answers.</summary>
    public async Task<(HttpStatusCode Status, string Text)> GetAsync(string path)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (true)
        {
            try
            {
                using var answer = await _http.GetAsync(new Uri($"http://127.0.0.1:{_port}{path}"), deadline.Token);
                return (answer.StatusCode, await answer.Content.ReadAsStringAsync(deadline.Token));
            }
            catch (HttpRequestException) when (!_process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);
            }
        }
    }

    /// <summary>The effective capabilities of the running process, as the kernel says.</summary>
    public async Task<ulong> CapabilitiesAsync()
    {
        await GetAsync("/healthz");
        var line = File.ReadLines($"/proc/{_process.Id}/status").Single(line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        return ulong.Parse(line["CapEff:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _http.Dispose();
        await _files.DisposeAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
