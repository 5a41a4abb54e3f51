using System.Text.RegularExpressions;
using Plumbline.Core.Words;
using Plumbline.Lab.Launch;
using Plumbline.Testing;

namespace Plumbline.Observability.Tests.Rules;

[TestFixture]
public sealed partial class RuleFileTests
{
    private static readonly string Tests = Repository.PathOf("deploy", "rules", "tests");

    /// <summary>Metrics that the page of metrics lists, which a test of its own holds to the code; histograms with their series.</summary>
    private static HashSet<string> Documented { get; } =
    [
        .. MetricRow().Matches(File.ReadAllText(Repository.PathOf("docs", "metrics.md"))).Select(m => m.Groups["name"].Value).SelectMany(n => new[] { n, n + "_bucket", n + "_sum", n + "_count" }),
    ];

    private static IReadOnlyList<AlertRule> Alerts => RuleFile.Alerts;

    private static IEnumerable<string> TestFiles => Directory.GetFiles(Tests, "*.test.yaml").Select(f => Path.GetFileName(f));

    [Test]
    [CancelAfter(60_000)]
    public async Task Rules_ByPromtool_AreCorrect(CancellationToken cancellation)
    {
        var run = await PromtoolAsync(["check", "rules", RuleFile.Path], cancellation);
        Assert.That(run.ExitCode, Is.Zero, run.Output + run.Error);
    }

    [TestCaseSource(nameof(TestFiles))]
    [CancelAfter(120_000)]
    public async Task Rules_TestedByPromtool_FireAndResolveAsTheyShould(string file, CancellationToken cancellation)
    {
        var run = await PromtoolAsync(["test", "rules", Path.Combine(Tests, file)], cancellation);
        Assert.That(run.ExitCode, Is.Zero, run.Output + run.Error);
    }

    [TestCaseSource(nameof(Alerts))]
    public void Alert_InPromtoolTests_FiresOnceAndIsQuietOnce(object alert)
    {
        var name = ((AlertRule)alert).Name;
        var expectations = Directory.GetFiles(Tests, "*.test.yaml").SelectMany(f => Expectation().Matches(File.ReadAllText(f))).Where(m => m.Groups["alert"].Value == name).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(expectations.Where(m => !m.Groups["none"].Success), Is.Not.Empty, "no test lets it fire");
            Assert.That(
                expectations.Where(m => m.Groups["none"].Success).Select(m => m.Value)
                    .Concat(Directory.GetFiles(Tests, "*.test.yaml").SelectMany(f => File.ReadLines(f)).Where(l => l.Contains(name, StringComparison.Ordinal) && l.Contains("expr:", StringComparison.Ordinal))),
                Is.Not.Empty, "no test sees it quiet");
        }
    }

    [TestCaseSource(nameof(Alerts))]
    public void Alert_Fields_SayWhatAPersonNeeds(object rule)
    {
        var alert = (AlertRule)rule;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(alert.Name, Does.StartWith("Plumbline"));
            Assert.That(alert.Labels["severity"], Is.AnyOf("critical", "warning", "info"));
            Assert.That(alert.Annotations["summary"], Is.Not.Empty);
            Assert.That(alert.Annotations["description"], Does.Contain("Look: "));
            Assert.That(alert.Annotations["runbook_url"], Is.EqualTo($"{RuleFile.RunbookBase}deploy/runbooks/alerts/{alert.Name}.md"));
        }
    }

    [TestCaseSource(nameof(Alerts))]
    public void Alert_OfARow_NamesDocumentPartiesDataAndReason(object rule)
    {
        var alert = (AlertRule)rule;
        if (!alert.Expression.Contains("group_left (destination", StringComparison.Ordinal))
        {
            Assert.Pass("not of a row");
        }

        foreach (var part in new[] { "Document:", "row {{", "Parties:", "Data:", "Reason:" })
        {
            Assert.That(alert.Annotations["description"], Does.Contain(part));
        }
    }

    [TestCaseSource(nameof(Alerts))]
    public void Alert_Links_LeadToFiles(object rule)
    {
        var alert = (AlertRule)rule;
        var links = alert.Annotations.Values.SelectMany(a => Link().Matches(a)).Select(m => m.Groups["path"].Value).ToList();
        Assert.That(links.Where(l => !l.Contains("{{", StringComparison.Ordinal) && !File.Exists(Repository.PathOf(l))), Is.Empty);

        // A link that a reason completes leads to a page for each of them.
        foreach (var link in links.Where(l => l.Contains("{{", StringComparison.Ordinal)))
        {
            Assert.That(
                Reasons.All.Where(r => r.Status == VerifiedStatus.False).Select(r => Template().Replace(link, r.Name)).Where(l => !File.Exists(Repository.PathOf(l))), Is.Empty);
        }
    }

    [TestCaseSource(nameof(Alerts))]
    public void Alert_Metrics_AreDocumented(object rule)
    {
        var alert = (AlertRule)rule;
        Assert.That(alert.Annotations.Values.Append(alert.Expression).SelectMany(t => Metric().Matches(t)).Select(m => m.Value).Where(m => !Documented.Contains(m)), Is.Empty);
    }

    [Test]
    public void PrometheusRule_Groups_AreThoseOfTheRuleFile()
    {
        var copy = File.ReadAllText(Repository.PathOf("deploy", "rules", "plumbline.prometheusrule.yaml"));
        var groups = File.ReadAllText(RuleFile.Path)[File.ReadAllText(RuleFile.Path).IndexOf("groups:", StringComparison.Ordinal)..];
        var expected = string.Join('\n', groups.Split('\n').Select(l => l.Length == 0 ? l : "  " + l));

        Assert.That(copy[copy.IndexOf("  groups:", StringComparison.Ordinal)..], Is.EqualTo(expected), "run deploy/rules/generate.sh");
    }

    private static Task<ToolRun> PromtoolAsync(IEnumerable<string> arguments, CancellationToken cancellation)
    {
        if (Tool.Find("promtool") is not { } promtool)
        {
            Assert.Ignore("promtool is not installed (Debian: apt-get install prometheus)");
            throw new InvalidOperationException();
        }

        return Tool.RunAsync([promtool, .. arguments], null, cancellation);
    }

    [GeneratedRegex(@"^\| `(?<name>[a-z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex MetricRow();

    [GeneratedRegex(@"\bplumbline_[a-z_]+\b")]
    private static partial Regex Metric();

    [GeneratedRegex(@"https://github\.com/plumbline/plumbline/blob/main/(?<path>\S+\.md)|https://github\.com/plumbline/plumbline/blob/main/(?<path>\S*\{\{.*?\}\}\.md)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\{\{.*?\}\}")]
    private static partial Regex Template();

    [GeneratedRegex(@"alertname: (?<alert>\w+)\n +exp_alerts:(?<none> \[\])?")]
    private static partial Regex Expectation();
}
