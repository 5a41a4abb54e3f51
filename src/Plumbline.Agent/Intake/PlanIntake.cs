using System.Collections.Immutable;
using Plumbline.Contracts.Link;
using Plumbline.Core.Planning;

namespace Plumbline.Agent.Intake;

/// <summary>What came of a plan message.</summary>
public abstract record PlanUpdate
{
    /// <param name="Refused">Probes left out, each with why; the others are carried out.</param>
    public sealed record Applied(long Revision, ProbePlan Plan, ImmutableArray<RefusedProbe> Refused) : PlanUpdate;

    /// <summary>The delta builds on a revision that this agent does not have: it needs a snapshot.</summary>
    public sealed record Gap(long Have, long Needed) : PlanUpdate;

    /// <summary>The whole message is out of bounds; the plan so far stays.</summary>
    public sealed record OutOfBounds(long Revision, string Reason) : PlanUpdate;
}

public sealed record RefusedProbe(ProbeId Id, string Reason);

/// <summary>The local plan: snapshots replace it, deltas build on exactly the revision they name.</summary>
public sealed class PlanIntake(int maxSources, int maxProbes)
{
    public const int MinTimeoutMilliseconds = 100;
    public const int MaxTimeoutMilliseconds = 60_000;
    public const int MinIntervalMilliseconds = 1_000;

    // As received. Probes that cannot be carried out stay in it, because a later delta may bring their source.
    private ProbePlan _received = ProbePlan.Empty;

    /// <summary>-1 until the first snapshot of a link.</summary>
    public long Revision { get; private set; } = -1;

    /// <summary>A new link begins with a snapshot: a delta must not build on what another operator process sent.</summary>
    public void ForgetRevision() => Revision = -1;

    public PlanUpdate Apply(PlanSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var sources = ImmutableSortedDictionary.CreateBuilder<string, ProbeSource>(StringComparer.Ordinal);
        var probes = ImmutableDictionary.CreateBuilder<ProbeId, PlannedProbe>();
        Upsert(sources, probes, snapshot.Sources, snapshot.Probes);
        return Take(snapshot.Revision, new ProbePlan(sources.ToImmutable(), probes.ToImmutable()));
    }

    public PlanUpdate Apply(PlanDelta delta)
    {
        ArgumentNullException.ThrowIfNull(delta);
        if (Revision < 0 || delta.BaseRevision != Revision)
            return new PlanUpdate.Gap(Revision, delta.BaseRevision);

        var sources = _received.Sources.ToBuilder();
        var probes = _received.Probes.ToBuilder();
        Upsert(sources, probes, delta.UpsertSources, delta.UpsertProbes);
        sources.RemoveRange((delta.RemoveSources ?? []).OfType<string>());
        probes.RemoveRange(delta.RemoveProbes ?? []);
        return Take(delta.Revision, new ProbePlan(sources.ToImmutable(), probes.ToImmutable()));
    }

    // JSON may hold null where the types say otherwise; an entry without identity is none.
    private static void Upsert(
        ImmutableSortedDictionary<string, ProbeSource>.Builder sources, ImmutableDictionary<ProbeId, PlannedProbe>.Builder probes,
        ProbeSource[]? newSources, PlannedProbe[]? newProbes)
    {
        foreach (var source in newSources ?? [])
        {
            if (source?.Id is not null)
                sources[source.Id] = Complete(source);
        }

        foreach (var probe in newProbes ?? [])
        {
            if (probe is not null)
                probes[probe.Id] = Complete(probe);
        }
    }

    private PlanUpdate Take(long revision, ProbePlan received)
    {
        if (received.Sources.Count > maxSources || received.Probes.Count > maxProbes)
        {
            // The revision is not taken over, so that the next delta is a gap and ends in a snapshot.
            return new PlanUpdate.OutOfBounds(
                revision, $"{received.Sources.Count} sources and {received.Probes.Count} probes; this agent takes {maxSources} and {maxProbes}");
        }

        _received = received;
        Revision = revision;
        var refused = ImmutableArray.CreateBuilder<RefusedProbe>();
        var runnable = received.Probes.ToBuilder();
        foreach (var (id, probe) in received.Probes)
        {
            if (Refusal(received, probe) is { } reason)
            {
                runnable.Remove(id);
                refused.Add(new RefusedProbe(id, reason));
            }
        }

        return new PlanUpdate.Applied(revision, received with { Probes = runnable.ToImmutable() }, refused.ToImmutable());
    }

    private static string? Refusal(ProbePlan plan, PlannedProbe probe) => probe switch
    {
        { Port: < 1 or > 65535 } => $"port {probe.Port} is none",
        { TimeoutMilliseconds: < MinTimeoutMilliseconds or > MaxTimeoutMilliseconds } =>
            $"timeout of {probe.TimeoutMilliseconds} ms; {MinTimeoutMilliseconds} to {MaxTimeoutMilliseconds} are taken",
        { IntervalMilliseconds: < MinIntervalMilliseconds } => $"interval of {probe.IntervalMilliseconds} ms; at least {MinIntervalMilliseconds} are taken",
        { Host.Length: 0 or > 255 } => "the host is empty or too long",
        _ when !Enum.IsDefined(probe.Protocol) => "a protocol that this agent does not know",
        _ when !plan.Sources.ContainsKey(probe.Source) => $"the plan has no source '{probe.Source}'",
        _ => null,
    };

    // A member that the JSON leaves out is null or default, whatever its initializer says.
    private static ProbeSource Complete(ProbeSource source) => source with
    {
        Namespace = source.Namespace ?? "",
        Name = source.Name ?? "",
        Addresses = source.Addresses.IsDefault ? [] : source.Addresses,
        HostAliases = source.HostAliases.IsDefault ? [] : source.HostAliases,
        Dns = source.Dns is null
            ? DnsSettings.Node
            : source.Dns with
            {
                Nameservers = source.Dns.Nameservers.IsDefault ? [] : source.Dns.Nameservers,
                Searches = source.Dns.Searches.IsDefault ? [] : source.Dns.Searches,
            },
    };

    private static PlannedProbe Complete(PlannedProbe probe) => probe with
    {
        Host = probe.Host ?? "",
        Source = probe.Source ?? "",
        Http = probe.Http is { ExpectedStatuses.IsDefault: true } http ? http with { ExpectedStatuses = [] } : probe.Http,
    };
}
