using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry.Exporter;
using Plumbline.Contracts.Metrics;
using Plumbline.Observability.Tests.Live;
using Plumbline.Telemetry;
using Plumbline.Testing;

namespace Plumbline.Observability.Tests.Export;

/// <summary>What a collector is sent. Names and label values stand as text in the protobuf.</summary>
[TestFixture]
[NonParallelizable]
public sealed class OtlpExportTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Test]
    public void Export_OfMetersAndFamilies_ReachesTheCollector()
    {
        using var receiver = new HttpReceiver();
        using var meter = new Meter("Plumbline.Test");
        using var export = Export(receiver, new Rows("row-1"));
        meter.CreateCounter<long>("plumbline_test_things").Add(3, new KeyValuePair<string, object?>("colour", "green"));

        Assert.That(export.Flush(Limit), Is.True);
        var sent = Sent(receiver);
        foreach (var text in new[] { "plumbline_test_things", "colour", "green", "plumbline_test_rows", "connection", "row-1", "service.name", "plumbline-operator", "service.instance.id", "operator-0" })
        {
            Assert.That(sent, Does.Contain(text));
        }
    }

    [Test]
    public void Export_SeriesThatIsGone_IsNotExportedAgain()
    {
        using var receiver = new HttpReceiver();
        var rows = new Rows("row-1", "row-2");
        var time = new ManualTimeProvider();
        using var export = Export(receiver, rows, time);
        export.Flush(Limit);
        Assert.That(Sent(receiver), Does.Contain("row-2"));

        rows.Names = ["row-1"];
        time.Advance(TimeSpan.FromMinutes(1));
        var before = receiver.Received("/v1/metrics").Count;
        export.Flush(Limit);
        var sent = Sent(receiver, before);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(sent, Does.Contain("row-1"));
            Assert.That(sent, Does.Not.Contain("row-2"));
        }
    }

    [Test]
    public void Export_OfMoreSeriesThanTheSdksDefault_IsWhole()
    {
        const int rows = 5_000;
        using var receiver = new HttpReceiver();
        using var export = Export(receiver, new Rows([.. Enumerable.Range(0, rows).Select(i => $"row-{i:0000}")]));
        export.Flush(Limit);
        var sent = Sent(receiver);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(sent, Does.Contain($"row-{rows - 1:0000}"));
            Assert.That(sent, Does.Not.Contain("otel.metric.overflow"));
        }
    }

    [Test]
    public void Export_CollectorAway_EndsInTime()
    {
        var target = new OtlpTarget.Collector(new Uri($"http://127.0.0.1:{Background.FreePort()}/v1/metrics"), OtlpExportProtocol.HttpProtobuf);
        using var done = new CancellationTokenSource();
        var ending = Task.Run(() => new OtlpExport(target, "plumbline-operator", "operator-0", [new Rows("row-1")], TimeProvider.System, NullLogger.Instance).Dispose());
        Assert.That(ending.Wait(Limit), Is.True);
    }

    private static OtlpExport Export(HttpReceiver receiver, Rows rows, TimeProvider? time = null) => new(
        (OtlpTarget.Collector)OtlpTarget.Of(receiver.Address.AbsoluteUri, _ => null), "plumbline-operator", "operator-0", [rows], time ?? TimeProvider.System, NullLogger.Instance);

    private static string Sent(HttpReceiver receiver, int from = 0) => string.Concat(receiver.Received("/v1/metrics").Skip(from).Select(Encoding.Latin1.GetString));

    private sealed class Rows(params string[] names) : IMetricFamilySource
    {
        public string[] Names { get; set; } = names;

        public IEnumerable<MetricFamily> Collect() =>
            [new MetricFamily("plumbline_test_rows", "Rows.", MetricFamilyType.Gauge, [.. Names.Select(n => new MetricSample(1, new MetricLabel("connection", n)))])];
    }
}
