using Plumbline.Lab.Launch;
using Plumbline.Testing;

namespace Plumbline.Deploy.Tests.Rendering;

/// <summary><c>eng/render.sh</c>, built once a test run. Tests are skipped where it cannot be built for want of Go.</summary>
internal static class Renderer
{
    private const int MissingPackages = 3;
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RunLimit = TimeSpan.FromSeconds(30);
    private static readonly Lazy<Task<ToolRun>> Build = new(BuildAsync);

    public static string Chart { get; } = Repository.PathOf("charts", "plumbline");

    /// <summary>Renders our chart as release <c>plumbline</c> in <c>plumbline-system</c>, and wants it to succeed.</summary>
    public static async Task<Manifests> ChartAsync(params IEnumerable<string> arguments) => Manifests.Parse(await TextAsync(arguments));

    public static async Task<string> TextAsync(params IEnumerable<string> arguments)
    {
        var run = await RunAsync(["plumbline", Chart, "-n", "plumbline-system", .. arguments]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        return run.Output;
    }

    public static async Task<ToolRun> RunAsync(params IEnumerable<string> arguments)
    {
        var build = await Build.Value;
        if (build.ExitCode == MissingPackages)
        {
            Assert.Ignore(build.Error);
        }

        Assert.That(build.ExitCode, Is.Zero, build.Error);
        using var limit = new CancellationTokenSource(RunLimit);
        return await Tool.RunAsync([build.Output.Trim(), .. arguments], null, limit.Token);
    }

    private static async Task<ToolRun> BuildAsync()
    {
        using var limit = new CancellationTokenSource(BuildLimit);
        return await Tool.RunAsync([Repository.PathOf("eng", "render.sh"), "build"], null, limit.Token);
    }
}
