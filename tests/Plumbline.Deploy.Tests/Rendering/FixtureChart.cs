using System.Text.Json.Nodes;
using Plumbline.Lab.Launch;

namespace Plumbline.Deploy.Tests.Rendering;

/// <summary>A chart of a few lines, for tests of the renderer itself.</summary>
internal sealed class FixtureChart : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("plumbline-chart-").FullName;

    public FixtureChart(string values = "", string template = "")
    {
        Add("Chart.yaml", "apiVersion: v2\nname: fixture\nversion: 1.2.3\nappVersion: 4.5.6\n");
        Add("values.yaml", values);
        Add("templates/object.yaml", template);
    }

    public FixtureChart Add(string name, string content)
    {
        var path = Path.Combine(_directory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return this;
    }

    public string PathOf(string name) => Path.Combine(_directory, name);

    public Task<ToolRun> RunAsync(params IEnumerable<string> arguments) => Renderer.RunAsync(["release", _directory, .. arguments]);

    public async Task<string> TextAsync(params IEnumerable<string> arguments)
    {
        var run = await RunAsync(arguments);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        return run.Output;
    }

    public async Task<IReadOnlyList<JsonObject>> ObjectsAsync(params IEnumerable<string> arguments) => Yaml.Documents(await TextAsync(arguments));

    /// <summary>The error's text.</summary>
    public async Task<string> FailAsync(params IEnumerable<string> arguments)
    {
        var run = await RunAsync(arguments);
        Assert.That(run.ExitCode, Is.EqualTo(1), run.Output);
        return run.Error;
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
