using Microsoft.Extensions.Logging;
using Plumbline.Metrics;
using Plumbline.Operator.Dispatch.Identity;
using Plumbline.Operator.Publishing;
using Plumbline.Operator.Publishing.Metrics;
using Plumbline.Operator.Running;

namespace Plumbline.Operator;

/// <summary>The process's meters and the families computed from the loop's view, for /metrics and for whoever exports them elsewhere.</summary>
internal sealed class OperatorMetrics : IDisposable
{
    private readonly ProcessMetrics _process = new();
    private readonly LinkMetrics _link;
    private readonly IDisposable? _export;

    public OperatorMetrics(OperatorOptions options, LoopRunner runner, Leadership leadership, Publisher publisher, ILinkCertificate certificate, ILogger<PrometheusExposition> logger)
    {
        IMetricFamilySource[] families =
            [new VerdictMetrics(() => runner.View, () => leadership.IsLeader, () => publisher.QueueDepth, options.Version), new ConnectionDetailMetrics(() => runner.View)];
        Exposition = new PrometheusExposition(
            new PrometheusExpositionOptions { ListensTo = meter => meter.Name.StartsWith("Plumbline.", StringComparison.Ordinal), Sources = families, Process = true }, logger);
        _export = options.ExportMetrics?.Invoke(families);
        _link = new LinkMetrics(certificate);
    }

    public PrometheusExposition Exposition { get; }

    public void Dispose()
    {
        _link.Dispose();
        _export?.Dispose();
        Exposition.Dispose();
        _process.Dispose();
    }
}
