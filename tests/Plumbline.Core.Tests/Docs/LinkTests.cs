using System.Text;
using System.Text.RegularExpressions;
using Plumbline.Testing;

namespace Plumbline.Core.Tests.Docs;

/// <summary>Every relative link of every page leads to a file of the repository, and to a heading of it where it names one.</summary>
[TestFixture]
public sealed partial class LinkTests
{
    private static readonly string[] NotOurs = ["bin", "obj", "artifacts", "TestResults", "node_modules"];

    public static IReadOnlyList<string> Pages { get; } =
    [
        .. Directory.EnumerateFiles(Repository.Root, "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file))
            .Where(page => !page.Split(Path.DirectorySeparatorChar).Any(part => NotOurs.Contains(part) || part.StartsWith('.')))
            .Order(StringComparer.Ordinal),
    ];

    [Test]
    public void Pages_OfTheFrontDoor_AreThere() =>
        Assert.That(Pages, Is.SupersetOf(["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/reasons.md", "docs/import.md", "docs/metrics.md", "src/README.md"]));

    [TestCaseSource(nameof(Pages))]
    public void Page_RelativeLinks_Resolve(string page)
    {
        var broken = Link().Matches(WithoutCode(page)).Select(m => m.Groups["target"].Value).Where(target => Problem(page, target) is not null).Distinct();

        Assert.That(broken.Select(target => Problem(page, target)), Is.Empty);
    }

    private static string? Problem(string page, string target)
    {
        if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal))
            return null;
        var (path, anchor) = target.Split('#', 2) is [var p, var a] ? (p, a) : (target, null);
        var file = path.Length == 0 ? page : Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(page) ?? "", path)));
        if (file.StartsWith("..", StringComparison.Ordinal) || !Path.Exists(Repository.PathOf(file)))
            return $"{page}: '{target}' leads to {file}, which does not exist";
        return anchor is null || !file.EndsWith(".md", StringComparison.Ordinal) || Anchors(file).Contains(anchor)
            ? null
            : $"{page}: '{target}' names a heading that {file} does not have";
    }

    private static HashSet<string> Anchors(string page) =>
        [.. Heading().Matches(WithoutCode(page)).Select(m => Anchor(m.Groups["title"].Value))];

    /// <summary>As GitHub makes them: lower case, marks dropped, blanks to dashes.</summary>
    private static string Anchor(string title)
    {
        var anchor = new StringBuilder(title.Length);
        foreach (var c in title.Trim().ToLowerInvariant())
        {
            if (c == ' ')
                anchor.Append('-');
            else if (char.IsLetterOrDigit(c) || c is '-' or '_')
                anchor.Append(c);
        }

        return anchor.ToString();
    }

    private static string WithoutCode(string page) => Fence().Replace(File.ReadAllText(Repository.PathOf(page)), "");

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#{1,6} +(?<title>[^\r\n]+)", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
