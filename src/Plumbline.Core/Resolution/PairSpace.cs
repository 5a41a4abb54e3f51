using System.Collections;
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

    /// <summary>Where the pair is in the order; -1 when it is not (any more) in the space.</summary>
    public abstract int IndexOf(PairKey key);

    /// <summary>Null when the pair is not (any more) in the space.</summary>
    public ProbePair? Find(PairKey key) => IndexOf(key) is >= 0 and var index ? this[index] : null;

    public IEnumerator<ProbePair> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool CanMeet(IpFamilies source, PairTarget target) => source.CanReach(target.ConnectHost) || (source & target.Offered) == 0;

    /// <summary>
    /// Whether a client with the source's addresses would ever try the target, or has no other way to it; and whether its Service leads there
    /// from the source's node.
    /// </summary>
    public static bool CanMeet(PairSource source, PairTarget target) => CanMeet(source.Families, target) && (target.OnlyFrom is null || target.OnlyFrom == source.Node);

    private sealed class List(ImmutableArray<ProbePair> pairs) : PairSpace
    {
        public override int Count => pairs.Length;

        public override ProbePair this[int index] => pairs[index];

        public override IReadOnlyCollection<string> Nodes { get; } = [.. pairs.Select(p => p.Source.Node).Distinct()];

        public override int IndexOf(PairKey key)
        {
            for (var i = 0; i < pairs.Length; i++)
            {
                if (pairs[i].Target.Host == key.Host && PairKey.Of(pairs[i]) == key)
                {
                    return i;
                }
            }

            return -1;
        }
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

        public SourcesByTargets(ImmutableArray<PairSource> sources, ImmutableArray<PairTarget> targets)
        {
            _sources = sources;
            _targets = [.. targets.GroupBy(t => t.DocumentedPort).SelectMany(port => port.Index()).OrderBy(t => t.Index).Select(t => t.Item)];

            // More than two billion pairs could not be swept in a lifetime; those beyond are left out rather than overflow.
            var total = (int)Math.Min((long)sources.Length * targets.Length, int.MaxValue);
            _cells = targets.All(t => t.OnlyFrom is null) && sources.Select(s => s.Families).Distinct().All(f => targets.All(t => CanMeet(f, t)))
                ? null
                : [.. Enumerable.Range(0, total).Where(n => CanMeet(SourceAt(n), TargetAt(n)))];
            Count = _cells?.Length ?? total;
            Nodes = [.. sources.Select(s => s.Node).Distinct()];
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

        /// <summary>Walks sources and targets, not pairs: it is asked for the few that are held, and there are many rows to keep a dictionary for.</summary>
        public override int IndexOf(PairKey key)
        {
            var (source, target) = (0, 0);
            while (source < _sources.Length && !(_sources[source].Probe.Id == key.Source && _sources[source].Node == key.Node))
            {
                source++;
            }

            while (target < _targets.Length && !(_targets[target].Host == key.Host && _targets[target].Port == key.Port && _targets[target].DocumentedPort == key.DocumentedPort))
            {
                target++;
            }

            if (source == _sources.Length || target == _targets.Length || !CanMeet(_sources[source], _targets[target]))
            {
                return -1;
            }

            var cell = CellOf(source, target);
            return cell is < 0 or > int.MaxValue ? -1 : _cells is null ? (int)cell : Array.BinarySearch(_cells, (int)cell);
        }

        private long CellOf(int source, int target)
        {
            var (along, across) = _sources.Length >= _targets.Length ? (source, target) : (target, source);
            var (longer, shorter) = (Math.Max(_sources.Length, _targets.Length), Math.Min(_sources.Length, _targets.Length));
            long diagonal = (across - (along % shorter) + shorter) % shorter;
            return (diagonal * longer) + along;
        }

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
