using Plumbline.Testing;
using System.Diagnostics;
using System.Net;
using Plumbline.Core.Probes;
using Plumbline.Probing.Tests.Fixtures;

namespace Plumbline.Probing.Tests;

/// <summary>A node with many pods, and pods that come and go.</summary>
internal sealed class ScaleTests
{
    private const int Pods = 500;
    private const int ProbesAPod = 250;
    
    // Each probe looks for a moment at what the server does after the handshake, so many must be under way.
    private const int Workers = 1024;

    [Test]
    public async Task Probes_250FromEachOf500Namespaces_NoneLostNothingLeft()
    {
        using var network = TestNetwork.Create();
        using var acceptor = RawAcceptor.Start(network.Target, IPAddress.Any, 8600);
        var origins = network.AddPods(Pods).Select(pod => Origin(network, pod)).ToList();
        var probe = Lab.Probe(TestNetwork.TargetAddress, 8600, timeout: 30_000);
        var engines = ProcessFacts.ThreadsNamed("plumbline-prob");
        var home = ProcessFacts.ThreadNamespaces;
        var descriptors = ProcessFacts.Descriptors.Count;

        // With resets: half a million orderly ends would leave the kernel busy with TIME_WAIT for a minute.
        using (var engine = new ProbeEngine(new ProbeEngineOptions { ContinueOnEngineThread = true, CloseWithReset = true, MaxConcurrency = Workers }, TimeProvider.System))
        {
            var next = -1;
            var outcomes = new int[Enum.GetValues<ProbeOutcome>().Length];
            var started = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync()));
            TestContext.Progress.WriteLine($"{outcomes.Sum()} probes from {Pods} namespaces in {started.Elapsed.TotalSeconds:F1} s");

            Assert.That(outcomes[(int)ProbeOutcome.Succeeded], Is.EqualTo(Pods * ProbesAPod));
            Assert.That(outcomes.Sum(), Is.EqualTo(Pods * ProbesAPod));
            Assert.That(engine.OpenSockets, Is.Zero);
            Assert.That(ProcessFacts.ThreadNamespaces, Is.EquivalentTo(home), "no thread stays in a pod's namespace");

            async Task WorkAsync()
            {
                while (Interlocked.Increment(ref next) is var i && i < Pods * ProbesAPod)
                {
                    var result = await engine.RunAsync(probe, origins[i % Pods], default).ConfigureAwait(false);
                    Interlocked.Increment(ref outcomes[(int)result.Outcome]);
                }
            }
        }

        // A joined thread stays in the kernel's list for a moment.
        await Eventually.TrueAsync(() => ProcessFacts.ThreadsNamed("plumbline-prob") <= engines);
        await Eventually.TrueAsync(() => ProcessFacts.Descriptors.Count <= descriptors);
    }

    [Test]
    public async Task Probes_MixedProtocolsFrom100Namespaces_AllEndAndNothingIsLeft()
    {
        using var network = TestNetwork.Create();
        using var http = TcpServer.Start(network.Target, 8601, TcpServer.Answer("HTTP/1.1 200 OK\r\n\r\n"));
        using var secure = TcpServer.Start(network.Target, 8602, Certificates.Serve("HTTP/1.1 200 OK\r\n\r\n"));
        using var names = new DnsServer(network.Target, (_, _, query) => DnsServer.Reply(query));
        var origins = network.AddPods(100).Select(pod => Origin(network, pod)).ToList();
        (int Port, ProbeProtocol Protocol)[] kinds =
            [(8601, ProbeProtocol.Tcp), (8601, ProbeProtocol.Http), (8602, ProbeProtocol.Tls), (8602, ProbeProtocol.Https), (53, ProbeProtocol.Dns)];
        using var engine = new ProbeEngine(new ProbeEngineOptions(), TimeProvider.System);
        await RunAsync(origins[0]);
        await Eventually.TrueAsync(() => engine.OpenSockets == 0);
        var home = ProcessFacts.ThreadNamespaces;

        var results = (await Task.WhenAll(origins.Select(RunAsync))).SelectMany(result => result).ToList();

        Assert.That(results.Where(result => result.Outcome != ProbeOutcome.Succeeded).Select(result => $"{result.Outcome} {result.Detail}"), Is.Empty);
        await Eventually.TrueAsync(() => engine.OpenSockets == 0);
        Assert.That(ProcessFacts.ThreadNamespaces, Is.EquivalentTo(home), "no thread stays in a pod's namespace");
        Assert.That(ProcessFacts.Descriptors.Count(link => link.StartsWith("net:[", StringComparison.Ordinal)), Is.LessThanOrEqualTo(2),
            "one descriptor an engine names its own namespace; none names a pod's");

        Task<ProbeResult[]> RunAsync(ProbeOrigin origin) => Task.WhenAll(kinds.Select(kind =>
            engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, kind.Port, kind.Protocol, timeout: 30_000), origin, default).AsTask()));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public async Task Namespaces_DeletedAtRandomMoments_NoEvidenceAndNoOtherProbeHurt(int seed)
    {
        var random = new Random(seed);
        using var network = TestNetwork.Create();
        using var acceptor = RawAcceptor.Start(network.Target, IPAddress.Any, 8600);
        network.Nft("t", "table inet f { chain i { type filter hook input priority 0; tcp dport 8601 drop; }; }");
        var pods = network.AddPods(20);
        var origins = pods.Select(pod => Origin(network, pod)).ToList();
        var doomed = new bool[pods.Count];
        var mistakes = new List<string>();
        var counts = new Dictionary<ProbeOutcome, int>();
        using var engine = new ProbeEngine(new ProbeEngineOptions(), TimeProvider.System);
        using var over = new CancellationTokenSource();

        var probing = Task.WhenAll(Enumerable.Range(0, pods.Count).Select(ProbeAsync));
        foreach (var i in Enumerable.Range(0, pods.Count).OrderBy(_ => random.Next()).Take(12))
        {
            // Between two deletions some probes end: that is the random moment, without a clock.
            var until = Total() + random.Next(60);
            await Eventually.TrueAsync(() => Total() >= until);
            Volatile.Write(ref doomed[i], true);

            // As a runtime does, or the other way round: the interface goes first, and then the namespace.
            if (random.Next(2) == 0)
                network.Ip("r", $"link del {pods[i].Name}");
            network.Remove(pods[i].Name);
        }

        await over.CancelAsync();
        await probing;
        TestContext.Out.WriteLine(string.Join(", ", counts.Select(count => $"{count.Key} {count.Value}")));

        Assert.That(mistakes, Is.Empty);
        Assert.That(counts, Does.ContainKey(ProbeOutcome.SourceGone), "some probes did meet a deletion");
        await Eventually.TrueAsync(() => engine.OpenSockets == 0);

        async Task ProbeAsync(int i)
        {
            while (!over.IsCancellationRequested && !Volatile.Read(ref doomed[i]))
                await Task.WhenAll(OneAsync(i, 8600, ProbeOutcome.Succeeded, 20_000), OneAsync(i, 8601, ProbeOutcome.TimedOut, 300), OneAsync(i, 8602, ProbeOutcome.ConnectionRefused, 20_000));
            await OneAsync(i, 8600, ProbeOutcome.Succeeded, 20_000);
        }

        async Task OneAsync(int i, int port, ProbeOutcome expected, int timeout)
        {
            var result = await engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, port, timeout: timeout), origins[i], default);
            lock (counts)
            {
                counts[result.Outcome] = counts.GetValueOrDefault(result.Outcome) + 1;
                if (result.Outcome != expected && !(Volatile.Read(ref doomed[i]) && !result.Outcome.IsEvidence()))
                    mistakes.Add($"pod {i}, port {port}, doomed {doomed[i]}: {result.Outcome} {result.Detail}");
            }
        }

        int Total()
        {
            lock (counts)
                return counts.Values.Sum();
        }
    }

    private static ProbeOrigin Origin(TestNetwork network, Pod pod) => ProbeOrigin.In(network.At(pod.Name)) with { Addresses = [IPAddress.Parse(pod.Address)] };
}
