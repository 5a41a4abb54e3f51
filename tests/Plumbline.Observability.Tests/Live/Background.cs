using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Plumbline.Observability.Tests.Live;

/// <summary>A program that runs beside the tests in a directory of its own, until disposed.</summary>
internal sealed class Background : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private Background(string program, IEnumerable<string> arguments, string directory)
    {
        Directory = directory;
        _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = directory })!;
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Directory { get; }

    public string Output => string.Join('\n', _output);

    public bool HasEnded => _process.HasExited;

    public static string NewDirectory() => System.IO.Directory.CreateTempSubdirectory("plumbline-observe-").FullName;

    /// <summary>Nobody listened there a moment ago.</summary>
    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>Returns when the program answers on <paramref name="ready"/>.</summary>
    public static async Task<Background> StartAsync(string program, IEnumerable<string> arguments, string directory, Uri ready, HttpClient http, CancellationToken cancellation)
    {
        var started = new Background(program, arguments, directory);
        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    Assert.That(started.HasEnded, Is.False, () => started.Output);
                    return (await http.GetAsync(ready, cancellation)).IsSuccessStatusCode;
                },
                () => $"{program} to answer on {ready}:\n{started.Output}", TimeSpan.FromSeconds(60), cancellation);
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
