using System.Collections;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Plumbline.Core.Cluster;

namespace Plumbline.Core.Resolution;

/// <summary>What makes a pair the same pair after the cluster was looked at again.</summary>
public readonly record struct PairKey(string Node, string Source, string Host, int Port, int DocumentedPort)
{
    public static PairKey Of(ProbePair pair) => new(pair.Source.Node, pair.Source.Probe.Id, pair.Target.Host, pair.Target.Port, pair.Target.DocumentedPort);
}

/// <summary>
/// All pairs by which a row could be verified, in one order that depends on nothing but the pairs. Pairs of sources and targets are made
/// when they are asked for: two large workloads have more of them than are ever probed at once.
/// </summary>
public abstract class PairSpace : IReadOnlyList<ProbePair>
{
    public abstract int Count { get; }

    public abstract ProbePair this[int index] { get; }

    /// <summary>Nodes of all sources, each once.</summary>
    public abstract IReadOnlyCollection<string> Nodes { get; }

    public static PairSpace Listed(ImmutableArray<ProbePair> pairs) => new List(pairs);

    /// <summary>
    /// Every source towards every target, but not towards a family of addresses that the source lacks: no client would try. A target that
    /// offers no family of the source's stays, since that connection does fail.
    /// </summary>
    public static PairSpace Grid(ImmutableArray<PairSource> sources, ImmutableArray<PairTarget> targets) => new SourcesByTargets(sources, targets);

    /// <summary>Null when the pair is not (any more) in the space.</summary>
    public abstract ProbePair? Find(PairKey key);

    public virtual bool Contains(PairKey key) => Find(key) is not null;

    public IEnumerator<ProbePair> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private protected static bool CanMeet(IpFamilies source, PairTarget target) => source.CanReach(target.Host) || (source & target.Offered) == 0;

    /// <summary>Whether a client with the source's addresses would ever try the target, or has no other way to it.</summary>
    public static bool CanMeet(PairSource source, PairTarget target) => CanMeet(source.Families, target);

    private sealed class List(ImmutableArray<ProbePair> pairs) : PairSpace
    {
        private readonly Lazy<FrozenDictionary<PairKey, ProbePair>> _byKey = new(() => pairs.DistinctBy(PairKey.Of).ToFrozenDictionary(PairKey.Of));

        public override int Count => pairs.Length;

        public override ProbePair this[int index] => pairs[index];

        public override IReadOnlyCollection<string> Nodes { get; } = [.. pairs.Select(p => p.Source.Node).Distinct()];

        public override ProbePair? Find(PairKey key) => _byKey.Value.TryGetValue(key, out var pair) ? pair : null;
    }

    /// <summary>
    /// Walks the diagonals of the grid, each max(sources, targets) long: every diagonal holds every source and every target. The ports of a
    /// row take turns among the targets, so that few pairs hold every port.
    /// </summary>
    private sealed class SourcesByTargets : PairSpace
    {
        private readonly ImmutableArray<PairSource> _sources;
        private readonly ImmutableArray<PairTarget> _targets;

        // Cells that may be probed; null when all may, as in a cluster of one family.
        private readonly int[]? _cells;
        private readonly Lazy<FrozenDictionary<(string Node, string Source), PairSource>> _bySource;
        private readonly Lazy<FrozenDictionary<(string Host, int Port, int DocumentedPort), PairTarget>> _byTarget;

        public SourcesByTargets(ImmutableArray<PairSource> sources, ImmutableArray<PairTarget> targets)
        {
            _sources = sources;
            _targets = [.. targets.GroupBy(t => t.DocumentedPort).SelectMany(port => port.Index()).OrderBy(t => t.Index).Select(t => t.Item)];

            // More than two billion pairs could not be swept in a lifetime; those beyond are left out rather than overflow.
            var total = (int)Math.Min((long)sources.Length * targets.Length, int.MaxValue);
            _cells = sources.Select(s => s.Families).Distinct().All(f => targets.All(t => CanMeet(f, t)))
                ? null
                : [.. Enumerable.Range(0, total).Where(n => CanMeet(SourceAt(n).Families, TargetAt(n)))];
            Count = _cells?.Length ?? total;
            Nodes = [.. sources.Select(s => s.Node).Distinct()];
            _bySource = new(() => _sources.DistinctBy(s => (s.Node, s.Probe.Id)).ToFrozenDictionary(s => (s.Node, s.Probe.Id)));
            _byTarget = new(() => _targets.DistinctBy(t => (t.Host, t.Port, t.DocumentedPort)).ToFrozenDictionary(t => (t.Host, t.Port, t.DocumentedPort)));
        }

        public override int Count { get; }

        public override IReadOnlyCollection<string> Nodes { get; }

        public override ProbePair this[int index]
        {
            get
            {
                var cell = _cells is null ? index : _cells[index];
                return new ProbePair(SourceAt(cell), TargetAt(cell));
            }
        }

        public override ProbePair? Find(PairKey key) => Ends(key) is { } ends ? new ProbePair(ends.Source, ends.Target) : null;

        public override bool Contains(PairKey key) => Ends(key) is not null;

        private (PairSource Source, PairTarget Target)? Ends(PairKey key) =>
            _bySource.Value.TryGetValue((key.Node, key.Source), out var source) && _byTarget.Value.TryGetValue((key.Host, key.Port, key.DocumentedPort), out var target)
                && CanMeet(source, target)
                ? (source, target)
                : null;

        private PairSource SourceAt(int cell) => _sources[_sources.Length >= _targets.Length ? Along(cell) : Across(cell)];

        private PairTarget TargetAt(int cell) => _targets[_sources.Length >= _targets.Length ? Across(cell) : Along(cell)];

        // Diagonal cell / longer, place cell % longer on it.
        private int Along(int cell) => cell % Math.Max(_sources.Length, _targets.Length);

        private int Across(int cell)
        {
            var (longer, shorter) = (Math.Max(_sources.Length, _targets.Length), Math.Min(_sources.Length, _targets.Length));
            return (int)(((long)(cell % longer) + (cell / longer)) % shorter);
        }
    }
}
