using Plumbline.Benchmarks.Processes;
using Plumbline.Testing;

namespace Plumbline.Benchmarks.Setup;

/// <summary>Builds what is measured against, and the agent as it is shipped.</summary>
internal static class Builds
{
    private static readonly string[] References = ["prober", "target", "delay"];

    public static async Task ReferencesAsync(string directory, CancellationToken cancellation)
    {
        foreach (var name in References)
        {
            var source = Repository.PathOf("tests", "Plumbline.Benchmarks", "Reference", $"{name}.c");
            await Commands.RunAsync(Commands.Find("gcc") ?? throw new BenchmarkException("gcc is missing"), ["-O2", "-o", Path.Combine(directory, name), source], cancellation);
        }
    }

    /// <summary>Self-contained, trimmed, ready to run, one file.</summary>
    /// <returns>The program.</returns>
    public static async Task<string> AgentAsync(string directory, CancellationToken cancellation)
    {
        Console.Error.WriteLine("publishing the agent (a minute or two)");
        var output = Path.Combine(directory, "agent");
        string[] shape = ["-p:PublishTrimmed=true", "-p:PublishReadyToRun=true", "-p:PublishSingleFile=true", "--self-contained", "-r", System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier];

        // Its intermediate files go along, or the next ordinary build would find its own replaced.
        await Commands.RunAsync(
            "dotnet", ["publish", Repository.PathOf("src", "Plumbline"), "-c", "Release", "-nologo", "-v", "quiet", .. shape, "-o", output, "--artifacts-path", Path.Combine(directory, "artifacts")], cancellation);
        Directory.Delete(Path.Combine(directory, "artifacts"), recursive: true);
        return Directory.GetFiles(output).Single(file => Path.GetFileName(file).Equals("plumbline", StringComparison.OrdinalIgnoreCase));
    }
}
