using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Resolution;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>Says of each Component what it binds to: anew when what it was said by has changed.</summary>
internal sealed class ComponentTable(FactReader facts, DependencyIndex dependencies, DueHeap due)
{
    private readonly SortedDictionary<NamespacedName, Entry> _components = [];
    private readonly HashSet<Entry> _toReport = [];

    /// <summary>After the directory knows of it.</summary>
    public void Observe(NamespacedName key, ObservedComponent? next)
    {
        var entry = _components.GetValueOrDefault(key);
        if (next is null)
        {
            if (entry is not null && _components.Remove(key))
            {
                dependencies.Remove(entry.ByFacts);
                due.Set(entry, DateTimeOffset.MaxValue);
                _toReport.Remove(entry);
            }

            return;
        }

        if (entry is null)
        {
            _components[key] = entry = new Entry(next, e => _toReport.Add(e));
            _toReport.Add(entry);
        }
        else if (entry.Observed.Uid != next.Uid || entry.Observed.Generation != next.Generation || !entry.Observed.Component.Equals(next.Component))
        {
            _toReport.Add(entry);
        }

        entry.Observed = next;
        if (entry.Published is { } last && ((next.Resolved?.Status == VerifiedStatus.True) != last.Resolved || next.Resolved?.Reason != last.Reason))
        {
            // Changed or lost: it is written again. Our own older write coming back costs one more.
            entry.Published = null;
            _toReport.Add(entry);
        }
    }

    public void Lead()
    {
        foreach (var entry in _components.Values)
        {
            entry.Published = null;
            _toReport.Add(entry);
        }
    }

    public void Report(List<Effect> effects, DateTimeOffset now)
    {
        foreach (var entry in _toReport.OrderBy(e => e.Observed.Component.Key).ToList())
        {
            facts.Begin();
            var report = ReportOf(entry.Observed);
            dependencies.Replace(entry.ByFacts, facts.Asked);
            var news = entry.NewsIn(report);
            var at = entry.Pace.DueAt(news, TimeSpan.MaxValue);
            if (at <= now)
            {
                entry.Pace.Wrote(news, now);
                entry.Published = report;
                effects.Add(new Effect.PublishComponent(entry.Observed.Component.Key, report));
                at = DateTimeOffset.MaxValue;
            }

            due.Set(entry, at);
        }

        _toReport.Clear();
    }

    private sealed class Entry : Timed
    {
        private readonly Action<Entry> _report;

        public Entry(ObservedComponent observed, Action<Entry> report)
        {
            (Observed, _report) = (observed, report);
            ByFacts = new Dependent(() => report(this));
        }

        public ObservedComponent Observed { get; set; }

        public Dependent ByFacts { get; }

        public WritePace Pace { get; } = new();

        public ComponentReport? Published { get; set; }

        public override void Wake(DateTimeOffset now) => _report(this);

        public ReportNews NewsIn(ComponentReport next) => Published switch
        {
            null => ReportNews.New,
            var p when p.Uid != next.Uid || p.Generation != next.Generation => ReportNews.New,
            var p when p.Resolved != next.Resolved || p.Reason != next.Reason || p.Message != next.Message || !p.Services.SequenceEqual(next.Services) => ReportNews.Moved,
            var p => (p.Pods, p.Ready, p.Addresses) == (next.Pods, next.Ready, next.Addresses) ? ReportNews.None : ReportNews.Words,
        };
    }

    private ComponentReport ReportOf(ObservedComponent observed)
    {
        var component = observed.Component;
        var conflict = component.Names
            .Select(name => (Name: name, Others: facts.Claiming(component.Key.Namespace, name).Where(c => c.Key != component.Key).Select(c => c.Key.Name).ToList()))
            .FirstOrDefault(c => c.Others.Count > 0);
        if (PartyResolver.Look(facts, component.Key.Namespace, null, component.Key.Name, "name") is PartyLookup.Failed failed)
        {
            return Unresolved(observed, failed.Reason, failed.Explanation);
        }

        var counted = Count(component);
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

    private Counted Count(Component component) => component.Binding switch
    {
        Binding.Workload w => OfPods([.. facts.PodsOf(w.Key)], w.Key.ToString(), facts.HasWorkload(w.Key)
            ? null
            : $"{w.Key} does not exist; correct spec.workload or create it"),
        Binding.Pods p => OfPods([.. facts.PodsMatching(p.Namespace, p.Selector)], $"pods in namespace {p.Namespace} matching {p.Selector}", facts.PodsMatching(p.Namespace, p.Selector).Count > 0
            ? null
            : $"no pod in namespace {p.Namespace} matches {p.Selector}; correct spec.pods or start the pods"),
        Binding.Service s => OfService(s.Key),
        Binding.External e => new([], [], e.Hosts.Length, $"{e.Hosts.Length} external host(s)", null),
        Binding.Nodes n => new([], [], facts.NodesMatching(n.Selector).Count, n.SameNode ? "the node of each pod at the other end" : "nodes", null),
        Binding.Group g => OfGroup(g, component),
        Binding.Outside => new([], [], 0, "outside the cluster: rows from here cannot be probed", null),
        Binding.None or Binding.Invalid => throw new InvalidOperationException("unbound Components are reported before they are counted"),
        _ => throw new InvalidOperationException($"unknown binding {component.Binding}"),
    };

    private Counted OfPods(ImmutableArray<PodFacts> pods, string what, string? problem)
    {
        ImmutableArray<PodFacts> live = [.. pods.Where(p => p.Phase is PodPhase.Running or PodPhase.Pending)];
        ImmutableArray<string> services = [.. live.SelectMany(facts.ServicesOf).Select(s => s.Key.ToString()).Distinct().Order(StringComparer.Ordinal)];
        return new(live, services, live.Sum(p => p.Addresses.Length), what, problem);
    }

    private Counted OfService(NamespacedName key)
    {
        if (facts.Service(key) is null)
        {
            return new([], [], 0, "", $"Service {key} does not exist; correct spec.service or create it");
        }

        var endpoints = facts.SlicesOf(key).SelectMany(s => s.Endpoints).ToList();
        ImmutableArray<PodFacts> pods = [.. endpoints.Where(e => e.Pod is not null).Select(e => facts.Pod(e.Pod!.Value)).OfType<PodFacts>().DistinctBy(p => p.Key)];
        return new(pods, [key.ToString()], endpoints.Select(e => e.Address).Distinct().Count(), $"Service {key}", null);
    }

    private Counted OfGroup(Binding.Group group, Component component)
    {
        var members = group.Components
            .Select(name => facts.Find(new NamespacedName(component.Key.Namespace, name)))
            .Where(c => c is not null && c.Binding is not (Binding.Group or Binding.None or Binding.Invalid))
            .Select(c => Count(c!))
            .ToList();
        return new(
            [.. members.SelectMany(m => m.Pods).DistinctBy(p => p.Key)],
            [.. members.SelectMany(m => m.Services).Distinct().Order(StringComparer.Ordinal)],
            members.Sum(m => m.Addresses),
            $"{group.Components.Length} components",
            members.Select(m => m.Problem).FirstOrDefault(p => p is not null));
    }
}
