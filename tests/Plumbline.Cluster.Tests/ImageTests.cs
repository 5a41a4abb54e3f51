using System.Formats.Tar;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Plumbline.Cluster.Tests.Image;
using Plumbline.Testing;

namespace Plumbline.Cluster.Tests;

/// <summary>The image as eng/image.sh builds it: what is in it, and that it runs with nothing else around it.</summary>
[Category("Image")]
public sealed class ImageTests
{
    private const int CompressedMegabytesAtMost = 32;

    private ImageArchive? _image;

    private ImageArchive Image => _image!;

    [OneTimeSetUp]
    public void Unpack() => _image = ImageArchive.Require();

    [OneTimeTearDown]
    public void Remove() => _image?.Dispose();

    [Test]
    public void Archive_Size_StaysSmall()
    {
        var megabytes = new FileInfo(ImageArchive.Location!).Length / 1e6;

        TestContext.Out.WriteLine($"image: {megabytes:0.0} MB");
        Assert.That(megabytes, Is.LessThan(CompressedMegabytesAtMost));
    }

    [Test]
    public void Configuration_WithoutAnySettings_RunsTheExecutableWithoutPrivileges()
    {
        var configuration = Image.Configuration["config"]!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(configuration["User"]!.GetValue<string>(), Is.EqualTo("65532:65532"));
            Assert.That(configuration["Entrypoint"]!.AsArray().Select(e => e!.GetValue<string>()), Is.EqualTo(["/plumbline"]));
        }
    }

    [Test]
    public void Files_AllOfThem_AreRootsAndGainNoPrivileges()
    {
        const UnixFileMode gaining = UnixFileMode.SetUser | UnixFileMode.SetGroup;
        const UnixFileMode othersWrite = UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;

        using (Assert.EnterMultipleScope())
        {
            foreach (var entry in Image.Entries)
            {
                Assert.That((entry.Uid, entry.Gid), Is.EqualTo((0, 0)), entry.Name);
                Assert.That(entry.Mode & gaining, Is.EqualTo(UnixFileMode.None), entry.Name);
                if (entry.EntryType is not TarEntryType.SymbolicLink && entry.Name != "tmp/")
                    Assert.That(entry.Mode & othersWrite, Is.EqualTo(UnixFileMode.None), entry.Name);
            }
        }
    }

    [Test]
    public void Files_Executables_AreOursAndTheLoader()
    {
        var programs = Image.Entries
            .Where(e => e.EntryType is TarEntryType.RegularFile && e.Mode.HasFlag(UnixFileMode.UserExecute) && !e.Name.Contains(".so", StringComparison.Ordinal))
            .Select(e => e.Name);

        Assert.That(programs, Is.EqualTo(["plumbline"]), "no shell, no package manager");
    }

    [Test]
    public void BillOfMaterials_InTheImage_NamesEveryPackageOfTheProjectAndOfTheSystem()
    {
        var bom = JsonNode.Parse(File.ReadAllText(Path.Combine(Image.Root, "plumbline.cdx.json")))!;
        var named = bom["components"]!.AsArray().Select(c => c!["name"]!.GetValue<string>()).ToList();
        var project = XDocument.Load(Repository.PathOf("src", "Plumbline", "Plumbline.csproj"));
        var packages = project.Descendants("PackageReference").Select(reference => reference.Attribute("Include")!.Value);
        var debian = Directory.EnumerateFiles(Path.Combine(Image.Root, "var", "lib", "dpkg", "status.d")).Select(file => Path.GetFileName(file)!).ToList();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(packages, Is.SubsetOf(named));
            Assert.That(debian, Does.Contain("libssl3").And.SubsetOf(named));
            Assert.That(named, Has.Some.StartsWith("Microsoft.NETCore.App.Runtime."));
            Assert.That(bom["components"]!.AsArray().Select(c => c!["version"]!.GetValue<string>()), Has.All.Not.Empty);
        }
    }

    // What the trimmer takes away shows only when the code runs.
    [TestCase("yaml")]
    [TestCase("json")]
    public async Task Import_InTheImage_WritesWhatTheUntrimmedExecutableWrites(string format)
    {
        var seeds = Directory.GetFiles(Repository.PathOf("seeds"), "*.txt").Order(StringComparer.Ordinal).Select(Path.GetFileName).ToList();
        string[] arguments = ["import", "--output", format, .. seeds.Select(seed => $"/seeds/{seed}")];

        var image = await RunAsync(arguments);
        var expected = await Command.RunAsync(
            null,
            TimeSpan.FromMinutes(1),
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Plumbline.dll"), "import", "--output", format, .. seeds.Select(seed => Repository.PathOf("seeds", seed!))]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(image.ExitCode, Is.Zero, image.Errors);
            Assert.That(image.Output, Is.EqualTo(expected.Output).And.Not.Empty);
            Assert.That(image.Errors, Is.EqualTo(expected.Errors.Replace(Repository.PathOf("seeds"), "/seeds", StringComparison.Ordinal)));
        }
    }

    [Test]
    public async Task Version_InTheImage_IsPrinted()
    {
        var result = await RunAsync("--version");

        Assert.That(result.Output, Does.Match(@"^\d+\.\d+\.\d+"), result.Errors);
    }

    [Test]
    public async Task Operator_OutsideOfACluster_SaysWhatIsMissing()
    {
        var result = await RunAsync("operator");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.ExitCode, Is.EqualTo(1));
            Assert.That(result.Errors, Does.Contain("no Kubernetes configuration"));
        }
    }

    /// <summary>Runs the executable as a container runtime would: the image as its root, as the image's user, with /proc and a few devices.</summary>
    private async Task<CommandResult> RunAsync(params string[] arguments)
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Ignore("changing the root directory needs root");
        const string script = """
            set -e
            root=$1 seeds=$2; shift 2
            mkdir -p "$root/proc" "$root/dev" "$root/seeds"
            mount -t proc proc "$root/proc"
            mount --rbind /dev "$root/dev"
            mount --bind "$seeds" "$root/seeds"
            exec chroot --userspec=65532:65532 "$root" /plumbline "$@"
            """;
        return await Command.RunAsync(
            null, TimeSpan.FromMinutes(1), "env", ["-i", $"PATH={Environment.GetEnvironmentVariable("PATH")}", "unshare", "--mount", "--pid", "--fork", "bash", "-c", script, "bash", Image.Root, Repository.PathOf("seeds"), .. arguments]);
    }
}
