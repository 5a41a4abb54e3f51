using System.Diagnostics.Metrics;
using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Metrics.Bridge;
using Prometheus;

namespace Plumbline.Metrics;

/// <summary>
/// What <c>/metrics</c> answers: the instruments of chosen meters, held and written by prometheus-net, and families that sources compute at every
/// scrape, written by us. Counters gain the suffix <c>_total</c>; dots in names become underscores; histograms use the instrument's advised buckets,
/// else <see cref="DefaultBuckets"/>.
/// </summary>
public sealed class PrometheusExposition : IDisposable
{
    public const string ContentType = PrometheusConstants.TextContentTypeWithVersionAndEncoding;

    /// <summary>Series of one instrument; more are not recorded, since an unbounded label would take the process down with it.</summary>
    public const int MaxSeries = 5_000;

    private readonly Meter _meter = new("Plumbline.Metrics");
    private readonly Counter<long> _errors;
    private readonly IReadOnlyList<IMetricFamilySource> _sources;
    private readonly ILogger _logger;
    private readonly IReadOnlySet<string> _processNames;
    private readonly InstrumentBridge _bridge;
    private string? _lastFailure;

    /// <param name="listensTo">Which meters are exposed, such as <c>meter => meter.Name == "Plumbline.Agent"</c>.</param>
    public PrometheusExposition(Func<Meter, bool> listensTo, params IEnumerable<IMetricFamilySource> sources)
        : this(new PrometheusExpositionOptions { ListensTo = listensTo, Sources = [.. sources] }, NullLogger.Instance)
    {
    }

    public PrometheusExposition(PrometheusExpositionOptions options, ILogger logger)
    {
        (_sources, _logger) = (options.Sources, logger);
        _processNames = options.Process ? ProcessMetrics.OfTheLibrary(Registry) : new HashSet<string>();
        _errors = _meter.CreateCounter<long>("plumbline_metrics_errors", description: "Metrics that could not be collected for a page, or not be told at all.");
        _bridge = new InstrumentBridge(
            Registry,
            meter => meter == _meter || options.ListensTo(meter),
            _processNames,
            (name, e) =>
            {
                _errors.Add(1);
                Log.NotAMetric(_logger, e, name);
            });
    }

    /// <summary>Upper bounds in seconds, for the latencies of connections: 100 µs to 10 s.</summary>
    public static IReadOnlyList<double> DefaultBuckets { get; } =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>The instruments, without the families. Up to date after <see cref="Collect"/>.</summary>
    public CollectorRegistry Registry { get; } = Prometheus.Metrics.NewCustomRegistry();

    /// <summary>
    /// Asks the observable instruments, and takes one view of every source. An instrument that fails costs its own series only, and is logged
    /// and counted. A source that fails throws: a page without its series would say that their objects are gone.
    /// </summary>
    /// <returns>The families, to be written behind the registry.</returns>
    public IReadOnlyList<MetricFamily> Collect()
    {
        // Not a callback of the registry: whatever those throw, the registry drops.
        Observed(_bridge.Observe());
        var families = new List<MetricFamily>();
        foreach (var source in _sources)
            families.AddRange(source.Collect());

        // A name must stand in one place, and instruments come first.
        families.RemoveAll(family => _processNames.Contains(family.Name) || _bridge.Has(family.Name));
        return families;
    }

    /// <summary>Writes what <see cref="Collect"/> gave.</summary>
    public static async Task WriteAsync(IReadOnlyList<MetricFamily> families, PipeWriter to, CancellationToken cancellation)
    {
        using var writer = new FamilyWriter();
        await writer.WriteAsync(families, to, cancellation);
    }

    /// <summary>The whole page, for where no HTTP is.</summary>
    public async Task WriteAsync(Stream to, CancellationToken cancellation)
    {
        var families = Collect();
        await Registry.CollectAndExportAsTextAsync(to, cancellation);
        var pipe = PipeWriter.Create(to, new StreamPipeWriterOptions(leaveOpen: true));
        await WriteAsync(families, pipe, cancellation);
        await pipe.CompleteAsync();
    }

    public void Dispose()
    {
        _bridge.Dispose();
        _meter.Dispose();
    }

    private void Observed(AggregateException? failure)
    {
        // Once for each trouble, not once a scrape.
        var last = Interlocked.Exchange(ref _lastFailure, failure?.Message);
        if (failure is null)
            return;
        _errors.Add(failure.InnerExceptions.Count);
        if (failure.Message != last)
            Log.NotObserved(_logger, failure);
    }
}

public sealed record PrometheusExpositionOptions
{
    /// <summary>Which meters are exposed, such as <c>meter => meter.Name == "Plumbline.Agent"</c>.</summary>
    public required Func<Meter, bool> ListensTo { get; init; }

    /// <summary>Asked at every scrape, in this order. Default none.</summary>
    public IReadOnlyList<IMetricFamilySource> Sources { get; init; } = [];

    /// <summary>Whether prometheus-net's metrics of the process and its runtime are on the page. Default false.</summary>
    public bool Process { get; init; }
}
