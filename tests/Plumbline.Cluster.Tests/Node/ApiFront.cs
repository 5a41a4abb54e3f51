using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Plumbline.Cluster.Tests.Node;

/// <summary>
/// Stands before the API server, under its certificate, for the pods' requests. It passes them on as they are, notes those that are forbidden, and adds one
/// thing that this server lacks and every API server since 1.30 has: to whose node a token is bound (<c>authentication.kubernetes.io/node-name</c>).
/// </summary>
internal sealed class ApiFront : IAsyncDisposable
{
    private static readonly HashSet<string> HopByHop = new(StringComparer.OrdinalIgnoreCase) { "Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade", "Host", "Content-Length" };

    private readonly WebApplication _app;
    private readonly HttpClient _server;
    private readonly string _nodeName;

    private ApiFront(WebApplication app, HttpClient server, string nodeName) => (_app, _server, _nodeName) = (app, server, nodeName);

    /// <summary>Requests that RBAC refused: method and path.</summary>
    public ConcurrentQueue<string> Forbidden { get; } = new();

    public int Port { get; private set; }

    /// <param name="listen">An address of this machine that the pods reach.</param>
    public static async Task<ApiFront> StartAsync(ClusterNode node, IPAddress listen, string nodeName)
    {
        var certificates = Path.Combine(node.RunDirectory, "certs");
        using var pem = X509Certificate2.CreateFromPemFile(Path.Combine(certificates, "apiserver.crt"), Path.Combine(certificates, "apiserver.key"));
        var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        var address = (await node.SucceedAsync("config", "view", "-o", "jsonpath={.clusters[0].cluster.server}")).Trim();

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(listen, 0, on => on.UseHttps(certificate)));
        var server = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString() },
        })
        {
            BaseAddress = new Uri(address),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        var front = new ApiFront(builder.Build(), server, nodeName);
        front._app.Run(front.PassOnAsync);
        await front._app.StartAsync();
        front.Port = new Uri(front._app.Urls.Single()).Port;
        return front;
    }

    public async ValueTask DisposeAsync()
    {
        using var hurry = new CancellationTokenSource(0);
        try
        {
            await _app.StopAsync(hurry.Token);
        }
        catch (OperationCanceledException)
        {
            // Watches that are still open are cut.
        }

        await _app.DisposeAsync();
        _server.Dispose();
    }

    private async Task PassOnAsync(HttpContext context)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), context.Request.Path + context.Request.QueryString);
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
            request.Content = new StreamContent(context.Request.Body);
        foreach (var (name, values) in context.Request.Headers.Where(h => !HopByHop.Contains(h.Key)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        using var answer = await _server.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        if (answer.StatusCode == HttpStatusCode.Forbidden)
            Forbidden.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(h => !HopByHop.Contains(h.Key)))
            context.Response.Headers[name] = values.ToArray();
        if (context.Request.Path.Value?.EndsWith("/tokenreviews", StringComparison.Ordinal) == true)
            await context.Response.WriteAsync(WithNode(await answer.Content.ReadAsStringAsync(context.RequestAborted)), context.RequestAborted);
        else
            await CopyAsync(answer, context);
    }

    private string WithNode(string review)
    {
        var json = JsonNode.Parse(review)!;
        if (json["status"]?["user"] is JsonObject user)
            user["extra"] = new JsonObject { ["authentication.kubernetes.io/node-name"] = new JsonArray(_nodeName) };
        return json.ToJsonString();
    }

    private static async Task CopyAsync(HttpResponseMessage answer, HttpContext context)
    {
        // Each event of a watch must go on at once.
        await using var body = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
        var buffer = new byte[16 * 1024];
        await context.Response.Body.FlushAsync(context.RequestAborted);
        try
        {
            for (int got; (got = await body.ReadAsync(buffer, context.RequestAborted)) > 0;)
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, got), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException)
        {
            context.Abort();
        }
    }
}
