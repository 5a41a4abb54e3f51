using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Plumbline.Metrics.Tests;

/// <summary>The page over HTTP, on Kestrel as operator and agent use it.</summary>
internal sealed class MetricsEndpointTests
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });
    private Func<IReadOnlyList<MetricFamily>> _families = () => [];
    private Meter _meter = null!;
    private PrometheusExposition _exposition = null!;
    private WebApplication _app = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _meter = new Meter("endpoint");
        _exposition = new PrometheusExposition(meter => meter == _meter, new FakeSource(() => _families()));
        _meter.CreateCounter<int>("c", description: "Counted.").Add(1);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(new MetricsEndpoint(_exposition).ServeAsync);
        await _app.StartAsync();
        _client.BaseAddress = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        _exposition.Dispose();
        _meter.Dispose();
    }

    /// <summary>What a Prometheus server of today asks for first.</summary>
    [TestCase("application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1")]
    [TestCase("text/plain")]
    [TestCase(null)]
    public async Task Page_WhateverIsAccepted_IsOneTextOfInstrumentsAndFamilies(string? accept)
    {
        _families = () => [new MetricFamily("f", "Computed.", MetricFamilyType.Gauge, [new MetricSample(2)])];
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await _client.SendAsync(request);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo("text/plain; version=0.0.4; charset=utf-8"));
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("""
            # HELP c_total Counted.
            # TYPE c_total counter
            c_total 1
            # HELP f Computed.
            # TYPE f gauge
            f 2

            """.ReplaceLineEndings("\n")));
    }

    [Test]
    public async Task Page_OfManyRows_ArrivesWhole()
    {
        _families = () => [MetricFamily.Of("f", "Rows.", MetricFamilyType.Gauge, [.. Enumerable.Range(0, 20_000)], (i, to) => to.Add(i, new MetricLabel("i", $"{i}")))];

        var pages = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _client.GetStringAsync("/metrics")));
        Assert.That(pages.Distinct().Count(), Is.EqualTo(1));
        Assert.That(pages[0], Does.EndWith("f{i=\"19999\"} 19999\n"));
    }

    [Test]
    public async Task Source_Fails_Is500AndNoPage()
    {
        _families = () => throw new InvalidOperationException("no view");
        using var response = await _client.GetAsync("/metrics");

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.InternalServerError));
        Assert.That(await response.Content.ReadAsStringAsync(), Is.Empty);
    }

    [TestCase(0)]
    [TestCase(10_000)]
    public void Family_FailsWhileItIsWritten_BreaksTheResponseOff(int failsAt)
    {
        _families = () =>
        [
            MetricFamily.Of("f", "Rows.", MetricFamilyType.Gauge, [.. Enumerable.Range(0, 20_000)], (i, to) =>
            {
                if (i == failsAt)
                    throw new InvalidOperationException("a defect");
                to.Add(i, new MetricLabel("i", $"{i}"));
            }),
        ];

        // Prometheus takes that for a failed scrape; a page that ended in order would have lost rows.
        Assert.That(async () => await _client.GetStringAsync("/metrics"), Throws.InstanceOf<HttpRequestException>());
    }
}
