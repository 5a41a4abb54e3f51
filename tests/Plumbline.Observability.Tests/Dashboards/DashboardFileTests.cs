using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Plumbline.Testing;

namespace Plumbline.Observability.Tests.Dashboards;

[TestFixture]
public sealed partial class DashboardFileTests
{
    private static IEnumerable<object> Files => Dashboard.All;

    [Test]
    public void Dashboards_Uids_AreTheThree() => Assert.That(
        Dashboard.All.Select(d => (string)d.Root["uid"]!), Is.EqualTo(["plumbline-connection", "plumbline-operations", "plumbline-overview"]));

    [TestCaseSource(nameof(Files))]
    public void Dashboard_Panels_HaveTheirOwnIdAndPlace(object file)
    {
        var panels = ((Dashboard)file).Panels;
        Assert.That(panels.Select(p => (int)p["id"]!), Is.Unique);
        Assert.That(panels.Select(p => (string)p["title"]!), Is.Unique);
        foreach (var (panel, i) in panels.Select((p, i) => (p, i)))
        {
            var place = Place(panel);
            Assert.That(place.X + place.Width, Is.LessThanOrEqualTo(24), Title(panel));
            Assert.That(panels.Skip(i + 1).Where(other => Overlap(place, Place(other))).Select(Title), Is.Empty, Title(panel));
        }
    }

    [TestCaseSource(nameof(Files))]
    public void Dashboard_Panels_HaveTitleDescriptionUnitAndQueries(object file)
    {
        foreach (var panel in ((Dashboard)file).Panels.Where(p => (string?)p["type"] != "row"))
        {
            using (Assert.EnterMultipleScope())
            {
                Assert.That((string?)panel["title"], Is.Not.Empty);
                Assert.That((string?)panel["description"], Is.Not.Empty, Title(panel));
                Assert.That((string?)panel["datasource"]!["uid"], Is.EqualTo("${datasource}"), Title(panel));
                Assert.That(panel["targets"]!.AsArray(), Is.Not.Empty, Title(panel));
                Assert.That(panel["targets"]!.AsArray().Select(t => (string)t!["refId"]!), Is.Unique, Title(panel));
                foreach (var target in panel["targets"]!.AsArray())
                {
                    Assert.That((string?)target!["expr"], Is.Not.Empty, Title(panel));
                    Assert.That((string?)target["legendFormat"], Is.Not.Empty, Title(panel));
                    Assert.That((string?)target["datasource"]!["uid"], Is.EqualTo("${datasource}"), Title(panel));
                }
            }

            if ((string?)panel["type"] is "timeseries" or "bargauge")
            {
                Assert.That((string?)panel["fieldConfig"]!["defaults"]!["unit"], Is.Not.Null, Title(panel));
            }
        }
    }

    [TestCaseSource(nameof(Files))]
    public void Dashboard_Queries_UseDocumentedMetrics(object file)
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "metrics.md"));
        var documented = MetricRow().Matches(page).Select(m => m.Groups["name"].Value).ToHashSet();
        var used = ((Dashboard)file).Queries.Select(q => q.Expression).Concat(((Dashboard)file).Variables.Select(v => v.Query))
            .SelectMany(e => Metric().Matches(e)).Select(m => Suffix().Replace(m.Value, "")).Distinct();
        Assert.That(used.Where(m => !documented.Contains(m) && !documented.Contains(m + "_count")), Is.Empty);
    }

    private static string Title(JsonObject panel) => $"{panel["id"]} {panel["title"]}";

    private static (int X, int Y, int Width, int Height) Place(JsonObject panel)
    {
        var at = panel["gridPos"]!;
        return ((int)at["x"]!, (int)at["y"]!, (int)at["w"]!, (int)at["h"]!);
    }

    private static bool Overlap((int X, int Y, int Width, int Height) a, (int X, int Y, int Width, int Height) b) =>
        a.X < b.X + b.Width && b.X < a.X + a.Width && a.Y < b.Y + b.Height && b.Y < a.Y + a.Height;

    [GeneratedRegex(@"^\| `(?<name>[a-z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex MetricRow();

    [GeneratedRegex(@"\b(plumbline|process)_[a-z_]+\b")]
    private static partial Regex Metric();

    [GeneratedRegex(@"_(bucket|sum|count)$")]
    private static partial Regex Suffix();
}
