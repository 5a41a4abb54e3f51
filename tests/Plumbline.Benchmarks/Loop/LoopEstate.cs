using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Loop;
using Plumbline.Core.Probes;
using Plumbline.Core.Rows;
using Plumbline.Core.Words;

namespace Plumbline.Benchmarks.Loop;

/// <summary>
/// A made cluster of any size: workloads of 15 pods spread over the nodes, a Service each, 300 namespaces, Components for up to 2,000 of the
/// workloads, and rows between them at random. A row has 240 pairs, so it takes turns among them: 64 probes at a time.
/// </summary>
internal sealed class LoopEstate(int nodes, int pods, int rows)
{
    private const int PodsPerWorkload = 15;
    private const int Namespaces = 300;
    private const int RowsPerMap = 100;

    private readonly int _workloads = pods / PodsPerWorkload;
    private readonly Random _random = new(1);

    public int Nodes => nodes;

    public int Rows => rows;

    /// <summary>Some workloads are always without.</summary>
    public int Components => Math.Min(_workloads / 2, 2_000);

    /// <summary>Pods that some Component names.</summary>
    public int BoundWorkload(int component) => component * (_workloads / Components);

    /// <summary>The last workload: no Component names it unless all are named.</summary>
    public int FreeWorkload => _workloads - 1;

    public IEnumerable<LoopEvent> Facts()
    {
        for (var node = 0; node < nodes; node++)
        {
            yield return Node(node);
        }

        for (var space = 0; space < Namespaces; space++)
        {
            yield return new LoopEvent.NamespaceChanged($"ns-{space}", new NamespaceFacts($"ns-{space}", Labels()));
        }

        for (var workload = 0; workload < _workloads; workload++)
        {
            var key = Workload(workload);
            yield return new LoopEvent.WorkloadChanged(key, new WorkloadFacts(key, null, PodsPerWorkload));
            for (var pod = 0; pod < PodsPerWorkload; pod++)
            {
                yield return Pod(workload, pod, ready: true);
            }

            var service = new NamespacedName(key.Namespace, key.Name);
            yield return new LoopEvent.ServiceChanged(service, new ServiceFacts
            {
                Key = service,
                ClusterIps = [$"172.{16 + (workload >> 16)}.{(workload >> 8) & 255}.{workload & 255}"],
                Ports = [new("p", 9000, "TCP", "9000")],
                Selector = Labels(("app", key.Name)),
            });
            var slice = new NamespacedName(key.Namespace, $"{key.Name}-x");
            yield return new LoopEvent.EndpointSliceChanged(slice, new EndpointSliceFacts(
                slice,
                key.Name,
                [new("p", 9000, "TCP")],
                [.. Enumerable.Range(0, PodsPerWorkload).Select(pod => new EndpointFacts(Address(workload, pod), true, false, PodKey(workload, pod), NodeOf(workload, pod)))]));
        }
    }

    public IEnumerable<LoopEvent> Documents()
    {
        for (var component = 0; component < Components; component++)
        {
            var key = new NamespacedName("docs", $"c{component}");
            var bound = new Component(key, [$"Comp {component}"], new Binding.Workload(Workload(BoundWorkload(component))), ImmutableDictionary<int, int>.Empty);
            yield return new LoopEvent.ComponentChanged(key, new ObservedComponent(bound, $"uid-{key.Name}", 1, null));
        }

        var maps = Math.Max(1, rows / RowsPerMap);
        var desired = new List<DesiredConnection>[maps];
        for (var row = 0; row < rows; row++)
        {
            var documented = new DocumentedConnection
            {
                Key = new NamespacedName("docs", $"row-{row}"),
                Generation = 1,
                Id = $"{row}",
                Map = $"map-{row % maps}",
                Document = $"Document number {row % maps}",
                From = $"Comp {_random.Next(Components)}",
                To = $"Comp {_random.Next(Components)}",
                Data = "Call data and reporting events",
                Protocol = ConnectionProtocol.Tcp,
                Ports = [new DocumentedPort(9000, ConnectionProtocol.Tcp)],
            };
            (desired[row % maps] ??= []).Add(new DesiredConnection(documented, new Manifest($"f{row}")));
            yield return new LoopEvent.ConnectionChanged(documented.Key, new ObservedConnection(documented, $"u{row}", $"mapuid-{row % maps}", $"f{row}", ObservedStatus.None));
        }

        for (var map = 0; map < maps; map++)
        {
            var key = new NamespacedName("docs", $"map-{map}");
            yield return new LoopEvent.MapChanged(key, new ObservedMap(key, $"mapuid-{map}", 1, [.. desired[map]], [], null));
        }
    }

    public LoopEvent.NodeChanged Node(int node) => new($"n{node}", new NodeFacts($"n{node}", [$"192.0.{node >> 8}.{node & 255}"], Labels(("zone", $"z{node % 3}")), true));

    public LoopEvent.PodChanged Pod(int workload, int pod, bool ready)
    {
        var owner = Workload(workload);
        return new LoopEvent.PodChanged(PodKey(workload, pod), new PodFacts
        {
            Key = PodKey(workload, pod),
            Uid = $"uid-{(workload * PodsPerWorkload) + pod}",
            Labels = Labels(("app", owner.Name), ("app.kubernetes.io/part-of", $"s{workload % Namespaces}")),
            Node = NodeOf(workload, pod),
            Phase = PodPhase.Running,
            Ready = ready,
            Addresses = [Address(workload, pod)],
            Owner = owner,
        });
    }

    public static ProbeReport Report(ProbeId probe, DateTimeOffset now, ProbeOutcome outcome = ProbeOutcome.Succeeded) => new()
    {
        Last = new ProbeResult { Probe = probe, Time = now, Outcome = outcome, Address = "10.0.0.1", Timings = new ProbeTimings(null, 0.3, null, null) },
        RunStarted = now,
        RunLength = outcome == ProbeOutcome.Succeeded ? 1 : 3,
        Attempts = 1,
        Successes = outcome == ProbeOutcome.Succeeded ? 1 : 0,
        ConnectMilliseconds = outcome == ProbeOutcome.Succeeded ? [0.3] : [],
    };

    private string NodeOf(int workload, int pod) => $"n{((workload * PodsPerWorkload) + pod) % nodes}";

    private static string Address(int workload, int pod)
    {
        var id = (workload * PodsPerWorkload) + pod;
        return $"10.{(id >> 16) & 255}.{(id >> 8) & 255}.{id & 255}";
    }

    private static NamespacedName PodKey(int workload, int pod) => new($"ns-{workload % Namespaces}", $"w{workload}-{pod}");

    private static WorkloadKey Workload(int workload) => new(WorkloadKind.StatefulSet, $"ns-{workload % Namespaces}", $"w{workload}");

    private static ImmutableSortedDictionary<string, string> Labels(params (string Key, string Value)[] labels) =>
        labels.ToImmutableSortedDictionary(l => l.Key, l => l.Value, StringComparer.Ordinal);

    private sealed record Manifest(string Fingerprint) : ConnectionManifest(Fingerprint);
}
