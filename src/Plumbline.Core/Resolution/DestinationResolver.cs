using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Words;

namespace Plumbline.Core.Resolution;

/// <summary>What the targets of a row are, and what the cluster's objects say of its ports.</summary>
/// <param name="Missing">Set when nothing can be probed at all.</param>
public sealed record Targets(ImmutableArray<PairTarget> All, ImmutableArray<StaticFact> Facts, ConnectionResolution.Unresolved? Missing)
{
    public static Targets None(Reason reason, string explanation) => new([], [], new ConnectionResolution.Unresolved(reason, explanation));
}

/// <summary>Destination Components and documented ports → what to connect to: the Service by name and each endpoint behind it.</summary>
public static class DestinationResolver
{
    public static Targets Resolve(IReadOnlyList<Component> members, IReadOnlyList<DocumentedPort> ports, IClusterFacts cluster)
    {
        var all = ImmutableArray.CreateBuilder<PairTarget>();
        var facts = ImmutableArray.CreateBuilder<StaticFact>();
        foreach (var member in members)
        {
            var targets = Of(member, ports, cluster);
            if (targets.Missing is not null)
            {
                return targets;
            }

            all.AddRange(targets.All);
            facts.AddRange(targets.Facts);
        }

        return new Targets([.. all.DistinctBy(t => (t.Host, t.Port, t.DocumentedPort, t.Protocol))], facts.ToImmutable(), null);
    }

    private static Targets Of(Component component, IReadOnlyList<DocumentedPort> ports, IClusterFacts cluster) => component.Binding switch
    {
        Binding.Workload w => OfWorkload(component, w.Key, ports, cluster),
        Binding.Pods p => OfPods(component, [.. cluster.PodsMatching(p.Namespace, p.Selector)], $"no pod in namespace {p.Namespace} matches {p.Selector}", ports, cluster),
        Binding.Service s => OfService(component, s.Key, ports, cluster),
        Binding.External e => OfExternal(component, e, ports),
        Binding.Nodes n => OfNodes(component, n, ports, cluster),
        Binding.Outside => Targets.None(Reasons.OutsideCluster, $"the destination '{component.Names.FirstOrDefault() ?? component.Key.Name}' is outside the cluster and has no address (spec.outside)"),
        _ => throw new InvalidOperationException("parties are flattened and bound before their targets are looked up"),
    };

    private static Targets OfWorkload(Component component, WorkloadKey key, IReadOnlyList<DocumentedPort> ports, IClusterFacts cluster)
    {
        ImmutableArray<PodFacts> pods = [.. cluster.PodsOf(key)];
        return pods.IsEmpty && !cluster.HasWorkload(key)
            ? Targets.None(Reasons.DestinationMissing, $"{key} (Component '{component.Key.Name}') does not exist")
            : OfPods(component, pods, $"{key} has no running pod", ports, cluster);
    }

    private static Targets OfPods(Component component, ImmutableArray<PodFacts> pods, string whenNone, IReadOnlyList<DocumentedPort> ports, IClusterFacts cluster)
    {
        ImmutableArray<PodFacts> live = [.. pods.Where(p => p.Phase is PodPhase.Running or PodPhase.Pending && p.Addresses.Length > 0)];
        ImmutableArray<ServiceFacts> services = [.. live.SelectMany(cluster.ServicesOf).DistinctBy(s => s.Key).OrderBy(s => s.Key)];
        var targets = ImmutableArray.CreateBuilder<PairTarget>();
        var facts = ImmutableArray.CreateBuilder<StaticFact>();
        foreach (var documented in ports)
        {
            var port = component.ActualPort(documented.Port);
            ImmutableArray<ServiceFacts> exposing = [.. services.Where(s => s.Ports.Any(p => Serves(p, port, documented)))];
            foreach (var service in exposing)
            {
                AddService(service, port, documented, [.. live.Select(p => p.Key)], cluster, targets, facts);
            }

            if (exposing.IsEmpty)
            {
                // A port that no Service exposes is reached at the pods themselves (a Prometheus scrape); that it is missing explains a failure there.
                targets.AddRange(live.SelectMany(p => p.Addresses.Select(address => OfPod(p, address, port, documented))));
                if (!services.IsEmpty)
                {
                    facts.Add(new StaticFact(documented.Port, Reasons.ServicePortMissing, string.Join("; ", services.Select(s => DescribeMissingPort(s, port, documented)))));
                }
                else if (!live.Any(p => p.Ready))
                {
                    facts.Add(new StaticFact(documented.Port, Reasons.NoReadyEndpoints, live.IsEmpty ? whenNone : $"none of the {live.Length} destination pods is ready"));
                }
            }
        }

        return targets.Count == 0
            ? Targets.None(Reasons.NoReadyEndpoints, whenNone)
            : new Targets(targets.ToImmutable(), facts.ToImmutable(), null);
    }

    private static Targets OfService(Component component, NamespacedName key, IReadOnlyList<DocumentedPort> ports, IClusterFacts cluster)
    {
        if (cluster.Service(key) is not { } service)
        {
            return Targets.None(Reasons.DestinationMissing, $"Service {key} (Component '{component.Key.Name}') does not exist");
        }

        var targets = ImmutableArray.CreateBuilder<PairTarget>();
        var facts = ImmutableArray.CreateBuilder<StaticFact>();
        foreach (var documented in ports)
        {
            var port = component.ActualPort(documented.Port);
            if (service.Type != "ExternalName" && !service.Ports.Any(p => Serves(p, port, documented)))
            {
                facts.Add(new StaticFact(documented.Port, Reasons.ServicePortMissing, DescribeMissingPort(service, port, documented)));
            }

            AddService(service, port, documented, null, cluster, targets, facts);
        }

        return new Targets(targets.ToImmutable(), facts.ToImmutable(), null);
    }

    private static void AddService(
        ServiceFacts service,
        int port,
        DocumentedPort documented,
        HashSet<NamespacedName>? onlyPods,
        IClusterFacts cluster,
        ImmutableArray<PairTarget>.Builder targets,
        ImmutableArray<StaticFact>.Builder facts)
    {
        var name = new PairTarget(
            TargetKind.Service,
            $"{service.Key.Name}.{service.Key.Namespace}.svc.{cluster.Dns.Domain}.",
            port,
            documented.Port,
            documented.Protocol,
            true,
            service.Key,
            null)
        {
            Behind = service.ClusterIps,
        };
        if (service.Type == "ExternalName")
        {
            targets.Add(name);
            return;
        }

        var portName = service.Ports.FirstOrDefault(p => Serves(p, port, documented))?.Name ?? "";
        var ready = new List<PairTarget>();
        foreach (var slice in cluster.SlicesOf(service.Key))
        {
            var target = slice.Ports.FirstOrDefault(p => (p.Name ?? "") == portName && IsCarriedBy(p.Protocol, documented))?.Port;
            foreach (var endpoint in slice.Endpoints.Where(e => target is not null && (onlyPods is null || e.Pod is null || onlyPods.Contains(e.Pod.Value))))
            {
                // Clients of the Service never get to an endpoint that is not ready, so neither do probes: its state is no evidence.
                if (endpoint.Ready)
                {
                    ready.Add(OfEndpoint(endpoint, target!.Value, documented, service.Key, cluster));
                }
            }
        }

        // The name of a headless Service leads to its endpoints.
        targets.Add(service.ClusterIps.IsEmpty ? name with { Behind = [.. ready.Select(t => t.Host)] } : name);
        var offered = IpFamily.Of(ready.Select(t => t.Host));
        targets.AddRange(ready.Select(t => t with { Offered = offered }));
        if (ready.Count == 0 && service.Ports.Any(p => Serves(p, port, documented)))
        {
            facts.Add(new StaticFact(documented.Port, Reasons.NoReadyEndpoints, $"Service {service.Key} has no ready endpoint for port {port}"));
        }
    }

    private static PairTarget OfEndpoint(EndpointFacts endpoint, int port, DocumentedPort documented, NamespacedName service, IClusterFacts cluster)
    {
        var pod = (endpoint.Pod is { } key ? cluster.Pod(key) : null) ?? cluster.PodAt(endpoint.Address);
        return new PairTarget(
            TargetKind.Endpoint,
            endpoint.Address,
            port,
            documented.Port,
            documented.Protocol,
            endpoint is { Ready: true, Terminating: false },
            service,
            pod);
    }

    private static PairTarget OfPod(PodFacts pod, string address, int port, DocumentedPort documented) => new(
        TargetKind.Pod,
        address,
        port,
        documented.Port,
        documented.Protocol,
        pod is { Ready: true, Terminating: false },
        null,
        pod)
    {
        Offered = IpFamily.Of(pod.Addresses),
    };

    private static Targets OfExternal(Component component, Binding.External external, IReadOnlyList<DocumentedPort> ports)
    {
        var targets = ImmutableArray.CreateBuilder<PairTarget>();
        foreach (var documented in ports)
        {
            var port = component.ActualPort(documented.Port);
            var hosts = external.Hosts.Where(h => h.Ports.IsEmpty || h.Ports.Contains(documented.Port)).ToList();
            if (hosts.Count == 0)
            {
                return Targets.None(Reasons.ComponentInvalid, $"Component '{component.Key.Name}': no host of spec.external serves port {documented.Port}; add one to spec.external.hosts or spec.external.endpoints");
            }

            targets.AddRange(hosts.Select(h => new PairTarget(
                TargetKind.External,
                h.Host,
                port,
                documented.Port,
                documented.Protocol,
                true,
                null,
                null)));
        }

        return new Targets(targets.ToImmutable(), [], null);
    }

    private static Targets OfNodes(Component component, Binding.Nodes nodes, IReadOnlyList<DocumentedPort> ports, IClusterFacts cluster)
    {
        var targets =
            from node in cluster.NodesMatching(nodes.Selector)
            from documented in ports
            let port = component.ActualPort(documented.Port)
            from address in node.Addresses
            select new PairTarget(TargetKind.Node, address, port, documented.Port, documented.Protocol, node.Ready, null, null)
            {
                Offered = IpFamily.Of(node.Addresses),
            };
        ImmutableArray<PairTarget> all = [.. targets];
        return all.IsEmpty ? Targets.None(Reasons.DestinationMissing, $"no node matches {nodes.Selector}") : new Targets(all, [], null);
    }

    private static string DescribeMissingPort(ServiceFacts service, int port, DocumentedPort documented)
    {
        var has = string.Join(", ", service.Ports.Select(p => Name(p.Port, p.Protocol)));
        return $"Service {service.Key} has no port {Name(port, TransportOf(documented))} (it has {(has.Length == 0 ? "none" : has)})";

        static string Name(int number, string transport) => transport is "TCP" or "" ? $"{number}" : $"{number}/{transport}";
    }

    /// <summary>One number may be two ports: cluster DNS has 53 of both transports, and they fail apart.</summary>
    private static bool Serves(ServicePortFacts served, int port, DocumentedPort documented) => served.Port == port && IsCarriedBy(served.Protocol, documented);

    private static bool IsCarriedBy(string transport, DocumentedPort documented) => (transport.Length == 0 ? "TCP" : transport) == TransportOf(documented);

    private static string TransportOf(DocumentedPort documented) => documented.Protocol == ConnectionProtocol.Udp ? "UDP" : "TCP";
}

internal static class HostAndPort
{
    public static string Format(string host, int port) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";
}
