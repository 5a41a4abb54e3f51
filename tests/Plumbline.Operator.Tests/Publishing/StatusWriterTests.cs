using Plumbline.Api;
using Plumbline.Core.Connections;
using Plumbline.Core.Loop;
using Plumbline.Core.Rows;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;
using Plumbline.Kubernetes.Models;
using Plumbline.Metrics;
using Plumbline.Metrics.Tests;
using Plumbline.Operator.Publishing.Metrics;
using Plumbline.Operator.Publishing.Status;

namespace Plumbline.Operator.Tests.Publishing;

internal sealed class StatusWriterTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly NamespacedName Key = new("docs", "map-1");
    private static readonly ObjectId Id = new("Connection", Key, "uid");

    [Test]
    public void Connection_LongTexts_AreCutToWhatTheSchemaAllows()
    {
        var text = new string('x', 100_000);
        var failure = new PairFailure("a/a-0", "10.0.0.1:80", 80, Reasons.TimedOut, text, Now);
        var status = new StatusWriter(new ConditionTimes()).Connection(Key, Report(new Verdict { Reason = Reasons.TimedOut, Explanation = text, Probed = 1, Failures = [failure] }), Now).Status!;
        Assert.That(status.Explanation, Has.Length.EqualTo(4096).And.EndsWith("…"));
        Assert.That(status.Failures!.Single().Message, Has.Length.EqualTo(4096));
        Assert.That(status.Conditions!.Select(c => c.Message!.Length), Is.All.LessThanOrEqualTo(32768));
    }

    [Test]
    public void Connection_ReadyMirrorsVerified()
    {
        var status = new StatusWriter(new ConditionTimes()).Connection(Key, Report(new Verdict { Reason = Reasons.Reachable, Explanation = "works", Reachable = 2, Probed = 2 }), Now).Status!;
        var (ready, verified) = (status.Conditions!.Single(c => c.Type == "Ready"), status.Conditions!.Single(c => c.Type == "Verified"));
        Assert.That(ready with { Type = "Verified" }, Is.EqualTo(verified));
        Assert.That(status.Reachable, Is.EqualTo("2/2"));
        Assert.That(status.ObservedGeneration, Is.EqualTo(3));
    }

    [Test]
    public void Connection_Certificate_IsInTheStatusAndCutToWhatTheSchemaAllows()
    {
        var long1 = new string('x', 9000);
        var certificate = new CertificateSummary("CN=db", long1, Now.AddDays(30), [.. Enumerable.Range(0, 20).Select(i => $"db-{i}")], long1);

        var shown = new StatusWriter(new ConditionTimes()).Connection(Key, Report(new Verdict { Reason = Reasons.Reachable, Explanation = "", Certificate = certificate }), Now).Status!.Certificate!;

        Assert.That((shown.Subject, shown.NotAfter), Is.EqualTo(("CN=db", (DateTimeOffset?)Now.AddDays(30))));
        Assert.That((shown.Issuer!.Length, shown.Names!.Count, shown.Problem!.Length), Is.EqualTo((253, 8, 4096)));
    }

    [Test]
    public void Connection_SampledRow_SaysHowMuchWasLookedAt()
    {
        var verdict = new Verdict { Reason = Reasons.Reachable, Explanation = "", Reachable = 390, Probed = 390, Coverage = new Coverage(400, 390, TimeSpan.FromSeconds(936)) };

        var status = new StatusWriter(new ConditionTimes()).Connection(Key, Report(verdict), Now).Status!;

        Assert.That(status.Coverage, Is.EqualTo(new V1Alpha1SweptCoverage { Pairs = 400, Probed = 390, SweepSeconds = 936 }));
        Assert.That(status.Reachable, Is.EqualTo("390/390"));
    }

    [Test]
    public void Metrics_CertificatesOfARow_ShowTheFirstExpiryAndTrust()
    {
        var good = new CertificateSummary("CN=a", "CN=ca", Now.AddDays(1), ["a"], null);
        var view = LoopView.Empty with
        {
            Connections =
            [
                View("1", new Verdict { Reason = Reasons.Reachable, Explanation = "", Certificate = good }),
                View("2", new Verdict { Reason = Reasons.Reachable, Explanation = "", Certificate = good with { Problem = "self-signed" } }),
                View("3", new Verdict { Reason = Reasons.Reachable, Explanation = "" }),
            ],
        };
        using var exposition = new PrometheusExposition(_ => false, [new VerdictMetrics(() => view, () => true, () => 0, "1")]);

        var lines = exposition.Write().Split('\n').Where(l => l.StartsWith("plumbline_connection_certificate_", StringComparison.Ordinal)).Select(l => l[(l.IndexOf("connection=", StringComparison.Ordinal) + 12)..].Replace("\",from=\"a \\\"A\\\"\",to=\"b\",protocol=\"TCP\",classification=\"\"}", "", StringComparison.Ordinal));

        Assert.That(lines, Is.EqualTo(new[] { $"map-1 {Now.AddDays(1).ToUnixTimeSeconds()}", $"map-2 {Now.AddDays(1).ToUnixTimeSeconds()}", "map-1 1", "map-2 0" }));
    }

    [Test]
    public void History_FlapsALot_KeepsTwentyOutagesNewestFirst()
    {
        var history = new StatusHistory(ObservedStatus.None);
        for (var i = 0; i < 50; i++)
        {
            history.Record(new Verdict { Reason = i % 2 == 0 ? Reasons.TimedOut : Reasons.Reachable, Explanation = "" }, Now.AddMinutes(i));
        }

        Assert.That(history.Outages, Has.Length.EqualTo(20));
        Assert.That(history.Outages[0].Start, Is.EqualTo(Now.AddMinutes(48)));
        Assert.That(history.Outages.Select(o => o.Start), Is.Ordered.Descending);
        Assert.That(history.Uptime(TimeSpan.FromHours(1), Now.AddMinutes(50)), Is.EqualTo(50).Within(0.001));
    }

    [Test]
    public void History_UnknownInAnOutage_DoesNotEndIt()
    {
        var history = new StatusHistory(ObservedStatus.None);
        history.Record(new Verdict { Reason = Reasons.TimedOut, Explanation = "" }, Now);
        history.Record(new Verdict { Reason = Reasons.AgentUnavailable, Explanation = "" }, Now.AddMinutes(1));
        history.Record(new Verdict { Reason = Reasons.TimedOut, Explanation = "" }, Now.AddMinutes(2));
        Assert.That(history.Outages.Single().End, Is.Null);
        history.Record(new Verdict { Reason = Reasons.Reachable, Explanation = "" }, Now.AddMinutes(3));
        Assert.That(history.Outages.Single(), Is.EqualTo(new Outage(Now, Now.AddMinutes(3), "TimedOut", 0)));
    }

    [Test]
    public void ConditionTimes_AfterARestart_GoOnFromTheStatus()
    {
        var times = new ConditionTimes();
        times.Learn(Id, [Condition("Resolved", "True", Now)]);
        Assert.That(times.Since(Id, "Resolved", "True", Now.AddHours(1)), Is.EqualTo(Now));
        Assert.That(times.Since(Id, "Resolved", "False", Now.AddHours(2)), Is.EqualTo(Now.AddHours(2)));
        times.Learn(Id, [Condition("Resolved", "True", Now)]);
        Assert.That(times.Since(Id, "Resolved", "False", Now.AddHours(3)), Is.EqualTo(Now.AddHours(2)), "our own older write coming back changes nothing");
    }

    [Test]
    public void ConditionTimes_OfAnObjectMadeAgain_BeginAnew()
    {
        var times = new ConditionTimes();
        var again = Id with { Uid = "other" };
        times.Learn(Id, [Condition("Resolved", "True", Now)]);
        times.Learn(again, []);
        Assert.That(times.Since(again, "Resolved", "True", Now.AddHours(1)), Is.EqualTo(Now.AddHours(1)));
        Assert.That(times.Since(Id, "Resolved", "True", Now.AddHours(2)), Is.EqualTo(Now.AddHours(2)), "the one before is gone");
        Assert.That(times.Since(again, "Resolved", "True", Now.AddHours(3)), Is.EqualTo(Now.AddHours(1)));
    }

    [Test]
    public void ConditionTimes_OfAnObjectThatIsGone_AreForgotten()
    {
        var times = new ConditionTimes();
        times.Learn(Id, [Condition("Resolved", "True", Now)]);
        times.Forget(Id.Kind, Id.Key);
        _ = times.Since(Id, "Resolved", "True", Now);
        Assert.That(times.Count, Is.Zero, "a late write does not bring it back");
    }

    [Test]
    public void ConditionTimes_OfAStandby_FollowTheLeader()
    {
        var times = new ConditionTimes();
        times.Learn(Id, [Condition("Resolved", "True", Now)]);
        times.Learn(Id, [Condition("Resolved", "False", Now.AddHours(1))]);
        Assert.That(times.Since(Id, "Resolved", "False", Now.AddHours(2)), Is.EqualTo(Now.AddHours(1)));
        times.Follow();
        times.Learn(Id, [Condition("Resolved", "True", Now.AddHours(3))]);
        Assert.That(times.Since(Id, "Resolved", "True", Now.AddHours(4)), Is.EqualTo(Now.AddHours(3)));
    }

    [Test]
    public void Metrics_ShowVerdictsAndNothingForUnknown()
    {
        var view = new LoopView(
            [
                View("1", new Verdict { Reason = Reasons.Reachable, Explanation = "", Reachable = 2, Probed = 2, LastProbeTime = Now }),
                View("2", new Verdict { Reason = Reasons.TimedOut, Explanation = "", Reachable = 0, Probed = 2 }),
                View("3", new Verdict { Reason = Reasons.Stale, Explanation = "" }),
            ],
            [new NamespacedName("docs", "map")],
            1,
            2,
            4);
        using var exposition = new PrometheusExposition(_ => false, [new VerdictMetrics(() => view, () => true, () => 3, "1.2.3")]);
        var lines = exposition.Write().Split('\n');
        const string Row = "namespace=\"docs\",map=\"map\",connection=\"map-{0}\",from=\"a \\\"A\\\"\",to=\"b\",protocol=\"TCP\",classification=\"\"";
        Assert.That(lines, Does.Contain($"plumbline_connection_verified{{{Row.Replace("{0}", "1", StringComparison.Ordinal)}}} 1"));
        Assert.That(lines, Does.Contain($"plumbline_connection_verified{{{Row.Replace("{0}", "2", StringComparison.Ordinal)}}} 0"));
        Assert.That(lines.Where(l => l.StartsWith("plumbline_connection_verified{", StringComparison.Ordinal)), Has.Exactly(2).Items);
        Assert.That(lines.Where(l => l.StartsWith("plumbline_connection_status{", StringComparison.Ordinal) && l.EndsWith(" 1", StringComparison.Ordinal)), Has.Exactly(3).Items);
        Assert.That(lines, Does.Contain($"plumbline_connection_pairs{{{Row.Replace("{0}", "3", StringComparison.Ordinal)},result=\"unknown\"}} 2"));
        Assert.That(lines, Does.Contain("plumbline_map_connections{namespace=\"docs\",map=\"map\",status=\"Drift\"} 1"));
        Assert.That(lines, Does.Contain("plumbline_operator_leader 1"));
        Assert.That(lines, Does.Contain("plumbline_write_queue_depth 3"));
        Assert.That(lines, Does.Contain("plumbline_build_info{version=\"1.2.3\"} 1"));
    }

    private static V1Condition Condition(string type, string status, DateTimeOffset since) => new() { Type = type, Status = status, LastTransitionTime = since };

    private static DocumentedConnection Documented(string id) => new() { Key = new NamespacedName("docs", $"map-{id}"), Generation = 3, Id = id, Map = "map", From = "a \"A\"", To = "b", Protocol = ConnectionProtocol.Tcp };

    private static ConnectionView View(string id, Verdict verdict) => new(Documented(id), verdict, 2);

    private static ConnectionReport Report(Verdict verdict) => new(Documented("1"), "uid", verdict, Now, true, true, 100, 99.5, []);
}
