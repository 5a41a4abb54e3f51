using Plumbline.Core.Evidence;

namespace Plumbline.Agent.Delivery;

/// <summary>One probe's run of equal results, and the counts since its last report.</summary>
internal sealed class ProbeTrack
{
    private const int MaxLatencies = 16;

    private readonly List<double> _latencies = [];
    private ProbeResult? _last;
    private ProbeOutcome? _runOutcome;
    private DateTimeOffset _runStarted;
    private int _attempts;
    private int _successes;

    public bool HasResult => _last is not null;

    public bool IsDirty => _attempts > 0;

    public int RunLength { get; private set; }

    /// <summary>Results in a row of a name that works at some of its addresses only.</summary>
    public int ImpairedRun { get; private set; }

    public bool IsFailing => _last!.Outcome.IsEvidence() && _runOutcome is not null and not ProbeOutcome.Succeeded;

    /// <returns>Whether the outcome differs from the one before, or a name works at more or fewer of its addresses.</returns>
    public bool Add(ProbeResult result)
    {
        var changed = _last?.Outcome != result.Outcome || _last.IsImpaired != result.IsImpaired;
        _last = result;
        _attempts++;
        if (result.Outcome == ProbeOutcome.Succeeded)
        {
            _successes++;
            if (result.Timings.Connect is { } connect)
                Keep(connect);
        }

        if (result.Outcome.IsEvidence())
        {
            ImpairedRun = result.IsImpaired ? ImpairedRun + 1 : 0;
            Extend(result);
        }

        return changed;
    }

    public ProbeReport TakeReport()
    {
        var report = new ProbeReport
        {
            Last = _last!,
            RunStarted = RunLength == 0 ? _last!.Time : _runStarted,
            RunLength = RunLength,
            Attempts = _attempts,
            Successes = _successes,
            ConnectMilliseconds = [.. _latencies],
        };
        _attempts = _successes = 0;
        _latencies.Clear();
        return report;
    }

    /// <summary>Takes the counts of a report that will not be sent.</summary>
    public void Fold(ProbeReport report)
    {
        _attempts += report.Attempts;
        _successes += report.Successes;
        foreach (var latency in report.ConnectMilliseconds)
            Keep(latency);
    }

    /// <summary>The start is that of the same outcome; the length counts failures of any kind.</summary>
    private void Extend(ProbeResult result)
    {
        var wasFailing = _runOutcome is not null and not ProbeOutcome.Succeeded;
        var isFailing = result.Outcome != ProbeOutcome.Succeeded;
        RunLength = _runOutcome is not null && wasFailing == isFailing ? RunLength + 1 : 1;
        if (_runOutcome != result.Outcome)
            _runStarted = result.Time;
        _runOutcome = result.Outcome;
    }

    // The first ones stay: dropping by value or age would bend the quantiles, and a report covers few probes.
    private void Keep(double latency)
    {
        if (_latencies.Count < MaxLatencies)
            _latencies.Add(latency);
    }
}
