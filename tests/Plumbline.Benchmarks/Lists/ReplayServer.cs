using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Plumbline.Benchmarks.Lists;

/// <summary>
/// Pods as an API server lists and watches them, rendered once. A process of its own, so that only the client is measured. A watch changes one pod
/// after another, as fast as its reader reads.
/// </summary>
internal static class ReplayServer
{
    private const string ListHead = """{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"100000","continue":"@"},"items":[""";

    /// <summary>Serves until its standard input ends. The first line that it prints is its address.</summary>
    public static async Task<int> ServeAsync(int count)
    {
        var pods = new Pod[count];
        Parallel.For(0, count, i => pods[i] = Pod.Of(i));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        await using var host = builder.Build();
        host.Run(context => (context.Request.Path.Value, context.Request.Query["watch"] == "true") switch
        {
            ("/api/v1/pods", true) => ChangeAsync(context, pods),
            ("/api/v1/pods", false) => ListAsync(context, pods),
            _ => NotFound(context),
        });
        await host.StartAsync();
        Console.WriteLine(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        await Console.In.ReadToEndAsync();
        return 0;
    }

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    }

    private static async Task ListAsync(HttpContext context, Pod[] pods)
    {
        var from = int.TryParse(context.Request.Query["continue"], out var next) ? next : 0;
        var to = Math.Min(pods.Length, from + (int.TryParse(context.Request.Query["limit"], out var limit) && limit > 0 ? limit : pods.Length));
        context.Response.ContentType = "application/json";
        var body = context.Response.BodyWriter;
        body.Write(Encoding.UTF8.GetBytes(ListHead.Replace("@", to < pods.Length ? $"{to}" : "", StringComparison.Ordinal)));
        for (var i = from; i < to; i++)
        {
            if (i > from)
                body.Write(","u8);
            pods[i].Write(body, version: i + 1);
        }

        body.Write("]}"u8);
        await body.FlushAsync(context.RequestAborted);
    }

    private static async Task ChangeAsync(HttpContext context, Pod[] pods)
    {
        context.Response.ContentType = "application/json";
        var body = context.Response.BodyWriter;
        for (var version = 100_001; !context.RequestAborted.IsCancellationRequested; version++)
        {
            body.Write("""{"type":"MODIFIED","object":"""u8);
            // Ready in turns, so that each event changes a fact.
            pods[version % pods.Length].Write(body, version, ready: version / pods.Length % 2 != 0, named: true);
            body.Write("}\n"u8);
            if (body.UnflushedBytes > 64 * 1024 && (await body.FlushAsync(context.RequestAborted)).IsCompleted)
                return;
        }
    }

    /// <summary>The text around version and readiness, without the opening brace: in a list the items do not name their kind, in a watch they do.</summary>
    private readonly record struct Pod(byte[] Before, byte[] Between, byte[] After)
    {
        public static Pod Of(int index)
        {
            var text = PodTemplate.Render(index).AsSpan();
            var (version, ready) = (Encoding.UTF8.GetBytes(PodTemplate.VersionPlaceholder), Encoding.UTF8.GetBytes(PodTemplate.ReadyPlaceholder));
            var (first, second) = (text.IndexOf(version), text.IndexOf(ready));
            return new Pod(text[1..first].ToArray(), text[(first + version.Length)..second].ToArray(), text[(second + ready.Length)..].ToArray());
        }

        public void Write(PipeWriter body, int version, bool ready = true, bool named = false)
        {
            body.Write(named ? """{"kind":"Pod","apiVersion":"v1","""u8 : "{"u8);
            body.Write(Before);
            version.TryFormat(body.GetSpan(16), out var written, provider: CultureInfo.InvariantCulture);
            body.Advance(written);
            body.Write(Between);
            body.Write(ready ? "True"u8 : "False"u8);
            body.Write(After);
        }
    }
}
