using System.Collections.Immutable;
using System.Net;
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
        Binding.Pods p => OfPods(component, [.. cluster.PodsMatching(p.Namespace, p.Selector)], () => PodsInWords.Of(p, cluster), ports, cluster),
        Binding.Service s => OfService(component, s.Key, ports, cluster),
        Binding.External e => OfExternal(component, e, ports),
        Binding.Nodes n => OfNodes(component, n, ports, cluster),
        Binding.Outside => Targets.None(Reasons.OutsideCluster, $"the destination '{component.Names.FirstOrDefault() ?? component.Key.Name}' is outside the cluster and has no address (spec.outside)"),
        _ => throw new InvalidOperationException("parties are flattened and bound before their targets are looked up"),
    };

    private static Targets OfWorkload(Component component, WorkloadKey key, IReadOnlyList<DocumentedPort> ports, IClusterFacts cluster)
    {
        ImmutableArray<PodFacts> pods = [.. cluster.PodsOf(key)];
        return pods.IsEmpty && key.Kind == WorkloadKind.Other ? Targets.None(Reasons.NoReadyEndpoints, SourceResolver.Unwatched(key))
            : pods.IsEmpty && !cluster.HasWorkload(key)
            ? Targets.None(Reasons.DestinationMissing, $"{key} (Component '{component.Key.Name}') does not exist")
            : OfPods(component, pods, () => $"{key} has no running pod", ports, cluster);
    }

    private static Targets OfPods(Component component, ImmutableArray<PodFacts> pods, Func<string> whenNone, IReadOnlyList<DocumentedPort> ports, IClusterFacts cluster)
    {
        ImmutableArray<PodFacts> live = [.. pods.Where(p => p.Phase is PodPhase.Running or PodPhase.Pending && p.Addresses.Length > 0)];
        ImmutableArray<ServiceFacts> services = [.. live.SelectMany(cluster.ServicesOf).DistinctBy(s => s.Key).OrderBy(s => s.Key)];
        var targets = ImmutableArray.CreateBuilder<PairTarget>();
        var facts = ImmutableArray.CreateBuilder<StaticFact>();
        foreach (var documented in ports)
        {
            var port = component.ActualPort(documented.Port);
            var exposing = Exposing(services, port, documented);
            foreach (var service in exposing)
            {
                AddService(service, port, documented, [.. live.Select(p => p.Key)], cluster, targets, facts);
            }

            if (exposing.IsEmpty)
            {
                // A port that no Service exposes is reached at the pods themselves (a Prometheus scrape); that it is missing explains a failure there.
                targets.AddRange(Behind(live, services, port, documented, cluster).SelectMany(p => p.Addresses.Select(address => OfPod(p, address, port, documented))));
                ImmutableArray<ServiceFacts> lacking = [.. services.Where(s => !s.Headless)];
                if (!lacking.IsEmpty)
                {
                    facts.Add(new StaticFact(documented.Port, Reasons.ServicePortMissing, string.Join("; ", lacking.Select(s => DescribeMissingPort(s, port, documented)))));
                }
                else if (!live.Any(p => p.Ready))
                {
                    facts.Add(new StaticFact(documented.Port, Reasons.NoReadyEndpoints, live.IsEmpty ? whenNone() : $"none of the {live.Length} destination pods is ready"));
                }
            }
        }

        return targets.Count == 0
            ? Targets.None(Reasons.NoReadyEndpoints, whenNone())
            : new Targets(targets.ToImmutable(), facts.ToImmutable(), null);
    }

    /// <summary>
    /// Where the documented port is one that a Service leads to inside its pods, the pods behind the Service are meant: others of the same labels, a worker or a Job beside the
    /// server, do not serve it. Otherwise all are.
    /// </summary>
    private static IEnumerable<PodFacts> Behind(ImmutableArray<PodFacts> live, ImmutableArray<ServiceFacts> services, int port, DocumentedPort documented, IClusterFacts cluster)
    {
        var serving = services.SelectMany(s => cluster.SlicesOf(s.Key))
            .Where(s => s.Ports.Any(p => p.Port == port && IsCarriedBy(p.Protocol, documented)))
            .SelectMany(s => s.Endpoints.Select(e => e.Pod)).OfType<NamespacedName>().ToHashSet();
        var behind = live.Where(p => serving.Contains(p.Key)).ToList();
        return behind.Count > 0 ? behind : live;
    }

    /// <summary>
    /// The way that clients take. Where a Service proper has the documented port, a headless one beside it is how its pods find each other, and
    /// says nothing of the row; where only a headless one has it, that is the way.
    /// </summary>
    private static ImmutableArray<ServiceFacts> Exposing(ImmutableArray<ServiceFacts> services, int port, DocumentedPort documented)
    {
        ImmutableArray<ServiceFacts> all = [.. services.Where(s => s.Ports.Any(p => Serves(p, port, documented)))];
        ImmutableArray<ServiceFacts> proper = [.. all.Where(s => !s.Headless)];
        return proper.IsEmpty ? all : proper;
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
        var name = OfName(service, port, documented, cluster);
        if (service.Type == "ExternalName")
        {
            targets.Add(name);
            return;
        }

        if (!service.Headless && !service.Ports.Any(p => Serves(p, port, documented)))
        {
            targets.Add(name with { IsMissing = true });
            facts.Add(new StaticFact(documented.Port, Reasons.ServicePortMissing, DescribeMissingPort(service, port, documented)) { Service = service.Key });
            return;
        }

        var (endpoints, unmapped) = EndpointsOf(service, name.ServerName!, port, documented, onlyPods, cluster);
        if (service.Headless)
        {
            // The name of a headless Service leads to its endpoints.
            name = name with
            {
                Behind = [.. endpoints.Where(t => t.Steady).Select(t => t.Host)],
                Unsteady = [.. endpoints.Where(t => !t.Steady).Select(t => t.Host)],
                Steady = endpoints.Count == 0 || endpoints.Exists(t => t.Steady),
            };
        }

        targets.Add(service.LocalOnly ? name with { LocalNodes = endpoints.Select(t => t.OnlyFrom).OfType<string>().ToHashSet(StringComparer.Ordinal) } : name);
        var offered = IpFamily.Of(endpoints.Select(t => t.Host));
        targets.AddRange(endpoints.Select(t => t with { Offered = offered }));
        if (endpoints.Count == 0)
        {
            facts.Add(new StaticFact(documented.Port, Reasons.NoReadyEndpoints, unmapped > 0
                ? $"Service {service.Key} leads nowhere on port {port}: {Unmapped(service, service.Ports.First(p => Serves(p, port, documented)), unmapped, cluster)}"
                : $"Service {service.Key} has no ready endpoint for port {port}{(cluster.SlicesOf(service.Key).Any(s => s.OfNames) ? ", only names (addressType FQDN), which kube-proxy passes over" : "")}"));
        }
    }

    /// <summary>Why a Service that has ready endpoints leads to none, as a clause. Slices that somebody wrote are matched by the port's name alone.</summary>
    private static string Unmapped(ServiceFacts service, ServicePortFacts port, int endpoints, IClusterFacts cluster) => service.Selector.Count > 0
        ? $"its targetPort '{port.TargetPort}' is no port of its {endpoints} ready pod{(endpoints == 1 ? "" : "s")}"
        : $"its port is named '{port.Name}', and its EndpointSlices have only {string.Join(", ", cluster.SlicesOf(service.Key).SelectMany(s => s.Ports).Select(p => $"'{p.Name}'").Distinct())}";

    private static PairTarget OfName(ServiceFacts service, int port, DocumentedPort documented, IClusterFacts cluster)
    {
        var name = $"{service.Key.Name}.{service.Key.Namespace}.svc.{cluster.Dns.Domain}";
        return new PairTarget(TargetKind.Service, $"{name}.", port, documented.Port, documented.Protocol, true, service.Key, null)
        {
            Behind = service.ClusterIps,
            ServerName = name,
            IsDns = port == DocumentedPort.Dns,
            Caution = IPAddress.TryParse(service.ExternalName, out _) ? $"externalName {service.ExternalName} is an address, which DNS takes for a name: a Service without selector leads to an address"
                : service.ProxyName is { } proxy ? $"kube-proxy leaves Service {service.Key} to the proxy '{proxy}' (label service.kubernetes.io/service-proxy-name)" : null,
        };
    }

    /// <summary>
    /// Endpoints that clients of the Service get to. Those are the ready ones; kube-proxy falls back to ones that still serve on their way out
    /// when no other is left (KEP-1669). What clients never get to is no evidence and is not probed.
    /// </summary>
    /// <returns>Unmapped: ready endpoints that lack the port, since its targetPort names none of their containers'.</returns>
    private static (List<PairTarget> Endpoints, int Unmapped) EndpointsOf(
        ServiceFacts service, string name, int port, DocumentedPort documented, HashSet<NamespacedName>? onlyPods, IClusterFacts cluster)
    {
        var portName = service.Ports.FirstOrDefault(p => Serves(p, port, documented))?.Name ?? "";
        var (ready, leaving) = (new List<PairTarget>(), new List<PairTarget>());
        var unmapped = 0;
        foreach (var slice in cluster.SlicesOf(service.Key))
        {
            // Nothing translates the port of a headless Service: what is documented is what clients connect to.
            var target = service.Headless ? port : slice.Ports.FirstOrDefault(p => (p.Name ?? "") == portName && IsCarriedBy(p.Protocol, documented))?.Port;
            foreach (var endpoint in slice.Endpoints.Where(e => onlyPods is null || e.Pod is null || onlyPods.Contains(e.Pod.Value)))
            {
                if (target is null)
                {
                    unmapped += endpoint.Ready ? 1 : 0;
                }
                else if (endpoint.Ready)
                {
                    ready.Add(OfEndpoint(endpoint, port, target.Value, documented, service, cluster) with { ServerName = name });
                }
                else if (endpoint is { Serving: true, Terminating: true } && !service.Headless)
                {
                    leaving.Add(OfEndpoint(endpoint, port, target.Value, documented, service, cluster) with { ServerName = name });
                }
            }
        }

        return (ready.Count > 0 ? ready : leaving, unmapped);
    }

    private static PairTarget OfEndpoint(EndpointFacts endpoint, int asked, int port, DocumentedPort documented, ServiceFacts service, IClusterFacts cluster)
    {
        var pod = (endpoint.Pod is { } key ? cluster.Pod(key) : null) ?? cluster.PodAt(endpoint.Address);
        return new PairTarget(
            TargetKind.Endpoint,
            endpoint.Address,
            port,
            documented.Port,
            documented.Protocol,
            endpoint is { Serving: true, Terminating: false } && pod?.Ready != false,
            service.Key,
            pod)
        {
            OnlyFrom = service.LocalOnly ? endpoint.Node ?? pod?.Node : null,
            IsDns = asked == DocumentedPort.Dns,
        };
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
        IsDns = port == DocumentedPort.Dns,
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
                null) { IsDns = port == DocumentedPort.Dns, Proxy = external.Proxy }));
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
                IsDns = port == DocumentedPort.Dns,
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
