using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Plumbline.Kubernetes.Client;

/// <summary>Requests as the API server sees them: one count an attempt.</summary>
internal sealed class ApiMetrics : IDisposable
{
    public const string MeterName = "Plumbline.Kubernetes";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;

    public ApiMetrics()
    {
        _requests = _meter.CreateCounter<long>("plumbline_api_requests", "{request}", "Requests to the Kubernetes API, by verb, resource and HTTP status.");
        _duration = _meter.CreateHistogram<double>("plumbline_api_request_duration_seconds", "s", "Time to the answer's head for a watch, to its end for the others.");
    }

    /// <param name="code">The HTTP status, <c>deadline</c> or <c>transport</c>.</param>
    public void Answered(ApiRequest request, string code, TimeSpan elapsed)
    {
        var tags = new TagList { { "verb", request.Verb }, { "resource", request.Resource }, { "code", code } };
        _requests.Add(1, tags);
        _duration.Record(elapsed.TotalSeconds, tags);
    }

    public void Dispose() => _meter.Dispose();
}
