using System.Diagnostics.Metrics;

namespace Plumbline.Operator.Dispatch.Identity;

/// <summary>On every replica: how long its certificate is good, and whether agents can know it.</summary>
internal sealed class LinkMetrics : IDisposable
{
    private readonly Meter _meter = new("Plumbline.Operator.Link");

    public LinkMetrics(ILinkCertificate certificate)
    {
        _meter.CreateObservableGauge(
            "plumbline_link_certificate_expiry_timestamp_seconds",
            () => new DateTimeOffset(certificate.Get().NotAfter.ToUniversalTime()).ToUnixTimeSeconds(),
            description: "Unix time at which the link's certificate in use expires.");
        _meter.CreateObservableGauge(
            "plumbline_link_certificate_published", () => certificate.NotReady is null ? 1 : 0, description: "1 when agents can know this replica's link certificate.");
    }

    public void Dispose() => _meter.Dispose();
}
