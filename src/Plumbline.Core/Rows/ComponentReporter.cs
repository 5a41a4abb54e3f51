using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Resolution;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>Says of each Component what it binds to at the moment.</summary>
internal sealed class ComponentReporter
{
    private readonly Dictionary<NamespacedName, ComponentReport> _published = [];

    public void Report(SortedDictionary<NamespacedName, ObservedComponent> components, ClusterSnapshot cluster, List<Effect> effects)
    {
        foreach (var gone in _published.Keys.Where(k => !components.ContainsKey(k)).ToList())
        {
            _published.Remove(gone);
        }

        var directory = new ComponentDirectory(components.Values.Select(c => c.Component));
        foreach (var (key, observed) in components)
        {
            var report = ReportOf(observed, directory, cluster);
            if (_published.TryGetValue(key, out var last) && last with { Services = [] } == report with { Services = [] } && last.Services.SequenceEqual(report.Services))
            {
                continue;
            }

            _published[key] = report;
            effects.Add(new Effect.PublishComponent(key, report));
        }
    }

    /// <summary>A status that is not what was written last was changed or lost: it is written again. Our own older write coming back costs one more.</summary>
    public void Observe(NamespacedName key, ObservedCondition? resolved)
    {
        if (_published.TryGetValue(key, out var last) && ((resolved?.Status == VerifiedStatus.True) != last.Resolved || resolved?.Reason != last.Reason))
        {
            _published.Remove(key);
        }
    }

    public void ForgetAll() => _published.Clear();

    private static ComponentReport ReportOf(ObservedComponent observed, ComponentDirectory directory, ClusterSnapshot cluster)
    {
        var component = observed.Component;
        var conflict = component.Names
            .Select(name => (Name: name, Others: directory.Claiming(component.Key.Namespace, name).Where(c => c.Key != component.Key).Select(c => c.Key.Name).ToList()))
            .FirstOrDefault(c => c.Others.Count > 0);
        if (PartyResolver.Look(directory, component.Key.Namespace, null, component.Key.Name, "name") is PartyLookup.Failed failed)
        {
            return Unresolved(observed, failed.Reason, failed.Explanation);
        }

        var counted = Count(component, directory, cluster);
        var report = new ComponentReport(
            observed.Uid,
            observed.Generation,
            counted.Problem is null,
            (counted.Problem is null ? Reasons.OfComponents.Bound : Reasons.OfComponents.NotFound).Name,
            counted.Problem ?? counted.What,
            counted.Pods.Length,
            counted.Pods.Count(p => p is { Ready: true, Terminating: false }),
            counted.Services,
            counted.Addresses);
        return conflict.Others is null
            ? report
            : report with
            {
                Resolved = false,
                Reason = Reasons.NameAmbiguous.Name,
                Message = $"the name '{conflict.Name}' (spec.names) is also claimed by {string.Join(", ", conflict.Others)}; rows that use it are Unknown until only one claims it, or the map binds it in spec.parties",
            };
    }

    private static ComponentReport Unresolved(ObservedComponent observed, Reason reason, string message) =>
        new(observed.Uid, observed.Generation, false, reason.Name, message, 0, 0, [], 0);

    private sealed record Counted(ImmutableArray<PodFacts> Pods, ImmutableArray<string> Services, int Addresses, string What, string? Problem);

    private static Counted Count(Component component, ComponentDirectory directory, ClusterSnapshot cluster) => component.Binding switch
    {
        Binding.Workload w => OfPods([.. cluster.PodsOf(w.Key)], cluster, w.Key.ToString(), cluster.Workloads.ContainsKey(w.Key)
            ? null
            : $"{w.Key} does not exist; correct spec.workload or create it"),
        Binding.Pods p => OfPods([.. cluster.PodsMatching(p.Namespace, p.Selector)], cluster, $"pods in namespace {p.Namespace} matching {p.Selector}", cluster.PodsMatching(p.Namespace, p.Selector).Any()
            ? null
            : $"no pod in namespace {p.Namespace} matches {p.Selector}; correct spec.pods or start the pods"),
        Binding.Service s => OfService(s.Key, cluster),
        Binding.External e => new([], [], e.Hosts.Length, $"{e.Hosts.Length} external host(s)", null),
        Binding.Nodes n => new([], [], cluster.Nodes.Values.Count(node => n.Selector.Matches(node.Labels)), n.SameNode ? "the node of each pod at the other end" : "nodes", null),
        Binding.Group g => OfGroup(g, component, directory, cluster),
        Binding.Outside => new([], [], 0, "outside the cluster: rows from here cannot be probed", null),
        Binding.None or Binding.Invalid => throw new InvalidOperationException("unbound Components are reported before they are counted"),
        _ => throw new InvalidOperationException($"unknown binding {component.Binding}"),
    };

    private static Counted OfPods(ImmutableArray<PodFacts> pods, ClusterSnapshot cluster, string what, string? problem)
    {
        ImmutableArray<PodFacts> live = [.. pods.Where(p => p.Phase is PodPhase.Running or PodPhase.Pending)];
        ImmutableArray<string> services = [.. live.SelectMany(cluster.ServicesOf).Select(s => s.Key.ToString()).Distinct().Order(StringComparer.Ordinal)];
        return new(live, services, live.Sum(p => p.Addresses.Length), what, problem);
    }

    private static Counted OfService(NamespacedName key, ClusterSnapshot cluster)
    {
        if (!cluster.Services.ContainsKey(key))
        {
            return new([], [], 0, "", $"Service {key} does not exist; correct spec.service or create it");
        }

        var endpoints = cluster.SlicesOf(key).SelectMany(s => s.Endpoints).ToList();
        ImmutableArray<PodFacts> pods = [.. endpoints.Where(e => e.Pod is not null && cluster.Pods.ContainsKey(e.Pod.Value)).Select(e => cluster.Pods[e.Pod!.Value]).DistinctBy(p => p.Key)];
        return new(pods, [key.ToString()], endpoints.Select(e => e.Address).Distinct().Count(), $"Service {key}", null);
    }

    private static Counted OfGroup(Binding.Group group, Component component, ComponentDirectory directory, ClusterSnapshot cluster)
    {
        var members = group.Components
            .Select(name => directory.Find(new NamespacedName(component.Key.Namespace, name)))
            .Where(c => c is not null && c.Binding is not (Binding.Group or Binding.None or Binding.Invalid))
            .Select(c => Count(c!, directory, cluster))
            .ToList();
        return new(
            [.. members.SelectMany(m => m.Pods).DistinctBy(p => p.Key)],
            [.. members.SelectMany(m => m.Services).Distinct().Order(StringComparer.Ordinal)],
            members.Sum(m => m.Addresses),
            $"{group.Components.Length} components",
            members.Select(m => m.Problem).FirstOrDefault(p => p is not null));
    }
}
