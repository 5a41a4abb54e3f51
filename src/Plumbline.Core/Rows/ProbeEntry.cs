using Plumbline.Core.Evidence;
using Plumbline.Core.Planning;
using Plumbline.Core.Probes;
using Plumbline.Core.Verdicts;

namespace Plumbline.Core.Rows;

/// <summary>A probe of the plan: what is asked for all rows together, and what is known of the answer.</summary>
internal sealed class ProbeEntry(string node, PlannedProbe asked, DateTimeOffset plannedAt)
{
    public string Node { get; } = node;

    public ProbeId Id => Asked.Id;

    public PlannedProbe Asked { get; private set; } = asked;

    public ProbeEvidence Evidence { get; set; } = ProbeEvidence.None with { PlannedAt = plannedAt };

    /// <summary>Pairs that the probe answers for, one after the other; null: it leaves the plan with the next change.</summary>
    public RowPair? Pairs { get; private set; }

    /// <summary>
    /// Both ends are ready, as far as is known. Two Services may disagree about a pod for a moment: then the failure counts, and each pair makes of it
    /// what its own Service says.
    /// </summary>
    public bool IsSteady
    {
        get
        {
            var isDoubted = false;
            for (var pair = Pairs; pair is not null; pair = pair.NextOfProbe)
            {
                if (!pair.IsControl)
                {
                    if (pair.Planned.Pair is { Source.Steady: true, Target.Steady: true })
                    {
                        return true;
                    }

                    isDoubted = true;
                }
            }

            return !isDoubted;
        }
    }

    public void Add(RowPair pair)
    {
        pair.Probe = this;
        pair.NextOfProbe = Pairs;
        Pairs = pair;
        Ask(pair.NextOfProbe is null ? pair.Planned.Probe : ProbePlanner.Merge(Asked, pair.Planned.Probe));
    }

    /// <summary>A result is wanted at once.</summary>
    public void LookAt(int number) => Asked = Asked with { Look = number };

    public void Remove(RowPair pair)
    {
        if (Pairs == pair)
        {
            Pairs = pair.NextOfProbe;
        }
        else
        {
            var before = Pairs!;
            while (before.NextOfProbe != pair)
            {
                before = before.NextOfProbe!;
            }

            before.NextOfProbe = pair.NextOfProbe;
        }

        pair.NextOfProbe = null;
        if (Pairs is null)
        {
            return;
        }

        var asked = Pairs.Planned.Probe;
        for (var other = Pairs.NextOfProbe; other is not null; other = other.NextOfProbe)
        {
            asked = ProbePlanner.Merge(asked, other.Planned.Probe);
        }

        Ask(asked);
    }

    // Who asks for a look asks the probe, whichever of its pairs comes or goes.
    private void Ask(PlannedProbe asked) => Asked = asked.Look == Asked.Look ? asked : asked with { Look = Asked.Look };

    /// <summary>A success of yesterday proves nothing today: a control must be as fresh as what it vouches for.</summary>
    public bool ConnectsAt(DateTimeOffset now) => ConnectsUntil is { } until && now <= until;

    /// <summary>How long the newest result vouches for its source and its target; null when it was no success.</summary>
    public DateTimeOffset? ConnectsUntil => Evidence.Last?.Outcome == ProbeOutcome.Succeeded && Asked.Protocol != ProbeProtocol.Listeners ? Evidence.ReceivedAt + PairJudge.StaleAfter(Asked) : null;
}
