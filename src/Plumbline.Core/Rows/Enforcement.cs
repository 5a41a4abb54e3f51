using Plumbline.Core.Evidence;
using Plumbline.Core.Verdicts;

namespace Plumbline.Core.Rows;

/// <summary>Looks for a pair of a row that works although policies deny it.</summary>
internal sealed class Enforcement
{
    /// <summary>Network plugins take a moment to put a policy into force, and a result may have been on its way when the policy came.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private DateTimeOffset? _since;

    /// <summary>The next result of the pair decides.</summary>
    public bool IsWaiting { get; private set; }

    /// <param name="until">Told when the answer can change by waiting.</param>
    /// <returns>Null when there is none, or none for long enough.</returns>
    public Unenforced? Of(IReadOnlyList<PairState> pairs, Func<PairState, Denial?> denialOf, DateTimeOffset now, Action<DateTimeOffset> until)
    {
        var denied = First(pairs, denialOf);
        _since = denied is null ? null : _since ?? now;
        var unenforced = Judge(denied, _since);
        IsWaiting = denied is not null && unenforced is null;
        if (IsWaiting)
        {
            until(_since!.Value + Patience);
        }

        return unenforced;
    }

    /// <summary>What <see cref="Of"/> would say, for who must not change anything.</summary>
    public Unenforced? Peek(IReadOnlyList<PairState> pairs, Func<PairState, Denial?> denialOf) => Judge(First(pairs, denialOf), _since);

    private static (PairState State, string Denial)? First(IReadOnlyList<PairState> pairs, Func<PairState, Denial?> denialOf)
    {
        foreach (var pair in pairs)
        {
            if (pair is { Condition: PairCondition.Up, Failing.Length: 0 } && denialOf(pair)?.Why is { } denial)
            {
                return (pair, denial);
            }
        }

        return null;
    }

    private static Unenforced? Judge((PairState State, string Denial)? denied, DateTimeOffset? since) =>
        denied is var (state, denial) && since is { } begin && state.Evidence.ReceivedAt >= begin + Patience ? new Unenforced(state.Pair, denial) : null;
}
