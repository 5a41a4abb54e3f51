using Plumbline.Core.Evidence;
using Plumbline.Core.Probes;

namespace Plumbline.Agent.Scheduling;

/// <param name="FirstStartWithin">A probe's first start lies at random within this time.</param>
/// <param name="SourceSpacing">Least time between two starts from one pod.</param>
/// <param name="TargetSpacing">Least time between two starts towards one host.</param>
public sealed record ScheduleOptions(TimeSpan FirstStartWithin, TimeSpan SourceSpacing, TimeSpan TargetSpacing)
{
    /// <summary>A result that is to be confirmed is asked for again after this time. Default 1 s.</summary>
    public TimeSpan ConfirmAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A probe that has worked and fails is looked at more closely: so many results follow each other quickly, unless it turns out to be down. Default 8.</summary>
    public int CloserLook { get; init; } = 8;

    /// <summary>A probe that has failed lately and works is repeated so many times in an interval, though not more often than every <see cref="RestlessLeast"/>, until it has been quiet for long enough. Default 8.</summary>
    public int RestlessShare { get; init; } = 8;

    /// <summary>Default 15 s.</summary>
    public TimeSpan RestlessLeast { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A result that the operator asks for comes from a start within this time. Default 0.5 s.</summary>
    public TimeSpan LookWithin { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>A schedule that was asked this much later than it said was held up as a whole (a stopped process): what fell due meanwhile is spread out anew. Default 10 s.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>How a probe stands after a result.</summary>
/// <param name="IsUnsettled">To be confirmed, and told at once: the operator counts up to the same number.</param>
public readonly record struct Standing(ResultRun Run, bool IsUnsettled)
{
    /// <summary>The newest look that was answered; null when there was none.</summary>
    public int? Look { get; init; }

    /// <summary>The result answers a look, and is told at once.</summary>
    public bool IsAnswer { get; init; }
}

/// <summary>
/// Which probe starts when: an open loop whose times do not depend on how long probes take. Pure: time comes in as the monotonic time
/// since any fixed moment, chance from the given generator. Not thread-safe.
/// <code>
///            first start at random          plain success, or confirmed
///   planned ───────────────────────▶ waiting ◀───────────────────── running
///                                    │    ▲ due                        ▲ │
///                                    └────┼────────────────────────────┘ │ to be confirmed: 1 s
///                                         └──────────────────────────────┘ no evidence: 1 s, 2 s, 4 s … interval
/// </code>
/// </summary>
public sealed class ProbeSchedule(ScheduleOptions options, Random random)
{
    private readonly Dictionary<ProbeId, Entry> _entries = [];
    private readonly PriorityQueue<(Entry Entry, long Ticket), Turn> _queue = new();
    private readonly Spacing _sources = new(options.SourceSpacing);
    private readonly Spacing _targets = new(options.TargetSpacing);
    private readonly Lateness _lateness = new();
    private long _ticket;

    // Of probes that have failed lately, which are few: beside the entries, of which there are very many.
    private readonly Dictionary<ProbeId, Trouble> _troubles = [];

    // Until when there was nothing to do, as the caller was told last; null while it has work in hand.
    private TimeSpan? _idleUntil;
    private TimeSpan _stalledUntil = TimeSpan.MinValue;

    public int Count => _entries.Count;

    /// <summary>When to ask <see cref="TakeDue"/> again; null when nothing waits.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            while (_queue.TryPeek(out var head, out var turn))
            {
                if (head.Entry.Ticket == head.Ticket)
                    return turn.At;
                _queue.Dequeue();
            }

            return null;
        }
    }

    /// <summary>
    /// How much later than due probes have started lately, at worst, or have been waiting to start: more than a moment means that the plan
    /// asks for more than rate caps and concurrency allow.
    /// </summary>
    public TimeSpan Lag(TimeSpan now)
    {
        var waiting = NextDue is not null && _queue.TryPeek(out _, out var turn) && turn.At < now ? now - turn.Due : TimeSpan.Zero;
        return Max(waiting, _lateness.Worst(now));
    }

    /// <summary>Probes that stay keep their times and their failures; new ones start soon.</summary>
    public void Replace(ProbePlan plan, TimeSpan now)
    {
        foreach (var (id, entry) in _entries.Where(pair => !plan.Probes.ContainsKey(pair.Key)).ToList())
        {
            entry.Ticket = 0;
            _entries.Remove(id);
            _troubles.Remove(id);
        }

        foreach (var (id, probe) in plan.Probes)
        {
            if (!_entries.TryGetValue(id, out var entry))
                Add(probe, now);
            else if (entry.Probe != probe)
                Change(entry, probe, now);
            else
                entry.Probe = probe;
        }

        _sources.Prune(now);
        _targets.Prune(now);
    }

    /// <summary>A probe to start now; it runs until <see cref="Completed"/> says otherwise. Null when none is due.</summary>
    public PlannedProbe? TakeDue(TimeSpan now)
    {
        if (_idleUntil is { } until && now - until > options.Stall)
            _stalledUntil = now;
        _idleUntil = null;
        while (NextDue is { } at && at <= now)
        {
            var entry = _queue.Dequeue().Entry;
            entry.Ticket = 0;
            if (entry.Due < _stalledUntil)
                Enqueue(entry, now + Part(Min(Interval(entry), options.FirstStartWithin)));
            else if (WaitFor(entry, now) is { } later)
                Delay(entry, later);
            else
                return Start(entry, now);
        }

        _idleUntil = NextDue;
        return null;
    }

    /// <returns>Null when the probe left the plan meanwhile: its result is of no interest.</returns>
    public Standing? Completed(ProbeResult result, TimeSpan now)
    {
        if (!_entries.TryGetValue(result.Probe, out var entry) || !entry.IsRunning)
            return null;

        entry.IsRunning = false;

        // Asked for while it ran: what it saw may be older than what the operator wants to know.
        var asksAgain = entry.AsksAgain;
        var standing = new Standing { Look = asksAgain ? null : entry.Probe.Look, IsAnswer = entry.IsAsked && !asksAgain };
        (entry.IsAsked, entry.AsksAgain) = (asksAgain, false);
        if (!result.Outcome.IsEvidence())
        {
            entry.Blanks = (byte)Math.Min(entry.Blanks + 1, byte.MaxValue);
            var wait = options.ConfirmAfter * Math.Pow(2, Math.Min(entry.Blanks - 1, 20));
            Enqueue(entry, now + Jittered(Min(wait, Interval(entry))));
            return standing with { Run = entry.Run };
        }

        entry.Blanks = 0;
        var before = entry.Run;
        entry.Run = before.With(result);
        var trouble = TroubleOf(entry, before, now);
        var confirms = Confirms(entry) || trouble?.Closer > 0;
        var regular = trouble is not null && entry.Run.Kind != RunKind.Fails ? Min(NextRegular(entry, now), now + Jittered(Max(options.RestlessLeast, Interval(entry) / options.RestlessShare))) : NextRegular(entry, now);
        var next = confirms ? Min(regular, now + Jittered(options.ConfirmAfter)) : regular;
        Enqueue(entry, asksAgain ? Min(next, now + Part(options.LookWithin)) : next);
        return standing with { Run = entry.Run, IsUnsettled = !entry.Run.IsPlain && entry.Run.Length <= entry.Probe.Confirmations };
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

    /// <summary>
    /// What says something else each time never comes to a run that is long enough: after twice the confirmations that a steady result gets, it
    /// waits for its interval until it settles.
    /// </summary>
    private static bool Confirms(Entry entry)
    {
        if (entry.Run.IsPlain || entry.Run.Length >= entry.Probe.Confirmations)
        {
            entry.Confirmations = 0;
            return false;
        }

        entry.Confirmations = (byte)Math.Min(entry.Confirmations + 1, byte.MaxValue);
        return entry.Confirmations <= 2 * entry.Probe.Confirmations;
    }

    /// <summary>What fails by turns never comes to a run: whether it does shows in a share of results, and those take too long to come by at the interval.</summary>
    /// <returns>Null for a probe that has not failed lately.</returns>
    private Trouble? TroubleOf(Entry entry, ResultRun before, TimeSpan now)
    {
        var (fails, id) = (entry.Run.Kind == RunKind.Fails, entry.Probe.Id);
        if (!_troubles.TryGetValue(id, out var trouble))
        {
            if (!fails)
                return null;
            _troubles[id] = trouble = new Trouble();
        }

        if (fails)
        {
            trouble.FailedAt = now;
        }
        else if (now - trouble.FailedAt >= FailureWindow.QuietAfter(Interval(entry)))
        {
            _troubles.Remove(id);
            return null;
        }

        if (fails && (before.Kind is RunKind.Works or RunKind.Impaired) && trouble.Closer == 0 && (trouble.LookedCloserAt is not { } at || now - at > Interval(entry)))
            (trouble.Closer, trouble.LookedCloserAt) = (options.CloserLook, now);
        else if (trouble.Closer > 0)
            trouble.Closer = fails && entry.Run.Length >= entry.Probe.Confirmations ? 0 : trouble.Closer - 1;
        return trouble;
    }

    private void Add(PlannedProbe probe, TimeSpan now)
    {
        // The first start is soon; the later ones have a phase of their own, so that they spread over the whole interval.
        var interval = TimeSpan.FromMilliseconds(probe.IntervalMilliseconds);
        var entry = new Entry(probe) { Anchor = now + Part(interval), IsAsked = probe.Look is not null };
        _entries[probe.Id] = entry;
        Enqueue(entry, now + Part(Min(interval, probe.Look is null && probe.Protocol != ProbeProtocol.Listeners ? options.FirstStartWithin : options.LookWithin)));
    }

    private void Change(Entry entry, PlannedProbe probe, TimeSpan now)
    {
        var (sooner, looks) = (probe.IntervalMilliseconds != entry.Probe.IntervalMilliseconds, probe.Look != entry.Probe.Look && probe.Look is not null);
        entry.Probe = probe;
        if (sooner)
        {
            entry.Anchor = now + Part(Interval(entry));
            if (!entry.IsRunning)
                Enqueue(entry, entry.Anchor);
        }

        entry.IsAsked |= looks;
        entry.AsksAgain |= looks && entry.IsRunning;
        if (looks && !entry.IsRunning && entry.Due > now + options.LookWithin)
            Enqueue(entry, now + Part(options.LookWithin));
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

    /// <summary>
    /// When to look again; null: the probe may start. Places are taken target first and source last, one after the other, so that a probe
    /// that waits long for a busy target does not hold up its source's other probes.
    /// </summary>
    private TimeSpan? WaitFor(Entry entry, TimeSpan now)
    {
        if (!entry.HasTargetPlace)
        {
            entry.HasTargetPlace = true;
            if (_targets.TakePlace(entry.Probe.Host, now) is var place && place > now)
                return place;
        }

        // The node is source of many probes and no pod, and has no single sender of ICMP errors to mind.
        var isPod = entry.Probe.Source != ProbeSource.NodeId;
        if (isPod && !entry.HasSourcePlace)
        {
            entry.HasSourcePlace = true;
            if (_sources.TakePlace(entry.Probe.Source, now) is var place && place > now)
                return place;
        }

        // Places say whose turn it is; only what really started says whether the distance is kept.
        var free = Max(_targets.FreeAt(entry.Probe.Host), isPod ? _sources.FreeAt(entry.Probe.Source) : TimeSpan.MinValue);
        return free > now ? free : null;
    }

    private PlannedProbe Start(Entry entry, TimeSpan now)
    {
        _targets.Started(entry.Probe.Host, now);
        if (entry.Probe.Source != ProbeSource.NodeId)
            _sources.Started(entry.Probe.Source, now);
        _lateness.Started(now - entry.Due, now);
        entry.HasTargetPlace = entry.HasSourcePlace = false;
        entry.IsRunning = true;
                return entry.Probe;
    }

    private void Enqueue(Entry entry, TimeSpan due)
    {
        entry.Due = due;
        entry.HasTargetPlace = entry.HasSourcePlace = false;
        Delay(entry, due);
    }

    private void Delay(Entry entry, TimeSpan until)
    {
        entry.Ticket = ++_ticket;
        _queue.Enqueue((entry, entry.Ticket), new Turn(until, entry.Due));
    }

    private static TimeSpan Interval(Entry entry) => TimeSpan.FromMilliseconds(entry.Probe.IntervalMilliseconds);

    private TimeSpan Part(TimeSpan whole) => whole * random.NextDouble();

    private TimeSpan Jittered(TimeSpan time) => time * (0.9 + (0.2 * random.NextDouble()));

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    /// <summary>Of two that may go at the same moment, the one that has waited longer goes first.</summary>
    private readonly record struct Turn(TimeSpan At, TimeSpan Due) : IComparable<Turn>
    {
        public int CompareTo(Turn other) => At != other.At ? At.CompareTo(other.At) : Due.CompareTo(other.Due);
    }

    /// <summary>What is remembered of a probe that has failed.</summary>
    private sealed class Trouble
    {
        /// <summary>Results that are still to come of a closer look.</summary>
        public int Closer { get; set; }

        public TimeSpan? LookedCloserAt { get; set; }

        public TimeSpan FailedAt { get; set; }
    }

    private sealed class Entry(PlannedProbe probe)
    {
        public PlannedProbe Probe { get; set; } = probe;

        /// <summary>A moment of the probe's phase; regular starts are whole intervals from it.</summary>
        public TimeSpan Anchor { get; set; }

        /// <summary>When it should start, whatever it has to wait for.</summary>
        public TimeSpan Due { get; set; }

        /// <summary>Identity of the place in the queue; 0 while it has none.</summary>
        public long Ticket { get; set; }

        public ResultRun Run { get; set; }

        /// <summary>Quick probes in a row that settled nothing.</summary>
        public byte Confirmations { get; set; }

        public byte Blanks { get; set; }

        public bool HasTargetPlace { get; set; }

        public bool HasSourcePlace { get; set; }

        public bool IsRunning { get; set; }

        /// <summary>A look that no result has answered yet.</summary>
        public bool IsAsked { get; set; }

        /// <summary>The look came while it ran.</summary>
        public bool AsksAgain { get; set; }
    }
}
