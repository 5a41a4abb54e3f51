using Plumbline.Generate.Crds;
using Plumbline.Testing;

namespace Plumbline.Generate.Tests;

/// <summary>What is committed is what the code says.</summary>
public sealed class GeneratedFilesTests
{
    private static IEnumerable<TestCaseData> Files() => GeneratedFiles.All(Repository.Root).Select(f => new TestCaseData(f).SetArgDisplayNames(f.Path));

    [TestCaseSource(nameof(Files))]
    public void File_IsWhatTheCodeSays(GeneratedFile file) =>
        Assert.That(File.ReadAllText(Repository.PathOf(file.Path.Split('/'))), Is.EqualTo(file.Text), $"{file.Path} is behind the code: run {GeneratedFile.Command}");

    [TestCase("deploy", "crds")]
    [TestCase("charts", "plumbline", "files", "crds")]
    public void Folder_HoldsNoOtherDefinition(params string[] folder) =>
        Assert.That(
            Directory.EnumerateFiles(Repository.PathOf(folder)).Select(f => $"{string.Join('/', folder)}/{Path.GetFileName(f)}"),
            Is.EquivalentTo(CrdFiles.All().Select(f => f.Path).Where(p => p.StartsWith(string.Join('/', folder), StringComparison.Ordinal))));
}
