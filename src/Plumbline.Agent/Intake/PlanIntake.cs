using System.Collections.Immutable;
using Plumbline.Core.Probes;
using Plumbline.Link;

namespace Plumbline.Agent.Intake;

/// <summary>The local plan: snapshots replace it, deltas build on exactly the revision they name.</summary>
public sealed class PlanIntake(int maxSources, int maxProbes)
{
    private const int MaxId = 128;

    // As received. Probes that cannot be carried out stay in it, because a later delta may bring their source.
    private ProbePlan _received = ProbePlan.Empty;

    private readonly SharedValues _shared = new(maxProbes);

    // Parts of a snapshot so far.
    private Draft? _draft;

    /// <summary>-1 until the first snapshot of a link.</summary>
    public long Revision { get; private set; } = -1;

    /// <summary>A new link begins with a snapshot: a delta must not build on what another operator process sent.</summary>
    public void ForgetRevision() => (Revision, _draft) = (-1, null);

    public PlanUpdate Apply(PlanSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var draft = snapshot.Part == 0 ? new Draft(snapshot.Revision, ProbePlan.Empty, _shared) : _draft;
        _draft = null;

        // The rest of a snapshot whose beginning was given up, because a new one was asked for: it must not be taken for a whole plan.
        if (draft is null || draft.Revision != snapshot.Revision || draft.Parts != snapshot.Part)
            return new PlanUpdate.Incomplete(snapshot.Revision);

        draft.Parts++;
        draft.Upsert(snapshot.Sources, snapshot.Probes);
        if (!snapshot.More || TooLarge(draft) is not null)
            return Take(draft);
        _draft = draft;
        return new PlanUpdate.Incomplete(snapshot.Revision);
    }

    public PlanUpdate Apply(PlanDelta delta)
    {
        ArgumentNullException.ThrowIfNull(delta);
        _draft = null;
        if (Revision < 0 || delta.BaseRevision != Revision)
            return new PlanUpdate.Gap(Revision, delta.BaseRevision);

        var draft = new Draft(delta.Revision, _received, _shared);
        draft.Upsert(delta.UpsertSources, delta.UpsertProbes);
        draft.Sources.RemoveRange((delta.RemoveSources ?? []).OfType<string>());
        draft.Probes.RemoveRange(delta.RemoveProbes ?? []);
        return Take(draft);
    }

    // Where it is refused, the revision is not taken over, so that the next delta is a gap and ends in a snapshot.
    private PlanUpdate Take(Draft draft)
    {
        if (draft.Revision < 0)
            return new PlanUpdate.OutOfBounds(draft.Revision, "a revision is not negative");
        if (TooLarge(draft) is { } reason)
            return new PlanUpdate.OutOfBounds(draft.Revision, reason);

        _received = new ProbePlan(draft.Sources.ToImmutable(), draft.Probes.ToImmutable());
        Revision = draft.Revision;
        return Runnable(draft.Unreadable);
    }

    private string? TooLarge(Draft draft) => draft.Sources.Count > maxSources || draft.Probes.Count > maxProbes
        ? $"{draft.Sources.Count} sources and {draft.Probes.Count} probes; this agent takes {maxSources} and {maxProbes}"
        : null;

    private PlanUpdate.Applied Runnable(int unreadable)
    {
        var bad = _received.Sources.Values.Select(source => (source.Id, Reason: PlanBounds.Refusal(source))).Where(source => source.Reason is not null)
            .ToDictionary(source => source.Id, source => source.Reason, StringComparer.Ordinal);
        var refused = ImmutableArray.CreateBuilder<RefusedProbe>();
        var probes = _received.Probes.ToBuilder();
        foreach (var (id, probe) in _received.Probes)
        {
            var reason = PlanBounds.Refusal(probe)
                ?? (!_received.Sources.ContainsKey(probe.Source) ? $"the plan has no source '{(probe.Source.Length <= MaxId ? probe.Source : probe.Source[..MaxId])}'"
                    : bad.TryGetValue(probe.Source, out var why) ? $"its source is refused: {why}"
                    : null);
            if (reason is null)
                continue;
            probes.Remove(id);
            refused.Add(new RefusedProbe(id, reason));
        }

        return new PlanUpdate.Applied(Revision, new ProbePlan(_received.Sources.RemoveRange(bad.Keys), probes.ToImmutable()), refused.ToImmutable(), unreadable);
    }

    private sealed class Draft(long revision, ProbePlan begin, SharedValues shared)
    {
        public long Revision { get; } = revision;

        public ImmutableSortedDictionary<string, ProbeSource>.Builder Sources { get; } = begin.Sources.ToBuilder();

        public ImmutableDictionary<ProbeId, PlannedProbe>.Builder Probes { get; } = begin.Probes.ToBuilder();

        public int Parts { get; set; }

        public int Unreadable { get; private set; }

        // JSON may hold null where the types say otherwise; an entry without identity is none.
        public void Upsert(ProbeSource[]? sources, PlannedProbe[]? probes)
        {
            foreach (var source in sources ?? [])
            {
                if (source?.Id is { Length: > 0 and <= MaxId })
                    Sources[source.Id] = PlanBounds.Complete(source);
                else
                    Unreadable++;
            }

            foreach (var probe in probes ?? [])
            {
                if (probe is not null)
                    Probes[probe.Id] = shared.Share(PlanBounds.Complete(probe));
                else
                    Unreadable++;
            }
        }
    }
}
