using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry.Exporter;
using Plumbline.Metrics;
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
        foreach (var text in new[] { "plumbline_test_things", "colour", "green", "plumbline_connection_test", "connection", "row-1", "service.name", "plumbline-operator", "service.instance.id", "operator-0" })
        {
            Assert.That(sent, Does.Contain(text));
        }
    }

    [Test]
    [NonParallelizable]
    public void Export_AtItsStart_TakesTheRoomThatThePageSays()
    {
        using var receiver = new HttpReceiver();
        string[] families = ["verified", "status", "info", "pairs", "last_probe_timestamp_seconds", "last_transition_timestamp_seconds", "probe_duration_seconds", "certificate_expiry_timestamp_seconds", "certificate_trusted"];
        var before = GC.GetTotalAllocatedBytes(precise: true);
        using var export = new OtlpExport(
            (OtlpTarget.Collector)OtlpTarget.Of(receiver.Address.AbsoluteUri, _ => null), "plumbline-operator", "operator-0",
            [.. families.Select(f => new Rows("row-1") { Family = $"plumbline_connection_{f}" })], TimeProvider.System, NullLogger.Instance);
        var taken = (GC.GetTotalAllocatedBytes(precise: true) - before) / 1e6;
        TestContext.Out.WriteLine($"{taken:0} MB");
        Assert.That(taken, Is.LessThan(45));
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
    public void Export_CollectorAway_SaysSoOnceAndEndsInTime()
    {
        var target = new OtlpTarget.Collector(new Uri($"http://127.0.0.1:{Background.FreePort()}/v1/metrics"), OtlpExportProtocol.HttpProtobuf);
        var log = new Lines();
        var ending = Task.Run(() =>
        {
            using var export = new OtlpExport(target, "plumbline-operator", "operator-0", [new Rows("row-1")], new ManualTimeProvider(), log);
            export.Flush(Limit);
            export.Flush(Limit);
        });
        Assert.That(ending.Wait(2 * Limit), Is.True);
        Assert.That(log.Written, Has.Count.EqualTo(1));
        Assert.That(log.Written[0], Does.Contain("the export of metrics has a problem").And.Contain("Connection refused"));
    }

    [Test]
    public void Export_CollectorRefuses_SaysWhatItAnswered()
    {
        using var receiver = new HttpReceiver { Status = 401 };
        var log = new Lines();
        using (var export = new OtlpExport((OtlpTarget.Collector)OtlpTarget.Of(receiver.Address.AbsoluteUri, _ => null), "plumbline-agent", "n1", [new Rows("row-1")], TimeProvider.System, log))
        {
            export.Flush(Limit);
        }

        Assert.That(log.Written, Has.Some.Contains("the collector answered 401"));
    }

    private static OtlpExport Export(HttpReceiver receiver, Rows rows, TimeProvider? time = null) => new(
        (OtlpTarget.Collector)OtlpTarget.Of(receiver.Address.AbsoluteUri, _ => null), "plumbline-operator", "operator-0", [rows], time ?? TimeProvider.System, NullLogger.Instance);

    private static string Sent(HttpReceiver receiver, int from = 0) => string.Concat(receiver.Received("/v1/metrics").Skip(from).Select(Encoding.Latin1.GetString));

    private sealed class Lines : ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyList<string> Written => [.. _lines];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _lines.Enqueue(formatter(state, exception));
    }

    private sealed class Rows(params string[] names) : IMetricFamilySource
    {
        public string[] Names { get; set; } = names;

        public string Family { get; init; } = "plumbline_connection_test";

        public IReadOnlyList<MetricFamily> Collect() =>
            [new MetricFamily(Family, "Rows.", MetricFamilyType.Gauge, [.. Names.Select(n => new MetricSample(1, new MetricLabel("connection", n)))])];
    }
}
