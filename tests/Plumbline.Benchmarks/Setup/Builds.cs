using System.Runtime.InteropServices;
using System.Xml.Linq;
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

    /// <summary>The executable that is shipped, by the script that ships it.</summary>
    /// <returns>The program.</returns>
    public static async Task<string> AgentAsync(string directory, CancellationToken cancellation)
    {
        await Console.Error.WriteLineAsync("publishing the agent (a minute or two)");
        var (output, artifacts) = (Path.Combine(directory, "agent"), Path.Combine(directory, "artifacts"));

        // Intermediate files of a publication go elsewhere: the next ordinary build would find its own replaced.
        await Commands.RunAsync(
            "env", ["UseArtifactsOutput=true", $"ArtifactsPath={artifacts}", "bash", Repository.PathOf("eng", "publish.sh"), RuntimeInformation.RuntimeIdentifier, output], cancellation);
        Directory.Delete(artifacts, recursive: true);
        return Path.Combine(output, "plumbline");
    }

    /// <summary>The environment that the image gives the agent.</summary>
    public static Dictionary<string, string> AgentEnvironment() => XDocument.Load(Repository.PathOf("src", "Plumbline", "Plumbline.csproj"))
        .Descendants("ContainerEnvironmentVariable")
        .ToDictionary(variable => variable.Attribute("Include")!.Value, variable => variable.Attribute("Value")!.Value);
}
