using System.Collections.Immutable;
using Plumbline.Core.Words;

namespace Plumbline.Core.Verdicts;

/// <summary>What is known of one documented port.</summary>
public sealed record PortVerdict(int Port, Reason Reason, int Reachable, int Probed, string Explanation);

/// <param name="Source">As an SRE names it: <c>voice/tenant-0</c>.</param>
/// <param name="Target"><c>10.1.2.3:5432</c> or <c>pg.example.com:5432</c>.</param>
public sealed record PairFailure(string Source, string Target, int Port, Reason Reason, string Message, DateTimeOffset Since);

public sealed record LatencySummary(double P50, double P99);

/// <summary>The judgement of a row: a word of the register, a sentence for a human, and the evidence in numbers.</summary>
public sealed record Verdict
{
    public required Reason Reason { get; init; }

    public required string Explanation { get; init; }

    public VerifiedStatus Status => Reason.Status;

    public int Reachable { get; init; }

    public int Probed { get; init; }

    public ImmutableArray<PortVerdict> Ports { get; init; } = [];

    /// <summary>Of the row alone; null unless it is False by what was probed.</summary>
    public Cause? Cause { get; init; }

    /// <summary>At most <see cref="MaxFailures"/>, worst first.</summary>
    public ImmutableArray<PairFailure> Failures { get; init; } = [];

    public DateTimeOffset? LastProbeTime { get; init; }

    public LatencySummary? Latency { get; init; }

    /// <summary>Of the pairs that work, phase by phase.</summary>
    public ImmutableArray<PhaseLatency> Phases { get; init; } = [];

    /// <summary>A sentence on a pair that works although policies deny it; null when there is none.</summary>
    public string? Unenforced { get; init; }

    /// <summary>Null where no pair has shown one.</summary>
    public CertificateSummary? Certificate { get; init; }

    /// <summary>Null for a row whose pairs are all probed all the time.</summary>
    public Coverage? Coverage { get; init; }

    public const int MaxFailures = 5;
}
