using Plumbline.Agent.Scheduling;
using Plumbline.Core.Probes;
using Plumbline.Link;

namespace Plumbline.Agent.Delivery;

public sealed record ReportLedgerOptions
{
    /// <summary>How often results without news are sent. Default 5 s.</summary>
    public TimeSpan AggregateInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>News kept while the operator is away. Default 20,000, about 10 MB.</summary>
    public int MaxNews { get; init; } = 20_000;

    /// <summary>Reports a batch. Default 500.</summary>
    public int MaxBatch { get; init; } = 500;

    /// <summary>Batches sent and not yet acknowledged. Default 8.</summary>
    public int MaxUnacknowledged { get; init; } = 8;
}

/// <summary>
/// What the operator has to be told, and has not acknowledged. News (a changed result, one that is not settled yet) is kept one by one,
/// with its time, in order; the rest folds into one aggregate a probe, so that an absent operator costs memory for what happened, not
/// for how long it was away. Thread-safe.
/// </summary>
public sealed class ReportLedger(ReportLedgerOptions options, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ProbeId, ProbeTrack> _tracks = [];
    private readonly LinkedList<(ProbeReport Report, bool IsTransition)> _news = new();
    private readonly Queue<ProbeId> _aggregates = new();
    private readonly List<ReportBatch> _unacknowledged = [];
    private long _sequence;
    private long _flushed = clock.GetTimestamp();
    private int _sentOnThisLink;
    private int _repeats;

    /// <summary>Called, from any thread, when something is to be sent at once.</summary>
    public Action? NewsArrived { get; set; }

    /// <summary>News given up for lack of room; its counts live on in the aggregates.</summary>
    public long Dropped { get; private set; }

    public int Waiting
    {
        get
        {
            lock (_gate)
                return _news.Count + _unacknowledged.Sum(batch => batch.Reports.Length);
        }
    }

    public void Observe(ProbeResult result, Standing standing)
    {
        bool news;
        lock (_gate)
        {
            if (!_tracks.TryGetValue(result.Probe, out var track))
                _tracks[result.Probe] = track = new ProbeTrack();

            var isTransition = track.Add(result, standing);
            news = isTransition || standing.IsUnsettled || standing.IsAnswer;
            if (news)
                AddNews(track.TakeReport(), isTransition);
        }

        if (news)
            NewsArrived?.Invoke();
    }

    /// <summary>Forgets probes that left the plan.</summary>
    /// <param name="refused">Planned, but not carried out; what was said of them stays.</param>
    public void KeepOnly(ProbePlan plan, IEnumerable<ProbeId> refused)
    {
        var kept = refused.ToHashSet();
        lock (_gate)
        {
            foreach (var id in _tracks.Keys.Where(id => !plan.Probes.ContainsKey(id) && !kept.Contains(id)).ToList())
                _tracks.Remove(id);
            for (var node = _news.First; node is not null;)
            {
                var next = node.Next;
                if (!_tracks.ContainsKey(node.Value.Report.Last.Probe))
                    RemoveNews(node);
                node = next;
            }
        }
    }

    /// <summary>
    /// A new link: what was not acknowledged goes again, under its old number, and then the state of every probe, since the operator at
    /// the other end may be a new one that knows nothing.
    /// </summary>
    public void LinkOpened()
    {
        lock (_gate)
        {
            _sentOnThisLink = 0;
            _aggregates.Clear();
            foreach (var (id, track) in _tracks)
            {
                if (track.HasResult)
                    _aggregates.Enqueue(id);
            }

            _flushed = clock.GetTimestamp();
        }
    }

    public void Acknowledge(long sequence)
    {
        lock (_gate)
        {
            var count = _unacknowledged.FindIndex(batch => batch.Sequence > sequence);
            count = count < 0 ? _unacknowledged.Count : count;
            _unacknowledged.RemoveRange(0, count);
            _sentOnThisLink = Math.Max(0, _sentOnThisLink - count);
        }

        NewsArrived?.Invoke();
    }

    /// <summary>The next batch to send on this link; null when there is none for now.</summary>
    public ReportBatch? TakeBatch()
    {
        lock (_gate)
        {
            if (_sentOnThisLink < _unacknowledged.Count)
                return _unacknowledged[_sentOnThisLink++];
            if (_unacknowledged.Count >= options.MaxUnacknowledged)
                return null;

            CollectAggregates();
            var reports = new List<ProbeReport>();
            while (reports.Count < options.MaxBatch && _news.First is { } first)
            {
                RemoveNews(first);
                reports.Add(first.Value.Report);
            }

            while (reports.Count < options.MaxBatch && _aggregates.TryDequeue(out var id))
            {
                if (_tracks.TryGetValue(id, out var track) && track.HasResult)
                    reports.Add(track.TakeReport());
            }

            if (reports.Count == 0)
                return null;
            var batch = new ReportBatch(++_sequence, [.. reports]);
            _unacknowledged.Add(batch);
            _sentOnThisLink++;
            return batch;
        }
    }

    private void CollectAggregates()
    {
        if (_aggregates.Count > 0 || clock.GetElapsedTime(_flushed) < options.AggregateInterval)
            return;

        _flushed = clock.GetTimestamp();
        foreach (var (id, track) in _tracks)
        {
            if (track.IsDirty)
                _aggregates.Enqueue(id);
        }
    }

    private void AddNews(ProbeReport report, bool isTransition)
    {
        if (_news.Count >= options.MaxNews)
            MakeRoom();
        _news.AddLast((report, isTransition));
        _repeats += isTransition ? 0 : 1;
    }

    /// <summary>Repeats go before transitions, old before new.</summary>
    private void MakeRoom()
    {
        var victim = _news.First!;
        while (_repeats > 0 && victim.Value.IsTransition && victim.Next is { } next)
            victim = next;
        RemoveNews(victim);
        Dropped++;
        if (_tracks.TryGetValue(victim.Value.Report.Last.Probe, out var track))
            track.Fold(victim.Value.Report);
    }

    private void RemoveNews(LinkedListNode<(ProbeReport Report, bool IsTransition)> node)
    {
        _news.Remove(node);
        _repeats -= node.Value.IsTransition ? 0 : 1;
    }
}
