using System.Collections.Immutable;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>A row's statuses over the last day: since when, uptime, outages. Time in which nothing was known counts neither way.</summary>
public sealed class StatusHistory
{
    public const int MaxOutages = 20;

    // A row that flaps faster than this many changes a day has its oldest day cut short rather than growing for ever.
    private const int MaxChanges = 512;

    private readonly List<(DateTimeOffset At, VerifiedStatus Status)> _changes = [];

    public StatusHistory(ObservedStatus observed)
    {
        Outages = observed.Outages;
        if (observed.Verified is { } verified)
        {
            Status = verified.Status;
            Since = verified.LastTransitionTime;
            _changes.Add((verified.LastTransitionTime, verified.Status));
        }
    }

    public VerifiedStatus? Status { get; private set; }

    public DateTimeOffset Since { get; private set; }

    /// <summary>Newest first.</summary>
    public ImmutableArray<Outage> Outages { get; private set; }

    /// <returns>Whether the status moved.</returns>
    public bool Record(Verdict verdict, DateTimeOffset now)
    {
        if (verdict.Status == Status)
        {
            Worsen(verdict);
            return false;
        }

        Status = verdict.Status;
        Since = now;
        _changes.Add((now, verdict.Status));
        if (_changes.Count > MaxChanges)
        {
            _changes.RemoveAt(0);
        }

        // An outage ends when the row is known to work again; not knowing does not end it.
        if (verdict.Status == VerifiedStatus.False && (Outages.IsEmpty || Outages[0].End is not null))
        {
            Outages = [new Outage(now, null, verdict.Reason.Name, verdict.Probed - verdict.Reachable), .. Outages.Take(MaxOutages - 1)];
        }
        else if (verdict.Status == VerifiedStatus.True && !Outages.IsEmpty && Outages[0].End is null)
        {
            Outages = [Outages[0] with { End = now }, .. Outages.Skip(1)];
        }

        return true;
    }

    /// <summary>An outage is told by its worst moment: a fault that spreads may show its cause only then, and one that ends leaves something else last.</summary>
    private void Worsen(Verdict verdict)
    {
        var failed = verdict.Probed - verdict.Reachable;
        if (verdict.Status == VerifiedStatus.False && !Outages.IsEmpty && Outages[0] is { End: null } outage
            && (failed > outage.Pairs || (failed == outage.Pairs && verdict.Reason.Name != outage.Reason)))
        {
            Outages = [outage with { Reason = verdict.Reason.Name, Pairs = failed }, .. Outages.Skip(1)];
        }
    }

    /// <returns>Percent of the known time within the window in which the row was True; null when nothing is known.</returns>
    public double? Uptime(TimeSpan window, DateTimeOffset now)
    {
        var start = now - window;
        double up = 0, known = 0;
        for (var i = 0; i < _changes.Count; i++)
        {
            var from = _changes[i].At > start ? _changes[i].At : start;
            var to = i + 1 < _changes.Count ? _changes[i + 1].At : now;
            if (to <= from || _changes[i].Status == VerifiedStatus.Unknown)
            {
                continue;
            }

            var seconds = (to - from).TotalSeconds;
            known += seconds;
            up += _changes[i].Status == VerifiedStatus.True ? seconds : 0;
        }

        return known == 0 ? null : Math.Round(100 * up / known, 3);
    }
}
