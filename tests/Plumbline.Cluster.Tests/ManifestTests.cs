using System.Text.RegularExpressions;
using Plumbline.Testing;

namespace Plumbline.Cluster.Tests;

/// <summary>The manifests as kustomize renders them, without a cluster. What the chart and RBAC have to say is tested in Plumbline.Deploy.Tests.</summary>
public sealed partial class ManifestTests
{
    [TestCase("cert-manager", "--link-cert=/etc/plumbline/link/tls.crt")]
    [TestCase("prometheus-operator", "kind: PodMonitor")]
    [TestCase("unpinned-namespaces", "--proc-dir=/host/proc")]
    public async Task Component_OnTheBase_ChangesIt(string component, string brings)
    {
        var @base = await RenderAsync(Repository.PathOf("deploy", "base"));
        // kustomize takes relative paths only, and reads files only below the directory that it is given.
        var directory = Directory.CreateDirectory(Repository.PathOf("artifacts", $"kustomize-{component}"));
        try
        {
            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "kustomization.yaml"), $"resources: [../../deploy/base]\ncomponents: [../../deploy/components/{component}]\n");

            var changed = await RenderAsync(directory.FullName);

            Assert.That(@base, Does.Not.Contain(brings));
            Assert.That(changed, Does.Contain(brings));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Test]
    public async Task ExampleOverlay_AsItIs_NamesOneImageForAllPods()
    {
        var rendered = await RenderAsync(Repository.PathOf("deploy", "overlays", "example"));

        Assert.That(ImageLine().Matches(rendered).Select(match => match.Groups[1].Value), Is.EqualTo(Enumerable.Repeat("registry.example.com/platform/plumbline:0.1.0", 2)));
    }

    [Test]
    public async Task Base_Image_IsTheVersionThatIsBuilt()
    {
        var version = VersionElement().Match(await File.ReadAllTextAsync(Repository.PathOf("Directory.Build.props"))).Groups[1].Value;
        var rendered = await RenderAsync(Repository.PathOf("deploy", "base"));

        Assert.That(ImageLine().Matches(rendered).Select(match => match.Groups[1].Value), Is.EqualTo(Enumerable.Repeat($"localhost/plumbline:{version}", 2)));
    }

    [Test]
    public async Task Dockerfile_UserAndEntryPoint_AreThoseOfTheArchive()
    {
        var dockerfile = await File.ReadAllLinesAsync(Repository.PathOf("Dockerfile"));
        var archive = await File.ReadAllTextAsync(Repository.PathOf("eng", "image", "archive.py"));
        var project = await File.ReadAllTextAsync(Repository.PathOf("src", "Plumbline", "Plumbline.csproj"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(dockerfile, Does.Contain("USER 65532:65532").And.Contain("""ENTRYPOINT ["/plumbline"]""").And.Contain("ENV DOTNET_EnableDiagnostics=0 DOTNET_GCgen0size=0x400000"));
            Assert.That(archive, Does.Contain("\"User\": \"65532:65532\"").And.Contain("\"Entrypoint\": [\"/plumbline\"]").And.Contain("\"DOTNET_EnableDiagnostics=0\", \"DOTNET_GCgen0size=0x400000\""));
            Assert.That(project, Does.Contain("<ContainerUser>65532:65532</ContainerUser>").And.Contain("\"DOTNET_GCgen0size\" Value=\"0x400000\""));
        }
    }

    private static async Task<string> RenderAsync(string directory)
    {
        var assets = Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS");
        var kubectl = assets is null ? "kubectl" : Path.Combine(assets, "kubectl");
        if (assets is null && !(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, "kubectl"))))
            Assert.Ignore("kubectl, which has kustomize built in, is not installed");
        var result = await Command.RunAsync(null, TimeSpan.FromMinutes(1), kubectl, "kustomize", directory);
        Assert.That(result.ExitCode, Is.Zero, result.Errors);
        return result.Output;
    }

    [GeneratedRegex(@"^\s+image: (.+)$", RegexOptions.Multiline)]
    private static partial Regex ImageLine();

    [GeneratedRegex("<Version>(.+)</Version>")]
    private static partial Regex VersionElement();
}
