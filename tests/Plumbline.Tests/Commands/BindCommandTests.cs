using System.CommandLine;
using Plumbline.Commands;

namespace Plumbline.Tests.Commands;

public sealed class BindCommandTests
{
    private const string Page = "| Source | Destination | Protocol | Port |\n|-|-|-|-|\n| Internet | Shop | HTTPS | 443 |\n| Shop | orders.data.svc.cluster.local | TCP | 5432 |\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("plumbline-bind-").FullName;

    [OneTimeTearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Binding_ByHand_PrintsTheComponent()
    {
        var (status, output, _) = await RunAsync("api=deploy/shop/api", "--namespace", "papers");

        Assert.That(status, Is.EqualTo(0));
        Assert.That(output, Does.Contain("  name: api\n  namespace: papers\n").And.EndWith("spec:\n  names: [api]\n  workload:\n    kind: Deployment\n    namespace: shop\n    name: api\n"));
    }

    [Test]
    public async Task Binding_ByHandIntoAFile_BindsTheComponentThatClaimsTheName()
    {
        var file = Write("hand/components.yaml", "# mine\n---\napiVersion: plumbline.dev/v1alpha1\nkind: Component\nmetadata: {name: shop-front, namespace: docs}\nspec: {names: [Shop, Web shop]}\n");
        var (status, output, _) = await RunAsync("web shop=sts/shop/front", "--write", file);

        Assert.That((status, output), Is.EqualTo((0, "")));
        Assert.That(await File.ReadAllTextAsync(file), Does.StartWith("# mine\n---\n# bound by hand\n").And.Contain("  name: shop-front\n").And.Contain("  names: [Shop, Web shop]\n  workload:\n    kind: StatefulSet\n"));
    }

    [Test]
    public async Task Document_WithoutACluster_BindsWhatNamesSayAndLeavesTheRestOpen()
    {
        var page = Write("alone/page.md", Page);
        var file = Path.Combine(_folder, "alone", "components.yaml");
        var (status, output, error) = await RunAsync(page, "--no-cluster", "--write", file, "--fail-on", "open");
        var (_, _, again) = await RunAsync(page, "--no-cluster", "--write", file);

        Assert.That(status, Is.EqualTo(BindCommand.FoundOpen));
        Assert.That(output, Does.Contain("Internet = outside\n").And.Contain("Shop is open: nothing in the cluster is called so").And.Contain("orders.data.svc.cluster.local = service/data/orders\n"));
        Assert.That(error, Is.EqualTo("3 names: 2 bound, 0 to choose, 1 without a proposal\n"));
        Assert.That(again, Is.EqualTo("1 name: 0 bound, 0 to choose, 1 without a proposal\n"), "what is bound is not asked for again");
        Assert.That(await File.ReadAllTextAsync(file), Does.Contain("# external: {hosts: [HOST]}\n"));
    }

    [Test]
    public async Task Manifests_OfAnImport_HaveTheSameNames()
    {
        var page = Write("manifests/page.md", Page);
        var yaml = new StringWriter();
        ImportCommand.Create().Parse([page]).Invoke(new InvocationConfiguration { Output = yaml, Error = TextWriter.Null });
        var (_, output, _) = await RunAsync(Write("manifests/maps.yaml", yaml.ToString()), "--no-cluster");

        // the scaffolds have bound what says itself where it is
        Assert.That(output, Does.StartWith("Shop is open: "));
    }

    [Test]
    public async Task Cluster_ThatCannotBeReached_IsAnErrorThatSaysWhatToDo()
    {
        var (status, _, error) = await RunAsync(Write("lost/page.md", Page), "--kubeconfig", Path.Combine(_folder, "nowhere"));

        Assert.That(status, Is.EqualTo(1));
        Assert.That(error, Does.StartWith("error: ").And.Contain("nowhere").And.Contain("--no-cluster"));
    }

    [Test]
    public async Task Document_ThatCannotBeRead_IsSaidAndExitsWithOne()
    {
        var (status, _, error) = await RunAsync(Path.Combine(_folder, "missing.md"), "--no-cluster");

        Assert.That(status, Is.EqualTo(1));
        Assert.That(error, Does.Contain("missing.md:1: error: file-unreadable: "));
    }

    [TestCase("api=deploy/shop")]
    [TestCase("--nonsense")]
    [TestCase("page.md", "--output", "json")]
    [TestCase("page.md", "--namespace", "Not A Label")]
    public void CommandLine_WithAMistake_IsAUsageError(params string[] arguments) => Assert.That(BindCommand.Create().Parse(arguments).Errors, Is.Not.Empty);

    private static async Task<(int Status, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var status = await BindCommand.Create().Parse(arguments).InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
        return (status, output.ToString(), error.ToString());
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
