using Microsoft.Extensions.Logging;

namespace Plumbline.Telemetry;

/// <summary>
/// Says in our log when the collector does not take what is sent, at most once a minute. The exporter itself tells only event sources, which the
/// shipped executable does not have: without this an export that never works would be silent.
/// </summary>
internal sealed class OtlpFailures(TimeProvider time, ILogger logger) : DelegatingHandler(new SocketsHttpHandler())
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long? _said;

    // The exporter sends from a thread of its own, synchronously.
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return Checked(base.Send(request, cancellationToken));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            Say(Problem(e));
            throw;
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return Checked(await base.SendAsync(request, cancellationToken));
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            Say(Problem(e));
            throw;
        }
    }

    private static string Problem(Exception e) => e is OperationCanceledException ? "no answer before the deadline (OTEL_EXPORTER_OTLP_TIMEOUT)" : e.Message;

    private HttpResponseMessage Checked(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
        {
            Say($"the collector answered {(int)response.StatusCode} {response.ReasonPhrase}");
        }
        else if (response.Headers.TryGetValues("grpc-status", out var status) && status.First() != "0")
        {
            Say($"the collector answered gRPC status {status.First()}");
        }

        return response;
    }

    private void Say(string problem)
    {
        lock (_gate)
        {
            if (_said is { } before && time.GetElapsedTime(before) < Quiet)
            {
                return;
            }

            _said = time.GetTimestamp();
        }

        Log.ExportFailed(logger, problem);
    }
}
