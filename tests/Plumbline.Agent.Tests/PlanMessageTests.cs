using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Plumbline.Agent.Intake;
using Plumbline.Core.Probes;
using Plumbline.Link;

namespace Plumbline.Agent.Tests;

/// <summary>Plan messages as bytes: of another version, malformed, or made to hurt.</summary>
internal sealed class PlanMessageTests
{
    private const int MaxSources = 20;
    private const int MaxProbes = 40;

    [Test]
    public void Probe_OfAProtocolFromTheFuture_IsRefusedAloneAndKeepsItsIdentity()
    {
        var applied = Take("""
            {"type":"plan","revision":4,"sources":[{"id":"node","vantage":"Node"}],"probes":[
             {"id":"0000000000000001","source":"node","host":"10.0.0.1","port":1,"protocol":"Quic","intervalMilliseconds":60000,"timeoutMilliseconds":1000},
             {"id":"0000000000000002","source":"node","host":"10.0.0.1","port":1,"protocol":"Tcp","intervalMilliseconds":60000,"timeoutMilliseconds":1000}]}
            """);

        Assert.That(applied.Plan.Probes.Keys, Is.EqualTo([new ProbeId(2)]));
        Assert.That(applied.Refused.Single(), Is.EqualTo(new RefusedProbe(new ProbeId(1), "a protocol that this agent does not know")));
    }

    [TestCase("""{"id":"0000000000000001","source":"node","host":"h","port":99999999999,"protocol":"Tcp","intervalMilliseconds":60000,"timeoutMilliseconds":1000}""")]
    [TestCase("""{"id":"not hexadecimal","source":"node","host":"h","port":1,"protocol":"Tcp","intervalMilliseconds":60000,"timeoutMilliseconds":1000}""")]
    [TestCase("""{"id":"0000000000000001"}""")]
    [TestCase("""["a","list"]""")]
    [TestCase("""42""")]
    [TestCase("""null""")]
    public void Probe_ThatDoesNotRead_IsCountedAndTheOthersAreCarriedOut(string probe)
    {
        var applied = Take($$"""
            {"type":"plan","revision":4,"sources":[{"id":"node","vantage":"Node"}],"probes":[{{probe}},
             {"id":"0000000000000002","source":"node","host":"10.0.0.1","port":1,"protocol":"Tcp","intervalMilliseconds":60000,"timeoutMilliseconds":1000}]}
            """);

        Assert.That(applied.Plan.Probes.Keys, Is.EqualTo([new ProbeId(2)]));
        Assert.That(applied.Unreadable, Is.EqualTo(1));
    }

    [TestCase("\"minTls\":\"0.9\"", "TLS version")]
    [TestCase("\"proxy\":{\"host\":\"\",\"port\":3128}", "proxy")]
    [TestCase("\"proxy\":{\"port\":3128}", "proxy")]
    [TestCase("\"proxy\":{\"host\":\"p\",\"port\":70000}", "proxy")]
    public void Probe_WithATlsVersionOrProxyThatIsNone_IsRefusedAlone(string member, string reason)
    {
        var applied = Take($$"""
            {"type":"plan","revision":4,"sources":[{"id":"node","vantage":"Node"}],"probes":[
             {"id":"0000000000000001","source":"node","host":"10.0.0.1","port":1,"protocol":"Tcp","intervalMilliseconds":60000,"timeoutMilliseconds":1000,{{member}}},
             {"id":"0000000000000002","source":"node","host":"10.0.0.1","port":1,"protocol":"Grpc","intervalMilliseconds":60000,"timeoutMilliseconds":1000,"minTls":"1.0","proxy":{"host":"p","port":3128} }]}
            """);

        Assert.That(applied.Refused.Single().Reason, Does.Contain(reason));
        Assert.That(applied.Plan.Probes[new ProbeId(2)], Has.Property(nameof(PlannedProbe.MinTls)).EqualTo("1.0").And.Property(nameof(PlannedProbe.Proxy)).EqualTo(new ProxySpec("p", 3128)));
    }

    [TestCase("", false)]
    [TestCase(",\"nodeSearches\":true", true)]
    public void Dns_OfAnOlderOperator_IsWithoutTheNodesSearches(string member, bool expected)
    {
        var applied = Take($$$"""{"type":"plan","revision":4,"sources":[{"id":"a","vantage":"Pod","dns":{"useNodeResolver":false,"nameservers":["10.96.0.10"],"searches":["s"],"ndots":5{{{member}}}}}],"probes":[]}""");

        Assert.That(applied.Plan.Sources["a"].Dns.NodeSearches, Is.EqualTo(expected));
    }

    [TestCase(",\"remarks\":\"SpeaksHttp2, OldTls\"", ProbeRemarks.SpeaksHttp2 | ProbeRemarks.OldTls)]
    [TestCase(",\"remarks\":\"OldTls, OfTheFuture\"", ProbeRemarks.OldTls)]
    [TestCase(",\"remarks\":7", ProbeRemarks.None)]
    [TestCase("", ProbeRemarks.None)]
    public void Remarks_OfAnotherVersion_CostNoResult(string member, ProbeRemarks expected)
    {
        var bytes = Encoding.UTF8.GetBytes($$$"""
            {"type":"reports","sequence":1,"reports":[{"last":{"probe":"0000000000000001","time":"2026-01-01T00:00:00Z","outcome":"Succeeded"{{{member}}}},"runStarted":"2026-01-01T00:00:00Z","runLength":1}]}
            """);

        var batch = (ReportBatch)((LinkReading<AgentMessage>.Understood)LinkReading.Of(bytes, LinkJson.Default.AgentMessage)).Message;

        Assert.That(batch.Reports.Single().Last.Remarks, Is.EqualTo(expected));
    }

    [Test]
    public void Remarks_ThatAreWritten_AreRead([Values] ProbeRemarks one, [Values] ProbeRemarks other)
    {
        var report = new ProbeReport
        {
            Last = new ProbeResult { Probe = new ProbeId(1), Time = DateTimeOffset.UnixEpoch, Outcome = ProbeOutcome.TurnedAway, Remarks = one | other },
            RunStarted = DateTimeOffset.UnixEpoch,
            RunLength = 1,
        };

        var read = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(report, LinkJson.Default.ProbeReport), LinkJson.Default.ProbeReport);

        Assert.That(read!.Last.Remarks, Is.EqualTo(one | other));
    }

    [Test]
    public void Source_OfAVantageFromTheFuture_CostsItsOwnProbesOnly()
    {
        var applied = Take("""
            {"type":"plan","revision":4,"sources":[{"id":"a","vantage":"Twin"},{"id":"node","vantage":"Node"}],"probes":[
             {"id":"0000000000000001","source":"a","host":"10.0.0.1","port":1,"protocol":"Tcp","intervalMilliseconds":60000,"timeoutMilliseconds":1000},
             {"id":"0000000000000002","source":"node","host":"10.0.0.1","port":1,"protocol":"Tcp","intervalMilliseconds":60000,"timeoutMilliseconds":1000}]}
            """);

        Assert.That(applied.Plan.Probes.Keys, Is.EqualTo([new ProbeId(2)]));
        Assert.That(applied.Refused.Single().Reason, Does.Contain("vantage"));
    }

    [Test]
    public void Plan_OfTheLargestMessage_IsTakenOrRefusedAndKeptSmall()
    {
        var host = new string('h', 100_000);
        var probes = Enumerable.Range(1, MaxProbes).Select(i => Probe((ulong)i) with { Host = host, ServerName = host, Http = new HttpRequestSpec("GET", "/" + host, host) });
        var bytes = JsonSerializer.SerializeToUtf8Bytes<OperatorMessage>(new PlanSnapshot(1, [], [.. probes]), LinkJson.Default.OperatorMessage);
        Assert.That(bytes, Has.Length.GreaterThan(LinkProtocol.MaxMessageBytes));
        var intake = new PlanIntake(MaxSources, MaxProbes);

        var before = GC.GetTotalMemory(true);
        var refused = RefusedOf(intake, bytes);
        var kept = GC.GetTotalMemory(true) - before;

        Assert.That(refused, Is.EqualTo(MaxProbes));
        Assert.That(kept, Is.LessThan(bytes.Length / 2), "what is too long is not kept");
        GC.KeepAlive(intake);
        GC.KeepAlive(bytes);
    }

    // A frame of its own, so that nothing of the message is still referred to when its memory is measured.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int RefusedOf(PlanIntake intake, byte[] bytes) =>
        ((PlanUpdate.Applied)intake.Apply((PlanSnapshot)((LinkReading<OperatorMessage>.Understood)LinkReading.Of(bytes, LinkJson.Default.OperatorMessage)).Message)).Refused.Length;

    [Test]
    public void AnyPlan_NeverThrowsAndNeverExceedsTheBounds() =>
        Prop.ForAll(Messages().ListOf().ToArbitrary(), messages =>
        {
            var intake = new PlanIntake(MaxSources, MaxProbes);
            foreach (var message in messages)
                CheckOne(intake, JsonSerializer.SerializeToUtf8Bytes(message, LinkJson.Default.OperatorMessage));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void AnyMutilatedPlan_NeverThrowsAndNeverExceedsTheBounds()
    {
        var mutilated = from messages in Messages().ListOf()
                        from seed in Gen.Choose(0, int.MaxValue - 1)
                        select (messages, seed);
        Prop.ForAll(mutilated.ToArbitrary(), sample =>
        {
            var random = new System.Random(sample.seed);
            var intake = new PlanIntake(MaxSources, MaxProbes);
            foreach (var message in sample.messages)
                CheckOne(intake, Mutilate(JsonSerializer.SerializeToUtf8Bytes(message, LinkJson.Default.OperatorMessage), random));
        }).QuickCheckThrowOnFailure();
    }

    private static void CheckOne(PlanIntake intake, byte[] bytes)
    {
        if (LinkReading.Of(bytes, LinkJson.Default.OperatorMessage) is not LinkReading<OperatorMessage>.Understood { Message: PlanSnapshot or PlanDelta } read)
            return;
        if ((read.Message is PlanSnapshot snapshot ? intake.Apply(snapshot) : intake.Apply((PlanDelta)read.Message)) is not PlanUpdate.Applied applied)
            return;
        Assert.That(applied.Plan.Sources, Has.Count.LessThanOrEqualTo(MaxSources));
        Assert.That(applied.Plan.Probes.Count + applied.Refused.Length, Is.LessThanOrEqualTo(MaxProbes));
        foreach (var probe in applied.Plan.Probes.Values)
        {
            Assert.That(probe.Port, Is.InRange(1, 65535));
            Assert.That(probe.TimeoutMilliseconds, Is.InRange(PlanBounds.MinTimeoutMilliseconds, PlanBounds.MaxTimeoutMilliseconds));
            Assert.That(probe.IntervalMilliseconds, Is.GreaterThanOrEqualTo(PlanBounds.MinIntervalMilliseconds));
            Assert.That(probe.Host, Has.Length.InRange(1, 255));
            Assert.That(Enum.IsDefined(probe.Protocol));
            Assert.That(applied.Plan.Sources, Contains.Key(probe.Source));
        }

        Assert.That(applied.Refused.Select(refused => refused.Reason), Has.All.Length.LessThan(300));
    }

    private static byte[] Mutilate(byte[] json, System.Random random)
    {
        string[] strangers = ["null", "-1", "1e999", "{}", "[]", "\"\\u0000\"", "true", "99999999999999999999", ",", "}", "\"", "\\ud800"];
        var text = new StringBuilder(Encoding.UTF8.GetString(json));
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var at = random.Next(text.Length);
            var length = Math.Min(random.Next(12), text.Length - at);
            text.Remove(at, length);
            if (random.Next(3) > 0)
                text.Insert(Math.Min(at, text.Length), strangers[random.Next(strangers.Length)]);
            if (text.Length == 0)
                break;
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static Gen<OperatorMessage> Messages()
    {
        var texts = Gen.OneOf(Gen.Elements("", "a", "b", "node", "10.0.0.1", "name.svc"), Gen.Choose(200, 400).Select(length => new string('x', length)), Gen.Constant<string>(null!));
        var numbers = Gen.Elements(0, 1, -1, 80, 999, 1_000, 60_000, 65_535, 65_536, int.MaxValue, int.MinValue);
        var ids = Gen.Choose(0, 60).Select(i => new ProbeId((ulong)i));
        var source = from id in texts
                     from name in texts
                     from vantage in Gen.Elements(VantageKind.Pod, VantageKind.Node, (VantageKind)7)
                     from addresses in texts.ListOf()
                     select new ProbeSource { Id = id, Name = name, Vantage = vantage, Addresses = [.. addresses] };
        var probe = from id in ids
                    from at in texts
                    from host in texts
                    from port in numbers
                    from interval in numbers
                    from timeout in numbers
                    from protocol in Gen.Elements(ProbeProtocol.Tcp, ProbeProtocol.Https, (ProbeProtocol)9)
                    select Probe(0) with { Id = id, Source = at, Host = host, Port = port, IntervalMilliseconds = interval, TimeoutMilliseconds = timeout, Protocol = protocol };
        var probes = probe.ListOf().Select(list => list.ToArray());
        var sources = source.ListOf().Select(list => list.ToArray());
        var revisions = Gen.Elements(-2L, 0L, 1L, 2L, 3L);
        var snapshots = from revision in revisions
                        from s in sources
                        from p in probes
                        from part in Gen.Choose(0, 2)
                        from more in Gen.Elements(true, false)
                        select (OperatorMessage)new PlanSnapshot(revision, s, p) { Part = part, More = more };
        var deltas = from needed in revisions
                     from revision in revisions
                     from s in sources
                     from p in probes
                     from gone in ids.ListOf()
                     select (OperatorMessage)new PlanDelta(needed, revision, s, p, ["a"], [.. gone]);
        return Gen.OneOf(snapshots, deltas);
    }

    private static PlanUpdate.Applied Take(string json) =>
        (PlanUpdate.Applied)new PlanIntake(MaxSources, MaxProbes).Apply((PlanSnapshot)((LinkReading<OperatorMessage>.Understood)LinkReading.Of(Encoding.UTF8.GetBytes(json), LinkJson.Default.OperatorMessage)).Message);

    private static PlannedProbe Probe(ulong id) => new()
    {
        Id = new ProbeId(id),
        Source = "a",
        Host = "10.0.0.1",
        Port = 80,
        Protocol = ProbeProtocol.Tcp,
        IntervalMilliseconds = 60_000,
        TimeoutMilliseconds = 3000,
    };
}
