using System.Net;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Plumbline.Link;
using Plumbline.Metrics;

namespace Plumbline.Agent.Metrics;

/// <summary>/healthz, /readyz and /metrics, on Kestrel without a host around it: the agent's only listening port.</summary>
public sealed class MetricsServer : IHttpApplication<IFeatureCollection>, IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly MetricsEndpoint _metrics;
    private readonly Func<string?> _notReady;

    /// <param name="notReady">Why the agent is not ready; null when it is.</param>
    public MetricsServer(IPEndPoint listen, PrometheusExposition exposition, Func<string?> notReady, ILoggerFactory loggers)
    {
        (_metrics, _notReady) = (new MetricsEndpoint(exposition), notReady);
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = 64;
        options.Limits.MaxRequestBodySize = 0;
        options.Listen(Listening.Here(listen));
        _server = new KestrelServer(
            Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers), loggers);
    }

    /// <summary>The address listened on, once started.</summary>
    public string? Address => _server.Features.Get<Microsoft.AspNetCore.Hosting.Server.Features.IServerAddressesFeature>()?.Addresses.FirstOrDefault();

    /// <exception cref="IOException">The address is in use.</exception>
    public Task StartAsync(CancellationToken cancellation) => _server.StartAsync(this, cancellation);

    public async ValueTask DisposeAsync()
    {
        using var hurry = new CancellationTokenSource(0);
        await _server.StopAsync(hurry.Token);
        _server.Dispose();
    }

    IFeatureCollection IHttpApplication<IFeatureCollection>.CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    async Task IHttpApplication<IFeatureCollection>.ProcessRequestAsync(IFeatureCollection context)
    {
        var request = context.GetRequiredFeature<IHttpRequestFeature>();
        if (request.Path == "/metrics" && IsReading(request))
        {
            await _metrics.ServeAsync(new DefaultHttpContext(context));
            return;
        }

        var (status, body) = Answer(request);
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        var bytes = Encoding.UTF8.GetBytes(body);
        response.StatusCode = status;
        response.Headers.ContentType = "text/plain; charset=utf-8";
        response.Headers.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(request.Method))
            await context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(bytes);
    }

    void IHttpApplication<IFeatureCollection>.DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    private static bool IsReading(IHttpRequestFeature request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    private (int Status, string Body) Answer(IHttpRequestFeature request)
    {
        if (!IsReading(request))
            return (405, "only GET\n");
        return request.Path switch
        {
            "/healthz" => (200, "ok\n"),
            "/readyz" => _notReady() is { } reason ? (503, reason + "\n") : (200, "ok\n"),
            _ => (404, "/healthz /readyz /metrics\n"),
        };
    }
}
