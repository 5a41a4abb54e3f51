using Plumbline.Testing;
using Plumbline.Core.Probes;
using Plumbline.Probing.Tests.Fixtures;

namespace Plumbline.Probing.Tests;

/// <summary>Turns, cancellation and the engine's end.</summary>
internal sealed class ProbeEngineTests
{
    private const int Silent = 8700;
    private const int Open = 8701;

    private TestNetwork _network = null!;
    private TcpServer _server = null!;

    private ProbeOrigin Source => ProbeOrigin.In(_network.Source);

    [OneTimeSetUp]
    public void MakeNetwork()
    {
        _network = TestNetwork.Create();
        _network.Nft("t", $"table inet f {{ chain i {{ type filter hook input priority 0; tcp dport {Silent} drop; }}; }}");
        _server = TcpServer.Start(_network.Target, Open, TcpServer.UntilLeft);
    }

    [OneTimeTearDown]
    public void TearDown()
    {
        _server?.Dispose();
        _network?.Dispose();
    }

    [Test]
    public async Task Concurrency_MoreThanAllowed_WaitTheirTurnAndAllEnd()
    {
        using var engine = new ProbeEngine(new ProbeEngineOptions { MaxConcurrency = 3 }, TimeProvider.System);

        var running = Enumerable.Range(0, 12).Select(_ => engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, Silent, timeout: 150), Source, default).AsTask()).ToList();
        var most = 0;
        await Eventually.TrueAsync(() =>
        {
            most = Math.Max(most, engine.OpenSockets);
            return running.TrueForAll(probe => probe.IsCompleted);
        });

        Assert.That((await Task.WhenAll(running)).Select(result => result.Outcome), Has.All.EqualTo(ProbeOutcome.TimedOut));
        Assert.That(most, Is.EqualTo(3));
    }

    [Test]
    public async Task Deadline_OfOneThatWaits_BeginsWithItsTurn()
    {
        using var engine = new ProbeEngine(new ProbeEngineOptions { MaxConcurrency = 1 }, TimeProvider.System);

        var first = engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, Silent, timeout: 700), Source, default).AsTask();
        var second = engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, Open, timeout: 300), Source, default).AsTask();

        Assert.That((await first).Outcome, Is.EqualTo(ProbeOutcome.TimedOut));
        Assert.That((await second).Outcome, Is.EqualTo(ProbeOutcome.Succeeded));
    }

    [Test]
    public async Task Cancellation_WhileWaiting_EndsAtOnceAndPassesNoTurnOn()
    {
        using var engine = new ProbeEngine(new ProbeEngineOptions { MaxConcurrency = 1 }, TimeProvider.System);
        using var cancellation = new CancellationTokenSource();
        var first = engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, Silent, timeout: 1000), Source, default).AsTask();
        var waiting = Enumerable.Range(0, 10).Select(_ => engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, Silent, timeout: 60_000), Source, cancellation.Token).AsTask()).ToList();
        await Eventually.TrueAsync(() => engine.OpenSockets == 1);

        await cancellation.CancelAsync();

        foreach (var probe in waiting)
            Assert.That(async () => await probe, Throws.InstanceOf<OperationCanceledException>());
        Assert.That((await first).Outcome, Is.EqualTo(ProbeOutcome.TimedOut), "the one under way went on");
        Assert.That((await engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, Open), Source, default)).Outcome, Is.EqualTo(ProbeOutcome.Succeeded), "the turn is free again");
    }

    [Test]
    public async Task Cancellation_AtAnyMoment_EndsOnlyItsOwnProbe()
    {
        using var engine = new ProbeEngine(new ProbeEngineOptions { MaxConcurrency = 8 }, TimeProvider.System);
        var random = new Random(7);
        for (var round = 0; round < 100; round++)
        {
            using var cancellation = new CancellationTokenSource();
            var doomed = Enumerable.Range(0, 6).Select(i => engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, i % 2 == 0 ? Silent : Open, timeout: 60_000), Source, cancellation.Token).AsTask()).ToList();
            var others = Enumerable.Range(0, 6).Select(_ => engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, Open, timeout: 30_000), Source, default).AsTask()).ToList();
            for (var spin = random.Next(20); spin > 0; spin--)
                await Task.Yield();

            await cancellation.CancelAsync();

            foreach (var other in others)
                Assert.That((await other).Outcome, Is.EqualTo(ProbeOutcome.Succeeded));
            foreach (var probe in doomed)
                await ((Task)probe).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.That(doomed.Where((_, i) => i % 2 == 0), Has.All.Property(nameof(Task.IsCanceled)).True);
        }

        await Eventually.TrueAsync(() => engine.OpenSockets == 0);
    }

    [Test]
    public async Task Probes_ThatFailAtOnce_DoNotNest()
    {
        using var engine = new ProbeEngine(new ProbeEngineOptions { MaxConcurrency = 1, ContinueOnEngineThread = true }, TimeProvider.System);
        var origin = ProbeOrigin.In(new("/run/netns/no-such-namespace", null));

        var results = await Task.WhenAll(Enumerable.Range(0, 20_000).Select(_ => engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, Open), origin, default).AsTask()));

        Assert.That(results.Select(result => result.Outcome), Has.All.EqualTo(ProbeOutcome.SourceGone));
    }

    [Test]
    public async Task Dispose_WithThousandsWaiting_CancelsThemAll()
    {
        var engine = new ProbeEngine(new ProbeEngineOptions { MaxConcurrency = 1 }, TimeProvider.System);
        var running = Enumerable.Range(0, 5000).Select(_ => engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, Silent, timeout: 60_000), Source, default).AsTask()).ToList();
        await Eventually.TrueAsync(() => engine.OpenSockets == 1);

        engine.Dispose();

        await Task.WhenAll(running.Select(probe => ((Task)probe).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing)).Select(async probe => await probe));
        Assert.That(running, Has.All.Property(nameof(Task.IsCanceled)).True);
        Assert.That(() => engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, Open), Source, default), Throws.InstanceOf<ObjectDisposedException>());
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Caller_ContinuesWhereTheOptionSays(bool onEngineThread)
    {
        using var engine = new ProbeEngine(new ProbeEngineOptions { ContinueOnEngineThread = onEngineThread }, TimeProvider.System);

        await engine.RunAsync(Lab.Probe("10.201.2.77", Open, timeout: 200), Source, default).ConfigureAwait(false);

        Assert.That(Thread.CurrentThread.Name == "plumbline-probes", Is.EqualTo(onEngineThread));
    }
}
