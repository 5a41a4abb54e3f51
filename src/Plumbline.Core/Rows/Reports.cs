using System.Collections.Immutable;
using Plumbline.Core.Connections;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>All that a Connection's status shows.</summary>
/// <param name="Since">When the Verified condition took its present status.</param>
public sealed record ConnectionReport(
    DocumentedConnection Connection,
    string Uid,
    Verdict Verdict,
    DateTimeOffset Since,
    bool Resolved,
    bool Probed,
    double? UptimeHour,
    double? UptimeDay,
    ImmutableArray<Outage> Outages)
{
    public ImmutableArray<ReachedService> ReachedBy { get; init; } = [];

    /// <summary>What is to be mended; null unless the row is False.</summary>
    public Cause? Cause { get; init; }
}

/// <param name="Documented">Rows of the map that became Connections; the counts after it add up to it.</param>
/// <param name="Problems">Rows that could not be expanded, or whose Connection belongs to somebody else.</param>
public sealed record MapReport(
    string Uid,
    long Generation,
    int Documented,
    int Verified,
    int Drifted,
    int Unknown,
    int Unresolved,
    int Unprobeable,
    ImmutableArray<string> Problems)
{
    /// <summary>The map's Verified condition.</summary>
    public (ConditionReason Reason, string Message) Verdict => this switch
    {
        { Drifted: > 0 } => (Reasons.OfMaps.Drifted, $"{Drifted} of {Documented} rows have drifted"),
        { Unknown: > 0 } => (Reasons.OfMaps.NotAllKnown, $"{Unknown} of {Documented} rows are not known at the moment"),
        { Unresolved: > 0 } => (Reasons.OfMaps.NotAllResolved, $"{Unresolved} of {Documented} rows need a human"),
        _ => (Reasons.OfMaps.AllVerified, $"{Verified} of {Documented} rows are verified, {Unprobeable} cannot be probed"),
    };
}

public sealed record ComponentReport(
    string Uid,
    long Generation,
    bool Resolved,
    string Reason,
    string Message,
    int Pods,
    int Ready,
    ImmutableArray<string> Services,
    int Addresses);
