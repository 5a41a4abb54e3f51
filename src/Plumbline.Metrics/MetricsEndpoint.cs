using Microsoft.AspNetCore.Http;
using Prometheus;

namespace Plumbline.Metrics;

/// <summary>
/// <c>/metrics</c> by HTTP: the endpoint of prometheus-net answers with the registry, and the families follow in the same response, a piece at a time.
/// Plain text only: the families know no OpenMetrics, which must end with a mark and so leaves no room behind it.
/// </summary>
public sealed class MetricsEndpoint(PrometheusExposition exposition)
{
    private readonly MetricServerMiddleware _registry = new(
        static _ => Task.CompletedTask, new MetricServerMiddleware.Settings { Registry = exposition.Registry, EnableOpenMetrics = false });

    /// <remarks>
    /// Never half a page that looks whole. What fails before the response begins is a 500; what fails later leaves it without its end, so that Prometheus
    /// takes the scrape for failed instead of the missing series for gone.
    /// </remarks>
    public async Task ServeAsync(HttpContext context)
    {
        var families = exposition.Collect();
        try
        {
            await _registry.Invoke(context);
            await PrometheusExposition.WriteAsync(families, context.Response.BodyWriter, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody reads any more.
        }
    }
}
