using System.Diagnostics.Metrics;
using Plumbline.Core.Probes;
using Plumbline.Metrics;

namespace Plumbline.Agent.Metrics;

/// <summary>The agent's own instruments; labels are bounded, never a pod, an address or a text.</summary>
public sealed class AgentMetrics : IDisposable
{
    public const string MeterName = "Plumbline.Agent";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _probes;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _dials;

    public AgentMetrics()
    {
        _probes = _meter.CreateCounter<long>("plumbline_probes", description: "Probes by result (success, failure, no_evidence) and outcome.");
        _duration = _meter.CreateHistogram(
            "plumbline_probe_duration_seconds",
            description: "Time of a phase: connect is the kernel's round trip, dns, tls and http are measured in user space.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = PrometheusExposition.DefaultBuckets });
        _dials = _meter.CreateCounter<long>("plumbline_agent_link_dials", description: "Attempts to reach the operator, by result.");
    }

    public Meter Meter => _meter;

    public int PlanProbes { get; set; }

    public int PlanSources { get; set; }

    public long PlanRevision { get; set; } = -1;

    public bool LinkConnected { get; set; }

    public int SourcesNotFound { get; set; }

    public Func<int> RunningProbes { get; set; } = () => 0;

    public Func<TimeSpan> ScheduleLag { get; set; } = () => TimeSpan.Zero;

    public Func<int> WaitingReports { get; set; } = () => 0;

    public Func<long> DroppedReports { get; set; } = () => 0;

    /// <summary>Creates the gauges, once the functions above are set.</summary>
    public void ObserveState()
    {
        _meter.CreateObservableGauge("plumbline_agent_plan_probes", () => PlanProbes, description: "Probes of the plan that is carried out.");
        _meter.CreateObservableGauge("plumbline_agent_plan_sources", () => PlanSources, description: "Sources of the plan that is carried out.");
        _meter.CreateObservableGauge("plumbline_agent_plan_revision", () => PlanRevision, description: "Revision of the plan; -1 before the first.");
        _meter.CreateObservableGauge("plumbline_agent_sources_not_found", () => SourcesNotFound, description: "Sources whose network namespace is not found on this node.");
        _meter.CreateObservableGauge("plumbline_agent_link_connected", () => LinkConnected ? 1 : 0, description: "1 while the link to the operator stands.");
        _meter.CreateObservableGauge("plumbline_agent_probes_running", () => RunningProbes(), description: "Probes under way.");
        _meter.CreateObservableGauge("plumbline_agent_schedule_lag_seconds", () => ScheduleLag().TotalSeconds, description: "How much later than due probes start, at worst, in the last minute.");
        _meter.CreateObservableGauge("plumbline_agent_reports_waiting", () => WaitingReports(), description: "Reports that the operator has not acknowledged.");
        _meter.CreateObservableCounter("plumbline_agent_reports_dropped", () => DroppedReports(), description: "Reports given up for lack of room; their counts are kept.");
    }

    public void Probed(ProbeResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var kind = result.Outcome == ProbeOutcome.Succeeded ? "success" : result.Outcome.IsEvidence() ? "failure" : "no_evidence";
        _probes.Add(1, new KeyValuePair<string, object?>("result", kind), new KeyValuePair<string, object?>("reason", result.Outcome.ToString()));
        Record("dns", result.Timings.Dns);
        Record("connect", result.Timings.Connect);
        Record("tls", result.Timings.Tls);
        Record("http", result.Timings.Http);
    }

    public void Dialled(string result) => _dials.Add(1, new KeyValuePair<string, object?>("result", result));

    public void Dispose() => _meter.Dispose();

    private void Record(string phase, double? milliseconds)
    {
        if (milliseconds is { } value)
            _duration.Record(value / 1000, new KeyValuePair<string, object?>("phase", phase));
    }
}
