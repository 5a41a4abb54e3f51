using System.Reflection;
using System.Text.RegularExpressions;
using Plumbline.Core.Words;
using Plumbline.Testing;

namespace Plumbline.Core.Tests.Docs;

/// <summary>docs/reasons.md is the page that alerts and people are sent to: it must hold every reason, and no other.</summary>
[TestFixture]
public sealed partial class ReasonsPageTests
{
    private static readonly IReadOnlyList<Match> Sections = [.. Section().Matches(File.ReadAllText(Repository.PathOf("docs", "reasons.md"))).Cast<Match>()];

    [Test]
    public void Page_Sections_AreTheReasonsOfTheRegister() =>
        Assert.That(Sections.Select(s => s.Groups["name"].Value), Is.EquivalentTo(Reasons.All.Select(r => r.Name)));

    [TestCaseSource(typeof(Reasons), nameof(Reasons.All))]
    public void Section_OfAReason_GivesItsStatusAndGroup(Reason reason)
    {
        var section = SectionOf(reason);

        Assert.That(section, Does.StartWith($"Status `{reason.Status}`, group `{reason.Category}`. "));
    }

    [TestCaseSource(typeof(Reasons), nameof(Reasons.All))]
    public void Section_OfAReason_SaysWhatToDo(Reason reason) =>
        Assert.That(SectionOf(reason), Does.Match(@"(?m)^- (Look at and do|Do): \S"));

    [TestCaseSource(typeof(Reasons), nameof(Reasons.All))]
    public void Section_OfAReasonThatNoCodeGives_SaysSo(Reason reason)
    {
        var given = Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .Any(file => Regex.IsMatch(File.ReadAllText(file), $@"\bReasons\.{reason.Name}\b"));

        Assert.That(SectionOf(reason).Contains("Reserved: no verdict has this reason yet", StringComparison.Ordinal), Is.EqualTo(!given));
    }

    [Test]
    public void Register_EveryReasonThatIsDeclared_IsInIt()
    {
        var declared = typeof(Reasons).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => f.GetValue(null)).OfType<Reason>().ToList();

        Assert.That(Reasons.All, Is.EquivalentTo(declared));
        Assert.That(declared.Select(r => Reasons.Find(r.Name)), Is.EqualTo(declared));
    }

    [TestCase(typeof(Reasons.OfMaps))]
    [TestCase(typeof(Reasons.OfComponents))]
    [TestCase(typeof(Reasons.OfConnections))]
    public void Page_Conditions_HaveARowEach(Type group)
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "reasons.md"));
        var declared = group.GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => f.GetValue(null)).OfType<ConditionReason>().ToList();

        Assert.That(declared, Is.Not.Empty.And.EquivalentTo((IEnumerable<ConditionReason>)group.GetProperty("All")!.GetValue(null)!));
        Assert.That(declared.Where(r => !page.Contains($"| `{r.Name}` | `{r.Status}` | {r.Meaning} |", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Page_Events_HaveARowEach()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "reasons.md"));
        var declared = typeof(Reasons.OfEvents).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => f.GetValue(null)).OfType<Reason>().ToList();

        Assert.That(declared, Is.Not.Empty.And.EquivalentTo(Reasons.OfEvents.All));
        Assert.That(declared.Where(r => !page.Contains($"| `{r.Name}` | `Warning` | {r.Meaning} |", StringComparison.Ordinal)), Is.Empty);
    }

    private static string SectionOf(Reason reason) =>
        Sections.SingleOrDefault(s => s.Groups["name"].Value == reason.Name)?.Groups["text"].Value.Trim()
        ?? throw new AssertionException($"docs/reasons.md has no section '### {reason.Name}', or two of them");

    [GeneratedRegex(@"^### (?<name>.+?)\r?\n(?<text>.*?)(?=^##|\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();
}
