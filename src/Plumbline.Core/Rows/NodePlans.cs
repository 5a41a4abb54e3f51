using System.Collections.Immutable;
using Plumbline.Core.Evidence;
using Plumbline.Core.Probes;

namespace Plumbline.Core.Rows;

/// <summary>
/// The plans of all nodes. Each question is once in a plan, however many pairs ask it, and is counted by them; so the change of a row is the
/// change of its nodes' plans, and no plan is ever made as a whole.
/// </summary>
internal class NodePlans
{
    private readonly SortedDictionary<string, NodePlan> _nodes = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _changed = new(StringComparer.Ordinal);

    // Many pairs show the same certificate, each report its own copy.
    private readonly HashSet<CertificateFacts> _certificates = [];
    private int _certificatesInUse;

    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private DateTimeOffset? _lookedAt;
    private int _look;

    public int Nodes => _nodes.Count;

    public int Probes { get; private set; }

    /// <summary>Another one when nodes have come or gone.</summary>
    public int Version { get; private set; }

    public IReadOnlyCollection<string> Names => _nodes.Keys;

    public bool IsPlanned(string node) => _nodes.ContainsKey(node);

    public IEnumerable<ProbeEntry> All => _nodes.Values.SelectMany(n => n.Probes.Values);

    public ProbeEntry? Find(string node, ProbeId probe) => _nodes.TryGetValue(node, out var plan) ? plan.Probes.GetValueOrDefault(probe) : null;

    /// <summary>Pairs that stay keep what is known of them: the new come before the old go.</summary>
    public virtual void Replace(ImmutableArray<RowPair> old, ImmutableArray<RowPair> next, DateTimeOffset now)
    {
        foreach (var pair in next)
        {
            var node = pair.Planned.Pair.Source.Node;
            if (!_nodes.TryGetValue(node, out var plan))
            {
                _nodes[node] = plan = new NodePlan(node);
                Version++;
            }

            _changed.Add(node);
            var before = plan.Probes.Count;
            plan.Add(pair, now);
            Probes += plan.Probes.Count - before;
        }

        foreach (var pair in old)
        {
            _changed.Add(pair.Probe.Node);
            _nodes[pair.Probe.Node].Remove(pair);
        }
    }

    /// <summary>Has all that is probed for the row looked at once.</summary>
    /// <returns>The number that the results will name.</returns>
    public int LookAt(Row row, DateTimeOffset now)
    {
        // Rows that begin to move with the same settling share a number. It rises from leader to leader as well, or results that an agent still has of
        // an earlier one's looks would answer this one's.
        if (_lookedAt != now)
        {
            (_look, _lookedAt) = (Math.Max(_look + 1, (int)(now - Epoch).TotalSeconds), now);
        }

        foreach (var pair in row.Probes)
        {
            if (pair.Probe.Asked.Look != _look)
            {
                _changed.Add(pair.Probe.Node);
                _nodes[pair.Probe.Node].LookAt(pair.Probe, _look);
            }
        }

        return _look;
    }

    /// <summary>What is to be told to the agents, node by node.</summary>
    public IReadOnlyList<(string Node, PlanChange Change)> TakeChanges()
    {
        var changes = new List<(string, PlanChange)>();
        foreach (var node in _changed)
        {
            var plan = _nodes[node];
            var before = plan.Probes.Count;
            var change = plan.TakeChange();
            Probes -= before - plan.Probes.Count;
            if (plan.IsEmpty)
            {
                _nodes.Remove(node);
                Version++;
            }

            if (!change.IsNone)
            {
                changes.Add((node, change));
            }
        }

        _changed.Clear();
        return changes;
    }

    /// <returns>What is known of the probe now.</returns>
    public ProbeEvidence Take(ProbeEntry probe, ProbeReport report, DateTimeOffset now)
    {
        var (before, after) = (probe.Evidence, probe.Evidence.With(report, now, probe.Asked.Host, probe.IsSteady, TimeSpan.FromMilliseconds(probe.Asked.IntervalMilliseconds)));
        if (after.Certificate is { } shown && !ReferenceEquals(shown, before.Certificate))
        {
            after = after with { Certificate = shown.Equals(before.Certificate) ? before.Certificate : Share(shown) };
        }

        return probe.Evidence = after;
    }

    private CertificateFacts Share(CertificateFacts shown)
    {
        if (_certificates.TryGetValue(shown, out var known))
        {
            return known;
        }

        // Renewed certificates would pile up: now and then only those in use stay.
        if (_certificates.Count > (2 * _certificatesInUse) + 64)
        {
            _certificates.Clear();
            _certificates.UnionWith(All.Select(p => p.Evidence.Certificate).OfType<CertificateFacts>());
            _certificatesInUse = _certificates.Count;
        }

        _certificates.Add(shown);
        return shown;
    }

    /// <summary>Plans are another replica's to make.</summary>
    public void Clear()
    {
        _nodes.Clear();
        _changed.Clear();
        _certificates.Clear();
        (Probes, _certificatesInUse) = (0, 0);
        Version++;
    }
}
