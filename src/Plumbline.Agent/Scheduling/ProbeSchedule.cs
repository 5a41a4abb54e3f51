using Plumbline.Core.Evidence;
using Plumbline.Core.Planning;

namespace Plumbline.Agent.Scheduling;

/// <param name="FirstStartWithin">A probe's first start lies at random within this time.</param>
/// <param name="SourceSpacing">Least time between two starts from one pod.</param>
/// <param name="TargetSpacing">Least time between two starts towards one host.</param>
public sealed record ScheduleOptions(TimeSpan FirstStartWithin, TimeSpan SourceSpacing, TimeSpan TargetSpacing)
{
    /// <summary>A first failure is confirmed after this time. Default 1 s.</summary>
    public TimeSpan ConfirmAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Failures in a row after which the interval applies again. Default 3.</summary>
    public int ConfirmedAt { get; init; } = 3;

    /// <summary>Work that is later than this was held up as a whole (a suspended machine) and is spread out anew. Default 10 s.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>
/// Which probe starts when: an open loop whose times do not depend on how long probes take. Pure: time comes in as the monotonic time
/// since any fixed moment, chance from the given generator. Not thread-safe.
/// <code>
///            first start at random          success, or 3rd failure
///   planned ───────────────────────▶ waiting ◀───────────────────── running
///                                    │    ▲ due                        ▲ │
///                                    └────┼────────────────────────────┘ │ 1st, 2nd failure: 1 s
///                                         └──────────────────────────────┘ no evidence: 1 s, 2 s, 4 s … interval
/// </code>
/// </summary>
public sealed class ProbeSchedule(ScheduleOptions options, Random random)
{
    private readonly Dictionary<ProbeId, Entry> _entries = [];
    private readonly PriorityQueue<(Entry Entry, long Ticket), TimeSpan> _queue = new();
    private readonly Dictionary<string, TimeSpan> _sourceFree = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _targetFree = new(StringComparer.Ordinal);
    private long _ticket;

    public int Count => _entries.Count;

    /// <summary>When to ask <see cref="TakeDue"/> again; null when nothing waits.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            while (_queue.TryPeek(out var head, out var at))
            {
                if (head.Entry.Ticket == head.Ticket)
                    return at;
                _queue.Dequeue();
            }

            return null;
        }
    }

    /// <summary>Probes that stay keep their times and their failures; new ones start soon.</summary>
    public void Replace(ProbePlan plan, TimeSpan now)
    {
        foreach (var (id, entry) in _entries.Where(pair => !plan.Probes.ContainsKey(pair.Key)).ToList())
        {
            entry.Ticket = 0;
            _entries.Remove(id);
        }

        foreach (var (id, probe) in plan.Probes)
        {
            if (!_entries.TryGetValue(id, out var entry))
                Add(probe, now);
            else if (entry.Probe != probe)
                Change(entry, probe, now);
        }

        Prune(_sourceFree, now);
        Prune(_targetFree, now);
    }

    /// <summary>A probe to start now; it runs until <see cref="Completed"/> says otherwise. Null when none is due.</summary>
    public PlannedProbe? TakeDue(TimeSpan now)
    {
        while (NextDue is { } due && due <= now)
        {
            var entry = _queue.Dequeue().Entry;
            entry.Ticket = 0;
            if (!entry.HasSlot && now - due > options.Stall)
            {
                Enqueue(entry, now + Part(Min(Interval(entry), options.FirstStartWithin)));
                continue;
            }

            // A slot is taken once, in the order in which probes fall due, so that a busy target starves nobody.
            if (!entry.HasSlot && TakeSlot(entry.Probe, now) is var slot && slot > now)
            {
                entry.HasSlot = true;
                Enqueue(entry, slot);
                continue;
            }

            entry.HasSlot = false;
            entry.IsRunning = true;
            return entry.Probe;
        }

        return null;
    }

    /// <returns>False when the probe left the plan meanwhile: its result is of no interest.</returns>
    /// <param name="impaired">A success at some addresses of a name only, which is confirmed as a failure is.</param>
    public bool Completed(ProbeId id, ProbeOutcome outcome, TimeSpan now, bool impaired = false)
    {
        if (!_entries.TryGetValue(id, out var entry) || !entry.IsRunning)
            return false;

        entry.IsRunning = false;
        if (!outcome.IsEvidence())
        {
            entry.Blanks++;
            var wait = options.ConfirmAfter * Math.Pow(2, Math.Min(entry.Blanks - 1, 20));
            Enqueue(entry, now + Jittered(Min(wait, Interval(entry))));
            return true;
        }

        entry.Blanks = 0;
        entry.Failures = outcome == ProbeOutcome.Succeeded && !impaired ? 0 : entry.Failures + 1;
        var confirms = entry.Failures > 0 && entry.Failures < options.ConfirmedAt;
        var regular = NextRegular(entry, now);
        Enqueue(entry, confirms ? Min(regular, now + Jittered(options.ConfirmAfter)) : regular);
        return true;
    }

    /// <summary>The caller was stopped before the probe came to anything.</summary>
    public void Abandoned(ProbeId id, TimeSpan now)
    {
        if (_entries.TryGetValue(id, out var entry) && entry.IsRunning)
        {
            entry.IsRunning = false;
            Enqueue(entry, now + Jittered(options.ConfirmAfter));
        }
    }

    private void Add(PlannedProbe probe, TimeSpan now)
    {
        // The first start is soon; the later ones have a phase of their own, so that they spread over the whole interval.
        var interval = TimeSpan.FromMilliseconds(probe.IntervalMilliseconds);
        var entry = new Entry(probe) { Anchor = now + Part(interval) };
        _entries[probe.Id] = entry;
        Enqueue(entry, now + Part(Min(interval, options.FirstStartWithin)));
    }

    private void Change(Entry entry, PlannedProbe probe, TimeSpan now)
    {
        var sooner = probe.IntervalMilliseconds != entry.Probe.IntervalMilliseconds;
        entry.Probe = probe;
        if (!sooner)
            return;
        entry.Anchor = now + Part(Interval(entry));
        if (!entry.IsRunning)
            Enqueue(entry, entry.Anchor);
    }

    /// <summary>The next moment of the probe's own phase: late or long probes shift nothing.</summary>
    private static TimeSpan NextRegular(Entry entry, TimeSpan now)
    {
        var interval = Interval(entry);
        if (entry.Anchor > now)
            return entry.Anchor;
        var passed = (now - entry.Anchor).Ticks / interval.Ticks;
        return entry.Anchor + (interval * (passed + 1));
    }

    private TimeSpan TakeSlot(PlannedProbe probe, TimeSpan now)
    {
        // The node is source of many probes and no pod, and has no single sender of ICMP errors to mind.
        var isNode = probe.Source == ProbeSource.NodeId;
        var slot = now;
        if (!isNode && _sourceFree.TryGetValue(probe.Source, out var sourceFree))
            slot = Max(slot, sourceFree);
        if (_targetFree.TryGetValue(probe.Host, out var targetFree))
            slot = Max(slot, targetFree);
        if (!isNode)
            _sourceFree[probe.Source] = slot + options.SourceSpacing;
        _targetFree[probe.Host] = slot + options.TargetSpacing;
        return slot;
    }

    private void Enqueue(Entry entry, TimeSpan at)
    {
        entry.Ticket = ++_ticket;
        _queue.Enqueue((entry, entry.Ticket), at);
    }

    private static void Prune(Dictionary<string, TimeSpan> free, TimeSpan now)
    {
        foreach (var key in free.Where(pair => pair.Value <= now).Select(pair => pair.Key).ToList())
            free.Remove(key);
    }

    private static TimeSpan Interval(Entry entry) => TimeSpan.FromMilliseconds(entry.Probe.IntervalMilliseconds);

    private TimeSpan Part(TimeSpan whole) => whole * random.NextDouble();

    private TimeSpan Jittered(TimeSpan time) => time * (0.9 + (0.2 * random.NextDouble()));

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private sealed class Entry(PlannedProbe probe)
    {
        public PlannedProbe Probe { get; set; } = probe;

        /// <summary>A moment of the probe's phase; regular starts are whole intervals from it.</summary>
        public TimeSpan Anchor { get; set; }

        /// <summary>Identity of the place in the queue; 0 while it has none.</summary>
        public long Ticket { get; set; }

        public bool HasSlot { get; set; }

        public bool IsRunning { get; set; }

        public int Failures { get; set; }

        public int Blanks { get; set; }
    }
}
