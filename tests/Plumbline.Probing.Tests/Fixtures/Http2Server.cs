using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Plumbline.Probing.Namespaces;

namespace Plumbline.Probing.Tests.Fixtures;

/// <summary>A real server that speaks HTTP/2 alone, in the clear or in TLS, inside a namespace.</summary>
internal sealed class Http2Server : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Http2Server(WebApplication app) => _app = app;

    public static async Task<Http2Server> StartAsync(NetworkNamespace where, int port, bool tls, RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseSockets(options => options.CreateBoundListenSocket = _ => TestNetwork.Bind(where, IPAddress.Any, port));
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Any, port, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (tls)
                listen.UseHttps(Certificates.Named);
        }));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return new Http2Server(app);
    }

    /// <summary>As a gRPC server answers the health check.</summary>
    /// <param name="serving">Of the response; null: there is no such service.</param>
    public static RequestDelegate Health(int? serving) => async context =>
    {
        context.Response.ContentType = "application/grpc";
        if (serving is not { } status || context.Request.Path != "/grpc.health.v1.Health/Check" || context.Request.Method != "POST")
        {
            context.Response.Headers["grpc-status"] = "12";
            return;
        }

        await context.Response.Body.WriteAsync(status == 0 ? new byte[] { 0, 0, 0, 0, 0 } : [0, 0, 0, 0, 2, 8, (byte)status]);
        context.Features.Get<IHttpResponseTrailersFeature>()!.Trailers["grpc-status"] = "0";
    };

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
