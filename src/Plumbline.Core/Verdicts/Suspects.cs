using System.Collections.Immutable;
using Plumbline.Core.Connections;
using Plumbline.Core.Planning;
using Plumbline.Core.Probes;

namespace Plumbline.Core.Verdicts;

/// <summary>Whose sockets are worth a look.</summary>
public static class Suspects
{
    /// <summary>Of one row: who has more dead destinations than this has one cause, and hardly needs each to be looked at.</summary>
    public const int Most = 8;

    public static ImmutableArray<Suspect> Of(DocumentedConnection connection, IEnumerable<PairState> pairs) => connection.Expect != Expectation.Open
        ? []
        : [.. pairs.Where(DoesNotAnswer).Select(p => Suspect.Of(p.Pair.Target)).OfType<Suspect>().Distinct().OrderBy(s => s.Host, StringComparer.Ordinal).ThenBy(s => s.Port).Take(Most)];

    private static bool DoesNotAnswer(PairState pair) => pair is { Failing.Length: > 0, Condition: not (PairCondition.NoAgent or PairCondition.Stale) }
        && pair.Evidence.Last?.Outcome is ProbeOutcome.ConnectionRefused or ProbeOutcome.TimedOut;
}
