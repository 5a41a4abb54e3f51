using System.Text;
using System.Text.RegularExpressions;
using Plumbline.Import.Mapping;
using Plumbline.Testing;

namespace Plumbline.Import.Tests.Docs;

[TestFixture]
public sealed partial class ImportPageTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs", "import.md"));

    [Test]
    public void Page_Tables_ListEveryIssueCodeOnce()
    {
        var issues = Page[Page.IndexOf("\n## Issues", StringComparison.Ordinal)..];
        var documented = CodeRow().Matches(issues).Select(m => m.Groups["code"].Value);

        Assert.That(documented, Is.EquivalentTo(Enum.GetValues<DocumentIssueCode>().Select(c => c.Word())));
    }

    [Test]
    public void Page_Example_ImportsAsThePageSays()
    {
        var example = Example().Match(Page).Groups["text"].Value;
        var said = IssueLine().Match(Page).Value;

        var document = DocumentReader.Read("shop.md", Encoding.UTF8.GetBytes(example));

        Assert.That(document.Rows.Select(r => r.Id), Is.EqualTo(["1", "2"]));
        Assert.That(document.Issues.Select(i => i.ToLine("shop.md")), Is.EqualTo([said]));
    }

    [TestCaseSource(nameof(Forms))]
    public void Page_FormExample_HoldsTheTwoConnections((string File, string Text) form)
    {
        var document = DocumentReader.Read(form.File, Encoding.UTF8.GetBytes(form.Text));

        Assert.That(document.Rows.Select(r => $"{Name(r.Source)} {Name(r.Destination)} {r.Protocol} {string.Join(',', r.Ports)}"), Is.EqualTo(new[] { "shop orders db TCP 5432", "shop cache TCP 6379" }));

        // a policy knows labels, a compose file the names of services
        static string? Name(string? party) => party?.Replace("app=", "", StringComparison.Ordinal).Replace('-', ' ').ToLowerInvariant();
    }

    private static IEnumerable<(string, string)> Forms() => FormExample().Matches(Page).Select(m => (m.Groups["file"].Value, m.Groups["text"].Value));

    [Test]
    public void Page_Forms_AreMany() =>
        Assert.That(Forms().Count(), Is.GreaterThan(12));

    [GeneratedRegex(@"^### [^\r\n]*: `(?<file>[\w.-]+)`\r?\n\r?\n```\w*\r?\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex FormExample();

    [GeneratedRegex(@"^\| `(?<code>[a-z-]+)` \| \S.* \| \S.* \|\r?$", RegexOptions.Multiline)]
    private static partial Regex CodeRow();

    [GeneratedRegex(@"^```markdown\r?\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"^shop\.md:\d+:[^\r\n]*", RegexOptions.Multiline)]
    private static partial Regex IssueLine();
}
