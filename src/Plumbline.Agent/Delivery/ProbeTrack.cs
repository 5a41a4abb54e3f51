using Plumbline.Core.Probes;

namespace Plumbline.Agent.Delivery;

/// <summary>One probe's run of equal results, and the counts since its last report.</summary>
internal sealed class ProbeTrack
{
    private const int MaxLatencies = 16;

    // Small and short-lived: most reports cover one probe, and there is a track for each of many thousand probes.
    private float[] _latencies = [];
    private ProbeResult? _last;
    private ProbeOutcome? _runOutcome;
    private DateTimeOffset _runStarted;
    private int _attempts;
    private int _successes;

    public bool HasResult => _last is not null;

    public bool IsDirty => _attempts > 0;

    public int RunLength { get; private set; }

    public bool IsFailing => _last!.Outcome.IsEvidence() && _runOutcome is not null and not ProbeOutcome.Succeeded;

    /// <summary>Results in a row in which the same addresses of a name failed while others worked; 0 when none do.</summary>
    public int PartialRun { get; private set; }

    /// <returns>Whether the outcome, or the set of the name's addresses that fail, differs from the one before.</returns>
    public bool Add(ProbeResult result)
    {
        var sameAddresses = _last is null || FailedSet.Same(_last.FailedAddresses, result.FailedAddresses);
        var changed = _last?.Outcome != result.Outcome || !sameAddresses;
        PartialRun = result.Outcome != ProbeOutcome.Succeeded || result.FailedAddresses.Length == 0 ? 0 : changed ? 1 : PartialRun + 1;
        _last = result;
        _attempts++;
        if (result.Outcome == ProbeOutcome.Succeeded)
        {
            _successes++;
            if (result.Timings.Connect is { } connect)
                Keep(connect);
        }

        if (result.Outcome.IsEvidence())
            Extend(result);
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
            ConnectMilliseconds = Array.ConvertAll(_latencies, static latency => Math.Round((double)latency, 6)),
        };
        _attempts = _successes = 0;
        _latencies = [];
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
        if (_latencies.Length < MaxLatencies)
            _latencies = [.. _latencies, (float)latency];
    }
}
