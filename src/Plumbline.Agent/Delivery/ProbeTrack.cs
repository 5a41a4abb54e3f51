using Plumbline.Agent.Scheduling;
using Plumbline.Core.Probes;

namespace Plumbline.Agent.Delivery;

/// <summary>One probe's newest result and run, and the counts since its last report.</summary>
internal sealed class ProbeTrack
{
    private const int MaxLatencies = 16;

    // Small and short-lived: most reports cover one probe, and there is a track for each of many thousand probes.
    private float[] _latencies = [];
    private ProbeResult? _last;
    private ResultRun _run;
    private int _look;
    private ushort _attempts;
    private ushort _successes;

    public bool HasResult => _last is not null;

    public bool IsDirty => _attempts > 0;

    /// <returns>Whether the result says something else than the one before: the outcome, the status, a remark, or which of the name's addresses fail.</returns>
    public bool Add(ProbeResult result, Standing standing)
    {
        var changed = _last is null || _last.Outcome != result.Outcome || _last.HttpStatus != result.HttpStatus || _last.Remarks != result.Remarks
            || !FailedSet.Same(_last.FailedAddresses, result.FailedAddresses);
        (_run, _look) = (standing.Run, standing.Look ?? 0);
        _last = result;
        _attempts = Sum(_attempts, 1);
        if (result.Outcome == ProbeOutcome.Succeeded)
        {
            _successes = Sum(_successes, 1);
            if (result.Timings.Connect is { } connect)
                Keep(connect);
        }

        return changed;
    }

    public ProbeReport TakeReport()
    {
        var report = new ProbeReport
        {
            Last = _last!,
            RunStarted = _run.Length == 0 ? _last!.Time : _run.Started,
            RunLength = _run.Length,
            Attempts = _attempts,
            Successes = _successes,
            Look = _look == 0 ? null : _look,
            ConnectMilliseconds = Array.ConvertAll(_latencies, static latency => Math.Round((double)latency, 6)),
        };
        _attempts = _successes = 0;
        _latencies = [];
        return report;
    }

    /// <summary>Takes the counts of a report that will not be sent.</summary>
    public void Fold(ProbeReport report)
    {
        (_attempts, _successes) = (Sum(_attempts, report.Attempts), Sum(_successes, report.Successes));
        foreach (var latency in report.ConnectMilliseconds)
            Keep(latency);
    }

    // An operator that is away for weeks hears of so many at least.
    private static ushort Sum(ushort count, int more) => (ushort)Math.Min(count + more, ushort.MaxValue);

    // The first ones stay: dropping by value or age would bend the quantiles, and a report covers few probes.
    private void Keep(double latency)
    {
        if (_latencies.Length < MaxLatencies)
            _latencies = [.. _latencies, (float)latency];
    }
}
