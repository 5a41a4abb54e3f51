using System.Text.RegularExpressions;
using Plumbline.Core.Words;
using Plumbline.Testing;

namespace Plumbline.Observability.Tests.Rules;

[TestFixture]
public sealed partial class RunbookTests
{
    private static readonly string Reasons = Repository.PathOf("deploy", "runbooks", "reasons");
    private static readonly string Alerts = Repository.PathOf("deploy", "runbooks", "alerts");

    private static IEnumerable<string> Pages => Directory.GetFiles(Reasons).Concat(Directory.GetFiles(Alerts)).Select(f => Path.GetRelativePath(Repository.Root, f));

    [Test]
    public void Runbooks_OfReasons_AreThoseOfTheRegister() =>
        Assert.That(Names(Reasons), Is.EquivalentTo(Core.Words.Reasons.All.Select(r => r.Name)));

    [Test]
    public void Runbooks_OfAlerts_AreThoseOfTheRules() =>
        Assert.That(Names(Alerts), Is.EquivalentTo(RuleFile.Alerts.Select(a => a.Name)));

    [TestCaseSource(nameof(Pages))]
    public void Runbook_Sections_SayHowToCheckAndFix(string page)
    {
        var text = File.ReadAllText(Repository.PathOf(page));
        Assert.That(Heading().Matches(text).Select(m => m.Groups["title"].Value), Is.SupersetOf(["Check", "Fix", "When it is a false alarm"]));
        Assert.That(text, Does.StartWith($"# {Path.GetFileNameWithoutExtension(page)}\n"));
        Assert.That(text, Does.Contain("kubectl "));
    }

    [TestCaseSource(typeof(Core.Words.Reasons), nameof(Core.Words.Reasons.All))]
    public void Runbook_OfAReason_GivesMeaningStatusAndGroup(Reason reason)
    {
        var text = File.ReadAllText(Path.Combine(Reasons, reason.Name + ".md"));
        Assert.That(text, Does.StartWith($"# {reason.Name}\n\n{reason.Meaning}\n\nStatus `{reason.Status}`, group `{reason.Category}`."));
    }

    [Test]
    public void Index_Links_CoverEveryPage()
    {
        var index = File.ReadAllText(Repository.PathOf("deploy", "runbooks", "README.md"));
        Assert.That(Pages.Select(p => $"({Path.GetFileName(Path.GetDirectoryName(p))}/{Path.GetFileName(p)})").Where(l => !index.Contains(l, StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void ReasonsPage_EveryReason_LinksToItsRunbook()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "reasons.md"));
        Assert.That(Core.Words.Reasons.All.Where(r => !page.Contains($"(../deploy/runbooks/reasons/{r.Name}.md)", StringComparison.Ordinal)).Select(r => r.Name), Is.Empty);
    }

    private static IEnumerable<string> Names(string directory) => Directory.GetFiles(directory).Select(f => Path.GetFileNameWithoutExtension(f));

    [GeneratedRegex(@"^## (?<title>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
