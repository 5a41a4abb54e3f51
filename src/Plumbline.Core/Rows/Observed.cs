using System.Collections.Immutable;
using Plumbline.Core.Connections;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>A Component as the API server has it.</summary>
public sealed record ObservedComponent(Component Component, string Uid, long Generation, ObservedCondition? Resolved);

/// <summary>A ConnectionMap as the API server has it, and the Connections that it asks for.</summary>
/// <param name="Problems">Rows that could not be expanded, each with its id and what to do.</param>
/// <param name="Verified">The condition in its status.</param>
public sealed record ObservedMap(
    NamespacedName Key,
    string Uid,
    long Generation,
    ImmutableArray<DesiredConnection> Desired,
    ImmutableArray<string> Problems,
    ObservedCondition? Verified);

/// <summary>A Connection object as it is to be written. What is in it is the writer's business, not the loop's.</summary>
/// <param name="Fingerprint">Equal for equal specs, whatever the API server has defaulted.</param>
public abstract record ConnectionManifest(string Fingerprint);

public sealed record DesiredConnection(DocumentedConnection Documented, ConnectionManifest Manifest);

/// <summary>A Connection as the API server has it.</summary>
/// <param name="OwnerUid">UID of the map that controls it; null when written by hand.</param>
public sealed record ObservedConnection(
    DocumentedConnection Documented,
    string Uid,
    string? OwnerUid,
    string Fingerprint,
    ObservedStatus Status);

public sealed record ObservedCondition(VerifiedStatus Status, string Reason, string Message, DateTimeOffset LastTransitionTime, long ObservedGeneration);

/// <summary>What an earlier life of the operator left in the status.</summary>
public sealed record ObservedStatus(
    ObservedCondition? Verified,
    DateTimeOffset? LastProbeTime,
    int Reachable,
    int Probed,
    ImmutableArray<Outage> Outages)
{
    public ImmutableArray<ReachedService> ReachedBy { get; init; } = [];

    public Cause? Cause { get; init; }

    public static ObservedStatus None { get; } = new(null, null, 0, 0, []);
}

/// <summary>A time in which a row was False.</summary>
/// <param name="End">Null while it lasts.</param>
/// <param name="Reason">At its worst.</param>
/// <param name="Pairs">Pairs that failed at its worst.</param>
public sealed record Outage(DateTimeOffset Start, DateTimeOffset? End, string Reason, int Pairs);
