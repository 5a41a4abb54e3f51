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

    /// <summary>The base and each overlay, as folders below <c>deploy</c>.</summary>
    public static IEnumerable<string> Kustomizations => Directory.GetFiles(Repository.PathOf("deploy"), "kustomization.yaml", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Repository.PathOf("deploy"), Path.GetDirectoryName(f)!))
        .Order(StringComparer.Ordinal);

    /// <summary>The kustomize base, or an overlay.</summary>
    public static async Task<Manifests> KustomizeAsync(params string[] directory)
    {
        var version = await RunAsync(["version", "--client", "--output=json"]);
        if (JsonNode.Parse(version.Output)!["clientVersion"]!["minor"] is { } minor && int.Parse(((string)minor!).TrimEnd('+'), CultureInfo.InvariantCulture) < KustomizeSince)
        {
            Assert.Ignore($"kubectl 1.{minor} is too old for the kustomization: it takes 1.{KustomizeSince} or later");
        }

        var run = await RunAsync(["kustomize", Repository.PathOf(directory)]);
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
