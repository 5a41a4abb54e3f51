using System.Collections.Immutable;
using Plumbline.Core.Probes;

namespace Plumbline.Agent.Intake;

/// <summary>What came of a plan message.</summary>
public abstract record PlanUpdate
{
    /// <param name="Refused">Probes left out, each with why; the others are carried out.</param>
    /// <param name="Unreadable">Entries of the message that made no sense, or had no identity.</param>
    public sealed record Applied(long Revision, ProbePlan Plan, ImmutableArray<RefusedProbe> Refused, int Unreadable) : PlanUpdate;

    /// <summary>A part of a plan: the rest of it follows, and until then the plan so far stays.</summary>
    public sealed record Incomplete(long Revision) : PlanUpdate;

    /// <summary>The delta builds on a revision that this agent does not have: it needs a snapshot.</summary>
    public sealed record Gap(long Have, long Needed) : PlanUpdate;

    /// <summary>The whole message is out of bounds; the plan so far stays.</summary>
    public sealed record OutOfBounds(long Revision, string Reason) : PlanUpdate;
}

public sealed record RefusedProbe(ProbeId Id, string Reason);
