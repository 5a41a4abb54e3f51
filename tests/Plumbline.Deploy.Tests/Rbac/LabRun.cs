using Plumbline.Testing;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Plumbline.Lab.Api.Http;
using Plumbline.Lab.Launch;

namespace Plumbline.Deploy.Tests.Rbac;

/// <summary>The lab as users start it, in a process of its own, told what to do by its own commands.</summary>
internal sealed partial class LabRun : IAsyncDisposable
{
    private readonly string _state = Path.Combine(Path.GetTempPath(), $"plumbline-rbac-{Guid.NewGuid():N}"[..26]);
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    public LabRun()
    {
        var command = Command("--state", _state, "--api-port", "0", "--metrics-port", "0");
        _process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Its requests so far, of all who asked.</summary>
    public async Task<IReadOnlyList<ApiRequestRecord>> RequestsAsync() =>
    [
        .. (await File.ReadAllLinesAsync(Path.Combine(_state, "requests.jsonl"))).Select(l => JsonNode.Parse(l)!).Select(r => new ApiRequestRecord(
            (string)r["verb"]!, (string)r["group"]!, (string)r["resource"]!, (string)r["subresource"]!, (string)r["namespace"]!, (string)r["name"]!, (string)r["user"]!, (bool)r["apply"]!)),
    ];

    public async Task DoAsync(params string[] arguments)
    {
        var run = await AskAsync(arguments);
        Assert.That(run.ExitCode, Is.Zero, run.Output + run.Error);
    }

    /// <summary>Waits until every row is judged and as many have drifted as wanted.</summary>
    public Task UntilJudgedAsync(bool drifted, string what) => Eventually.TrueAsync(
        async () =>
        {
            Assert.That(_process.HasExited, Is.False, () => $"the lab ended: {_output.Result}{_errors.Result}");
            var maps = MapLine().Matches((await AskAsync("status")).Output);
            return maps.Count == 5 && maps.Sum(m => Number(m, "unknown")) == 0 && maps.Sum(m => Number(m, "verified")) > 0 && maps.Sum(m => Number(m, "drifted")) > 0 == drifted;
        },
        () => what, within: TimeSpan.FromSeconds(120), look: TimeSpan.FromSeconds(1));

    /// <summary>As Ctrl-C would, so that it takes its namespaces down itself.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await Tool.RunAsync([Tool.PathOf("sh"), "-c", string.Create(CultureInfo.InvariantCulture, $"kill -TERM {_process.Id}")], null, CancellationToken.None);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        await Task.WhenAll(_output, _errors);
        _process.Dispose();
    }

    private Task<ToolRun> AskAsync(params string[] arguments) => Tool.RunAsync(Command([.. arguments, "--state", _state]), null, CancellationToken.None);

    private static string[] Command(params string[] arguments) => [Tool.PathOf("dotnet"), Path.Combine(AppContext.BaseDirectory, "Plumbline.Lab.dll"), .. arguments];

    private static int Number(Match line, string word) => int.Parse(Regex.Match(line.Value, $"([0-9]+) {word}").Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("^[a-z-]+: [0-9]+ documented, .*$", RegexOptions.Multiline)]
    private static partial Regex MapLine();
}
