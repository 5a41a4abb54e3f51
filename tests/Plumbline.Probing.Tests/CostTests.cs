using System.Net;
using Plumbline.Core.Probes;
using Plumbline.Probing.Namespaces;
using Plumbline.Probing.Tests.Fixtures;

namespace Plumbline.Probing.Tests;

/// <summary>What a probe costs, counted where counting is exact. Times are for the benchmarks.</summary>
internal sealed class CostTests
{
    private const int Probes = 10_000;
    private const int Workers = 256;

    [Test]
    public async Task Allocation_ATcpProbe_AtMost256BytesResultIncluded([Values] bool onEngineThread, [Values] bool cancellable)
    {
        using var acceptor = RawAcceptor.Start(NetworkNamespace.Own, IPAddress.Loopback, 0);
        using var engine = new ProbeEngine(
            new ProbeEngineOptions { AllowedTargets = [IPNetwork.Parse("127.0.0.0/8")], ContinueOnEngineThread = onEngineThread, MaxConcurrency = Workers }, TimeProvider.System);
        using var cancellation = new CancellationTokenSource();
        var token = cancellable ? cancellation.Token : default;
        var probe = Lab.Probe("127.0.0.1", acceptor.Port, timeout: 10_000);
        await RunAsync(engine, probe, Probes / 4, token);

        var before = GC.GetTotalAllocatedBytes(precise: true);
        var succeeded = await RunAsync(engine, probe, Probes, token);
        var bytes = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Probes;
        TestContext.Out.WriteLine($"{bytes:F0} bytes a probe");

        Assert.That(succeeded, Is.EqualTo(Probes));
        Assert.That(bytes, Is.LessThanOrEqualTo(256));
    }

    private static async Task<int> RunAsync(ProbeEngine engine, PlannedProbe probe, int count, CancellationToken cancellation)
    {
        var workers = new Task<int>[Workers];
        for (var i = 0; i < Workers; i++)
            workers[i] = WorkAsync(engine, probe, count / Workers + (i < count % Workers ? 1 : 0), cancellation);
        return (await Task.WhenAll(workers)).Sum();
    }

    private static async Task<int> WorkAsync(ProbeEngine engine, PlannedProbe probe, int count, CancellationToken cancellation)
    {
        var succeeded = 0;
        for (var i = 0; i < count; i++)
        {
            // The test runner's synchronization context allocates for every continuation; an agent has none.
            var result = await engine.RunAsync(probe, ProbeOrigin.Own, cancellation).ConfigureAwait(false);
            succeeded += result.Outcome == ProbeOutcome.Succeeded ? 1 : 0;
        }

        return succeeded;
    }
}
