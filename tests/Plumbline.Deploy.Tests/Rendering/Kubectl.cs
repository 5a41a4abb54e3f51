using System.Globalization;
using System.Text.Json.Nodes;
using Plumbline.Lab.Launch;
using Plumbline.Testing;

namespace Plumbline.Deploy.Tests.Rendering;

/// <summary>kubectl, from <c>KUBEBUILDER_ASSETS</c> or the path; tests are skipped where there is none.</summary>
internal static class Kubectl
{
    /// <summary>The first with a kustomize that knows <c>labels</c> with <c>includeTemplates</c>.</summary>
    private const int KustomizeSince = 27;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>The base, each overlay, and the base with each component, as folders below <c>deploy</c>.</summary>
    public static IEnumerable<string> Kustomizations =>
    [
        "base",
        .. new[] { "overlays", "components" }.SelectMany(kind => Directory.GetDirectories(Repository.PathOf("deploy", kind)).Order(StringComparer.Ordinal).Select(d => $"{kind}/{Path.GetFileName(d)}")),
    ];

    /// <param name="folder">One of <see cref="Kustomizations"/>.</param>
    public static async Task<Manifests> KustomizeAsync(string folder)
    {
        if (!folder.StartsWith("components/", StringComparison.Ordinal))
        {
            return await RenderAsync(Repository.PathOf("deploy", folder));
        }

        // A component is nothing by itself: as an overlay that has it.
        var overlay = Directory.CreateTempSubdirectory("plumbline-overlay-").FullName;
        try
        {
            string Relative(string path) => Path.GetRelativePath(overlay, Repository.PathOf("deploy", path));
            await File.WriteAllTextAsync(Path.Combine(overlay, "kustomization.yaml"), $"resources: [{Relative("base")}]\ncomponents: [{Relative(folder)}]\n");
            return await RenderAsync(overlay);
        }
        finally
        {
            Directory.Delete(overlay, recursive: true);
        }
    }

    private static async Task<Manifests> RenderAsync(string directory)
    {
        var version = await RunAsync(["version", "--client", "--output=json"]);
        if (JsonNode.Parse(version.Output)!["clientVersion"]!["minor"] is { } minor && int.Parse(((string)minor!).TrimEnd('+'), CultureInfo.InvariantCulture) < KustomizeSince)
        {
            Assert.Ignore($"kubectl 1.{minor} is too old for the kustomization: it takes 1.{KustomizeSince} or later");
        }

        var run = await RunAsync(["kustomize", directory]);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        return Manifests.Parse(run.Output);
    }

    public static async Task<ToolRun> RunAsync(IEnumerable<string> arguments, string? input = null)
    {
        var assets = Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS");
        var kubectl = File.Exists(Path.Combine(assets ?? "", "kubectl")) ? Path.Combine(assets!, "kubectl") : Tool.Find("kubectl");
        if (kubectl is null)
        {
            Assert.Ignore("kubectl is not installed (Debian: apt-get install kubernetes-client)");
        }

        using var limit = new CancellationTokenSource(Limit);
        return await Tool.RunAsync([kubectl!, .. arguments], input, limit.Token);
    }
}
