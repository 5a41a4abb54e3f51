using System.Collections.Immutable;
using Plumbline.Core.Probes;

namespace Plumbline.Core.Rows;

/// <summary>The probes of one node with the pairs that need them, and what changed in them since the agent was told.</summary>
internal sealed class NodePlan(string node)
{
    private readonly Dictionary<ProbeId, ProbeEntry> _probes = [];
    private readonly Dictionary<string, (ProbeSource Source, int Pairs)> _sources = new(StringComparer.Ordinal);

    // As the agent was told of those that were touched since; null when it was not.
    private readonly Dictionary<ProbeId, PlannedProbe?> _toldProbes = [];
    private readonly Dictionary<string, ProbeSource?> _toldSources = new(StringComparer.Ordinal);

    public string Node { get; } = node;

    public IReadOnlyDictionary<ProbeId, ProbeEntry> Probes => _probes;

    public bool IsEmpty => _probes.Count == 0;

    public ProbeEntry Add(RowPair pair, DateTimeOffset now)
    {
        var (source, probe) = (pair.Planned.Pair.Source.Probe, pair.Planned.Probe);
        var known = _sources.GetValueOrDefault(source.Id);
        _toldSources.TryAdd(source.Id, known.Source);
        _sources[source.Id] = (source, known.Pairs + 1);
        if (!_probes.TryGetValue(probe.Id, out var entry))
        {
            _toldProbes.TryAdd(probe.Id, null);
            _probes[probe.Id] = entry = new ProbeEntry(Node, probe, now);
        }

        _toldProbes.TryAdd(probe.Id, entry.Pairs is null ? null : entry.Asked);
        entry.Add(pair);
        return entry;
    }

    /// <summary>The probe stays until <see cref="TakeChange"/>: another row may ask the same by then, and go on with what is known.</summary>
    public void Remove(RowPair pair)
    {
        var id = pair.Planned.Pair.Source.Probe.Id;
        var known = _sources[id];
        _toldSources.TryAdd(id, known.Source);
        _sources[id] = known with { Pairs = known.Pairs - 1 };
        _toldProbes.TryAdd(pair.Probe.Id, pair.Probe.Asked);
        pair.Probe.Remove(pair);
    }

    /// <summary>A result of the probe is wanted at once.</summary>
    public void LookAt(ProbeEntry probe, int number)
    {
        _toldProbes.TryAdd(probe.Id, probe.Asked);
        probe.LookAt(number);
    }

    public PlanChange TakeChange()
    {
        var upserts = ImmutableArray.CreateBuilder<PlannedProbe>();
        var removed = ImmutableArray.CreateBuilder<ProbeId>();
        foreach (var (id, told) in _toldProbes)
        {
            var entry = _probes[id];
            if (entry.Pairs is null)
            {
                _probes.Remove(id);
                if (told is not null)
                {
                    removed.Add(id);
                }
            }
            else if (!entry.Asked.Equals(told))
            {
                upserts.Add(entry.Asked);
            }
        }

        var upsertSources = ImmutableArray.CreateBuilder<ProbeSource>();
        var removedSources = ImmutableArray.CreateBuilder<string>();
        foreach (var (id, told) in _toldSources)
        {
            var (source, pairs) = _sources[id];
            if (pairs == 0)
            {
                _sources.Remove(id);
                if (told is not null)
                {
                    removedSources.Add(id);
                }
            }
            else if (!source.Equals(told))
            {
                upsertSources.Add(source);
            }
        }

        _toldProbes.Clear();
        _toldSources.Clear();
        upserts.Sort(static (a, b) => a.Id.Value.CompareTo(b.Id.Value));
        removed.Sort(static (a, b) => a.Value.CompareTo(b.Value));
        upsertSources.Sort(static (a, b) => string.CompareOrdinal(a.Id, b.Id));
        removedSources.Sort(StringComparer.Ordinal);
        return new PlanChange(upsertSources.ToImmutable(), upserts.ToImmutable(), removedSources.ToImmutable(), removed.ToImmutable());
    }
}
