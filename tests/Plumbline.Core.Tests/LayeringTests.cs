using System.Text.RegularExpressions;
using Plumbline.Testing;

namespace Plumbline.Core.Tests;

/// <summary>
/// The house has floors: code of a folder may name only its own folder and those below. What Core must not touch at all is here too, since
/// a compiler lets every namespace of the framework in.
/// </summary>
public sealed partial class LayeringTests
{
    private static readonly string[] Floors = ["Words", "Cluster", "Probes", "Connections", "Resolution", "Planning", "Evidence", "Verdicts", "Rows", "Loop"];

    /// <summary>A project, and those of ours that it may build on.</summary>
    private static readonly (string Project, string[] On)[] Projects =
    [
        ("Plumbline.Core", []),
        ("Plumbline.Kubernetes", ["Core"]),
        ("Plumbline.Metrics", []),
        ("Plumbline.Api", ["Core"]),
        ("Plumbline.Link", ["Core"]),
        ("Plumbline.Import", ["Api", "Core"]),
        ("Plumbline.Probing", ["Core"]),
        ("Plumbline.Agent", ["Core", "Link", "Metrics", "Probing"]),
        ("Plumbline.Operator", ["Api", "Core", "Kubernetes", "Link", "Metrics"]),
        ("Plumbline", ["Agent", "Api", "Core", "Import", "Kubernetes", "Link", "Metrics", "Operator", "Probing"]),
        ("Plumbline.Lab.Api", []),
    ];

    private static readonly string[] Forbidden =
    [
        "System.IO", "System.Net.Sockets", "System.Net.Http", "System.Net.NetworkInformation", "System.Text.Json", "System.Threading", "System.Diagnostics", "Microsoft.", "k8s.",
    ];

    [Test]
    public void Core_ArrowsGoDownOnly() => Assert.That(
        from file in Sources("Plumbline.Core")
        let own = Array.IndexOf(Floors, file.Folder)
        from used in UsedFloor().Matches(file.Code).Select(m => m.Groups[1].Value).Distinct()
        where Array.IndexOf(Floors, used) > own
        select $"{file.Path} is on floor {file.Folder} and names {used}",
        Is.Empty);

    [Test]
    public void Core_HasNoOtherFloor() => Assert.That(Sources("Plumbline.Core").Select(f => f.Folder).Distinct(), Is.SubsetOf(Floors));

    [Test]
    public void Core_TouchesNoSocketFileClockOrJson() => Assert.That(
        from file in Sources("Plumbline.Core")
        from name in Forbidden
        where Regex.IsMatch(file.Code, $@"(?<![\w.]){Regex.Escape(name)}")
        select $"{file.Path} names {name}",
        Is.Empty);

    [Test]
    public void Projects_NameOnlyWhatTheyMayBuildOn() => Assert.That(
        from project in Projects
        from file in Sources(project.Project)
        from used in UsedProject().Matches(file.Code).Select(m => m.Groups[1].Value).Distinct()
        where project.Project != $"Plumbline.{used}" && !project.Project.StartsWith($"Plumbline.{used}.", StringComparison.Ordinal) && !project.On.Contains(used)
        where project.Project != "Plumbline" || Projects.Any(p => p.Project == $"Plumbline.{used}")
        select $"{file.Path} names Plumbline.{used}",
        Is.Empty);

    [Test]
    public void EveryNamespaceIsItsFolder() => Assert.That(
        from directory in Directory.EnumerateDirectories(Repository.PathOf("src"))
        from file in Sources(Path.GetFileName(directory))
        let declared = DeclaredNamespace().Match(file.Code)
        where declared.Success && declared.Groups[1].Value != Path.GetDirectoryName(file.Path)!.Replace(Path.DirectorySeparatorChar, '.')
        select $"{file.Path} declares {declared.Groups[1].Value}",
        Is.Empty);

    private sealed record Source(string Path, string Folder, string Code);

    private static IEnumerable<Source> Sources(string project)
    {
        var root = Repository.PathOf("src");
        foreach (var path in Directory.EnumerateFiles(Path.Combine(root, project), "*.cs", SearchOption.AllDirectories))
        {
            var parts = Path.GetRelativePath(root, path).Split(Path.DirectorySeparatorChar);
            if (parts[1] is not ("bin" or "obj"))
                yield return new Source(string.Join(Path.DirectorySeparatorChar, parts), parts.Length > 2 ? parts[1] : "", Comment().Replace(File.ReadAllText(path), ""));
        }
    }

    [GeneratedRegex(@"(?<!Plumbline\.\w+\.)(?<![\w.])(?:Plumbline\.)?Core\.(Words|Cluster|Probes|Connections|Resolution|Planning|Evidence|Verdicts|Rows|Loop)\b")]
    private static partial Regex UsedFloor();

    [GeneratedRegex(@"\bPlumbline\.(Core|Api|Link|Metrics|Import|Kubernetes|Probing|Agent|Operator|Lab)\b")]
    private static partial Regex UsedProject();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex DeclaredNamespace();

    [GeneratedRegex(@"//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
