namespace Plumbline.Core.Probes;

public enum RunKind : byte
{
    /// <summary>No evidence yet.</summary>
    None,

    /// <summary>All that the protocol can prove was proven, at every address of the name.</summary>
    Works,

    /// <summary>The name works, but not at every address.</summary>
    Impaired,

    /// <summary>A failure, of whatever kind.</summary>
    Fails,
}

/// <summary>
/// Results in a row that say the same of a connection. This is the one way in which runs are counted: agents count with it, tell how far they
/// came, and the operator goes on from there.
/// </summary>
public readonly record struct ResultRun
{
    // Small on purpose: there is one per probe on each node, and one per pair in the operator.
    private readonly FailedAddress[]? _failed;
    private readonly long _started;
    private readonly short _status;

    private ResultRun(RunKind kind, ProbeResult result)
    {
        (Kind, Length, _started) = (kind, 1, result.Time.UtcTicks);
        if (kind is RunKind.Works or RunKind.Impaired)
            _status = (short)(result.HttpStatus ?? 0);
        if (kind == RunKind.Impaired)
            _failed = result.FailedAddresses;
    }

    private ResultRun(RunKind kind, int length, DateTimeOffset started) => (Kind, Length, _started) = (kind, length, started.UtcTicks);

    public RunKind Kind { get; }

    public int Length { get; init; }

    /// <summary>Time of the first result.</summary>
    public DateTimeOffset Started
    {
        get => new(_started, TimeSpan.Zero);
        init => _started = value.UtcTicks;
    }

    /// <summary>Part of what a result says: only the rows know which statuses are right. Null for a failure.</summary>
    public int? HttpStatus => _status == 0 ? null : _status;

    /// <summary>A pair that works and says no more: nothing that a second look would confirm.</summary>
    public bool IsPlain => Kind is RunKind.None || (Kind is RunKind.Works && _status == 0);

    public static ResultRun Of(ProbeResult result) => new(KindOf(result), result);

    /// <summary>Successes of which no more is known than their number.</summary>
    public static ResultRun OfSuccesses(int length, DateTimeOffset started) => new(RunKind.Works, length, started);

    /// <summary>A result that is no evidence neither extends a run nor ends it.</summary>
    public ResultRun With(ProbeResult result)
    {
        if (!result.Outcome.IsEvidence())
            return this;

        var next = Of(result);
        return SaysTheSame(next) ? this with { Length = Length + 1 } : next;
    }

    /// <summary>Another status says something else, and so does another set of a name's addresses that fail.</summary>
    public bool SaysTheSame(ResultRun other) => Kind == other.Kind && _status == other._status && FailedSet.Same(_failed ?? [], other._failed ?? []);

    private static RunKind KindOf(ProbeResult result) => result.Outcome switch
    {
        ProbeOutcome.Succeeded => result.FailedAddresses.Length > 0 ? RunKind.Impaired : RunKind.Works,
        _ => result.Outcome.IsEvidence() ? RunKind.Fails : RunKind.None,
    };
}
