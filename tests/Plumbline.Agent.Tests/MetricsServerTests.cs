using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Agent.Metrics;
using Plumbline.Core.Probes;
using Plumbline.Metrics;

namespace Plumbline.Agent.Tests;

internal sealed class MetricsServerTests
{
    private readonly AgentMetrics _metrics = new();
    private readonly HttpClient _client = new();
    private string? _notReady;
    private PrometheusExposition _exposition = null!;
    private MetricsServer _server = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _exposition = new PrometheusExposition(meter => meter == _metrics.Meter);
        _metrics.ObserveState();
        _server = new MetricsServer(new IPEndPoint(IPAddress.Loopback, 0), _exposition, () => _notReady, NullLoggerFactory.Instance);
        await _server.StartAsync(default);
        _client.BaseAddress = new Uri(_server.Address!);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _exposition.Dispose();
        _metrics.Dispose();
    }

    [Test]
    public async Task Metrics_AfterAProbe_TellsResultAndPhases()
    {
        _metrics.Probed(new ProbeResult { Probe = new ProbeId(1), Time = default, Outcome = ProbeOutcome.TimedOut, Timings = new ProbeTimings(2, null, null, null) });

        using var response = await _client.GetAsync("/metrics");
        var text = await response.Content.ReadAsStringAsync();

        Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo(PrometheusExposition.ContentType));
        Assert.That(text, Does.Contain("plumbline_probes_total{reason=\"TimedOut\",result=\"failure\"} 1\n")
            .And.Contain("plumbline_probe_duration_seconds_bucket{phase=\"dns\",le=\"0.0025\"} 1\n")
            .And.Contain("plumbline_agent_link_connected 0\n")
            .And.Contain("plumbline_agent_plan_revision -1\n"));
    }

    [Test]
    public async Task Ready_OnlyWithAPlan_HealthyAnyway()
    {
        _notReady = "no plan";
        using var waiting = await _client.GetAsync("/readyz");
        using var healthy = await _client.GetAsync("/healthz");
        _notReady = null;
        using var ready = await _client.GetAsync("/readyz");

        Assert.That(((int)waiting.StatusCode, (int)healthy.StatusCode, (int)ready.StatusCode), Is.EqualTo((503, 200, 200)));
        Assert.That(await waiting.Content.ReadAsStringAsync(), Is.EqualTo("no plan\n"));
    }

    [TestCase("/", 404)]
    [TestCase("/../etc/passwd", 404)]
    public async Task Path_NotOurs_404(string path, int status)
    {
        using var response = await _client.GetAsync(path);

        Assert.That((int)response.StatusCode, Is.EqualTo(status));
    }

    [Test]
    public async Task Method_NotGet_405()
    {
        using var response = await _client.PostAsync("/metrics", null);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
    }
}
