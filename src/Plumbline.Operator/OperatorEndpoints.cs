using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Plumbline.Link;
using Plumbline.Metrics;
using Plumbline.Operator.Cluster;
using Plumbline.Operator.Dispatch;
using Plumbline.Operator.Dispatch.Identity;
using Plumbline.Operator.Running;

namespace Plumbline.Operator;

/// <summary>Two listeners: the agents' link with TLS, and /metrics, /healthz and /readyz without.</summary>
public sealed class OperatorEndpoints
{
    // No reason to be taken out of service: rows by address go on, and so do the others once it is found.
    private const string DnsUnknown = "ok, but cluster DNS was not found: rows by name are Unknown (ClusterDnsUnknown) until --cluster-dns says where it is\n";

    private readonly OperatorOptions _options;
    private readonly AgentHub _hub;
    private readonly MetricsEndpoint _metrics;
    private readonly ClusterWatcher _watcher;
    private readonly ILinkCertificate _certificate;

    private readonly LoopRunner _runner;

    internal OperatorEndpoints(OperatorOptions options, AgentHub hub, OperatorMetrics metrics, ClusterWatcher watcher, ILinkCertificate certificate, LoopRunner runner) =>
        (_options, _hub, _metrics, _watcher, _certificate, _runner) = (options, hub, new MetricsEndpoint(metrics.Exposition), watcher, certificate, runner);

    /// <param name="services">The certificate is asked for once the host runs: this is called while it is built, which a bad file must not break.</param>
    internal static void Listen(KestrelServerOptions kestrel, OperatorOptions options, IServiceProvider services)
    {
        kestrel.AddServerHeader = false;
        kestrel.Listen(Listening.Here(options.MetricsListen));
        kestrel.Listen(Listening.Here(options.LinkListen), listen => listen.UseHttps(https => https.ServerCertificateSelector = (_, _) => services.GetRequiredService<ILinkCertificate>().Get()));
    }

    internal Task HandleAsync(HttpContext context) => (context.Connection.LocalPort == _options.LinkListen.Port, context.Request.Path.Value) switch
    {
        (true, LinkProtocol.Path) => _hub.HandleAsync(context),
        (false, "/metrics") => _metrics.ServeAsync(context),
        (false, "/healthz") => Text(context, StatusCodes.Status200OK, "ok\n"),
        (false, "/readyz") => (_watcher.Synced ? _certificate.NotReady : "the caches do not have their first lists yet") is { } notReady
            ? Text(context, StatusCodes.Status503ServiceUnavailable, notReady + "\n")
            : Text(context, StatusCodes.Status200OK, _runner.Dns is { Servers.IsEmpty: true } ? DnsUnknown : "ok\n"),
        _ => Text(context, StatusCodes.Status404NotFound, "not found\n"),
    };

    private static Task Text(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}

public static class OperatorApplication
{
    /// <summary>Serves the operator's endpoints. Nothing that is added behind it is reached.</summary>
    public static IApplicationBuilder UsePlumblineOperator(this IApplicationBuilder app)
    {
        app.UseWebSockets();
        app.Run(context => context.RequestServices.GetRequiredService<OperatorEndpoints>().HandleAsync(context));
        return app;
    }
}
