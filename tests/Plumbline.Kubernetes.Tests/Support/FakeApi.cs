using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Connection;
using Plumbline.Kubernetes.Contracts;

namespace Plumbline.Kubernetes.Tests.Support;

/// <summary>A real HTTP server on loopback that answers as the test says.</summary>
internal sealed class FakeApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stop = new();

    private FakeApi(WebApplication app) => _app = app;

    public ConcurrentQueue<RecordedRequest> Requests { get; } = new();

    /// <summary>Answers a request; replaced while the test goes on.</summary>
    public Func<HttpContext, RecordedRequest, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Ends what hangs when the test is over.</summary>
    public CancellationToken Stopping => _stop.Token;

    public Uri Url => new(_app.Urls.First());

    public static async Task<FakeApi> StartAsync(Func<HttpContext, RecordedRequest, Task>? answer = null, Action<ListenOptions>? listen = null, string address = "127.0.0.1")
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Parse(address), 0, listen ?? (_ => { })));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders();
        var api = new FakeApi(builder.Build());
        if (answer is not null)
        {
            api.Answer = answer;
        }

        api._app.Run(api.HandleAsync);
        await api._app.StartAsync();
        return api;
    }

    /// <summary>The answers in turn; the last one stays.</summary>
    public static Func<HttpContext, RecordedRequest, Task> InTurn(params Func<HttpContext, RecordedRequest, Task>[] answers)
    {
        var next = -1;
        return (context, request) => answers[Math.Min(Interlocked.Increment(ref next), answers.Length - 1)](context, request);
    }

    public static Func<HttpContext, RecordedRequest, Task> Json(string json, int code = 200, int? retryAfter = null) => async (context, _) =>
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        if (retryAfter is not null)
        {
            context.Response.Headers.RetryAfter = retryAfter.ToString();
        }

        await context.Response.WriteAsync(json);
    };

    public static Func<HttpContext, RecordedRequest, Task> Status(int code, string reason, string message = "no", string details = "{}", int? retryAfter = null) =>
        Json($$"""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"{{message}}","reason":"{{reason}}","details":{{details}},"code":{{code}}}""", code, retryAfter);

    /// <summary>The text, and then the connection is gone without an end.</summary>
    public static Func<HttpContext, RecordedRequest, Task> Torn(string text) => async (context, _) =>
    {
        await context.Response.WriteAsync(text);
        await context.Response.Body.FlushAsync();
        context.Abort();
    };

    /// <summary>The lines of a watch; it then stays open until the test ends, unless it is to end.</summary>
    public Func<HttpContext, RecordedRequest, Task> Watch(bool end, params string[] lines) => async (context, _) =>
    {
        await context.Response.StartAsync();
        foreach (var line in lines)
        {
            await context.Response.WriteAsync(line + "\n");
        }

        await context.Response.Body.FlushAsync();
        if (!end)
        {
            await HangAsync(context);
        }
    };

    public async Task HangAsync(HttpContext context)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(Stopping, context.RequestAborted);
        var ended = new TaskCompletionSource();
        await using var registration = either.Token.Register(ended.SetResult);
        await ended.Task;
    }

    public KubernetesClient Client(TimeProvider? time = null, KubernetesClientOptions? options = null, ApiCredentials? credentials = null) => new(
        new ApiConnection { Server = Url, UseProxy = false, Credentials = credentials ?? new StaticCredentials(null, null) },
        KindContracts.Models,
        time ?? TimeProvider.System,
        new Random(1),
        options ?? new KubernetesClientOptions { RetryDelay = TimeSpan.FromMilliseconds(1) });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _stop.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
        using var reader = new StreamReader(context.Request.Body);
        var request = new RecordedRequest(
            context.Request.Method,
            context.Request.Path,
            context.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()),
            context.Request.Headers.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await reader.ReadToEndAsync());
        Requests.Enqueue(request);
        await Answer(context, request);
    }
}

internal sealed record RecordedRequest(
    string Method, string Path, IReadOnlyDictionary<string, string> Query, IReadOnlyDictionary<string, string> Headers, string Body);
