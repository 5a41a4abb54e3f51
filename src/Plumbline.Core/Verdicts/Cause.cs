using System.Collections.Immutable;
using Plumbline.Core.Resolution;
using Plumbline.Core.Words;

namespace Plumbline.Core.Verdicts;

/// <summary>What is to be mended for a row to work again.</summary>
/// <param name="Key">The same for all rows that the same thing breaks, for as long as it does: <c>policy/voice/deny-gplus</c>. Never a pod's name.</param>
/// <param name="Sentence">A clause for a human.</param>
public sealed record Cause(string Key, string Sentence)
{
    /// <summary>
    /// Wider causes that would explain the row as well: the destination's whole host, a node. One of them is the cause when rows that would have
    /// different ones share it.
    /// </summary>
    public ImmutableArray<string> Shared { get; init; } = [];

    public bool Equals(Cause? other) => other is not null && Key == other.Key && Sentence == other.Sentence && Shared.SequenceEqual(other.Shared);

    public override int GetHashCode() => HashCode.Combine(Key, Sentence);

    public static string OfPolicy(string policy) => $"policy/{policy}";

    public static string OfService(NamespacedName service) => $"service/{service}";

    public static string OfName(string host) => $"name/{host}";

    public static string OfNode(string node) => $"node/{node}";

    public static string OfHost(string host) => $"host/{host}";

    /// <summary>What does not take connections although they get there.</summary>
    public static string OfListener(PairTarget target) => $"listener/{Place(target)}";

    /// <summary>What does not answer, for whatever reason.</summary>
    public static string OfTarget(PairTarget target) => target is { Kind: TargetKind.Service, Service: { } service } ? OfService(service) : $"target/{Place(target)}";

    /// <summary>Of pods their workload: they come and go, and the cause is none of theirs.</summary>
    private static string Place(PairTarget target) => target switch
    {
        { Pod: { Owner: { } owner } } => HostAndPort.Format($"{owner.Namespace}/{owner.Name}", target.Port),
        { Pod: { } pod } => HostAndPort.Format(pod.Key.ToString(), target.Port),
        { Kind: TargetKind.Node } => HostAndPort.Format("node", target.Port),
        _ => HostAndPort.Format(target.Host, target.Port),
    };
}

/// <summary>All failures of a row → the cause that most of them share.</summary>
public static class RowCause
{
    /// <returns>Null when no pair fails.</returns>
    public static Cause? Of(ImmutableArray<ExplainedFailure> failures, ImmutableArray<PairState> pairs)
    {
        if (failures.IsEmpty)
        {
            return null;
        }

        var most = failures.GroupBy(f => f.Cause.Key, StringComparer.Ordinal).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).First().First().Cause;

        // Nothing answers, and nothing else explains it: whatever is between the two ends may be at fault, and the end as a whole.
        return new Cause(most.Key, most.Why) { Shared = failures.All(f => f.Cause.IsOfTheWay) ? [.. Hosts(failures, pairs), .. Nodes(failures, pairs)] : [] };
    }

    /// <summary>One host that every failing pair goes to and that no pair reaches.</summary>
    private static IEnumerable<string> Hosts(ImmutableArray<ExplainedFailure> failures, ImmutableArray<PairState> pairs)
    {
        var hosts = failures.Select(f => f.State.Pair.Target).Select(t => t.Kind == TargetKind.External ? t.Host : null).Distinct().ToList();
        return hosts is [{ } host] && !pairs.Any(p => p.Condition == PairCondition.Up && p.Pair.Target.Host == host) ? [Cause.OfHost(host)] : [];
    }

    /// <summary>Nodes whose way out every failing pair takes, in or out, and no pair that works.</summary>
    private static IEnumerable<string> Nodes(ImmutableArray<ExplainedFailure> failures, ImmutableArray<PairState> pairs)
    {
        var first = failures[0].State.Pair;

        // A way that loses some packets lets others through.
        var losesSome = failures.All(f => f.State.Condition == PairCondition.Intermittent);
        return new[] { first.Source.Node, first.Target.Pod?.Node }.OfType<string>().Distinct(StringComparer.Ordinal)
            .Where(node => failures.All(f => Crosses(f.State.Pair, node)) && (losesSome || !pairs.Any(p => p.Condition == PairCondition.Up && Crosses(p.Pair, node))))
            .Order(StringComparer.Ordinal).Select(Cause.OfNode);
    }

    /// <summary>Through a Service it may be any of its pods, so it tells nothing where the source is on another node.</summary>
    private static bool Crosses(ProbePair pair, string node) =>
        pair.Source.Node == node ? pair.Target.Pod?.Node != node : pair.Target.Kind != TargetKind.Service && pair.Target.Pod?.Node == node;
}
