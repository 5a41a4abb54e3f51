using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Plumbline.Link;
using Plumbline.Testing;

namespace Plumbline.Agent.Tests.Fixtures;

/// <summary>The operator's end of the link over a real Kestrel with TLS: checks the token, records what agents say, sends what the test says.</summary>
internal sealed class FakeOperator : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<AgentMessage> _received = Channel.CreateUnbounded<AgentMessage>();
    private readonly SemaphoreSlim _sending = new(1);
    private TaskCompletionSource<WebSocket> _link = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FakeOperator(WebApplication app) => _app = app;

    public string Token { get; set; } = "the-token";

    /// <summary>Set: a standby that names this leader.</summary>
    public string? Leader { get; set; }

    public int Dials { get; private set; }

    public int Refused { get; private set; }

    public bool Acknowledges { get; set; } = true;

    public Uri Uri { get; private set; } = null!;

    /// <summary>One authority for every fake operator; the agent gets its certificate as CA file.</summary>
    public static X509Certificate2 Authority { get; } = TestCertificates.Authority("plumbline test authority");

    /// <param name="listener">A bound socket, such as one in another namespace; null takes a free port of this one's loopback.</param>
    public static async Task<FakeOperator> StartAsync(string certificateName = "localhost", Socket? listener = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(TestCertificates.Issue($"CN={certificateName}", Authority, certificateName))));
        if (listener is not null)
            builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = _ => listener);
        var app = builder.Build();
        var fake = new FakeOperator(app);
        app.UseWebSockets();
        app.Run(fake.HandleAsync);
        await app.StartAsync();
        fake.Uri = new Uri($"wss://localhost:{new Uri(app.Urls.First()).Port}");
        return fake;
    }

    public async Task<WebSocket> LinkAsync() => await _link.Task.WaitAsync(TimeSpan.FromSeconds(20));

    public async Task SendAsync(OperatorMessage message) =>
        await SendRawAsync(JsonSerializer.SerializeToUtf8Bytes(message, LinkJson.Default.OperatorMessage));

    public async Task SendRawAsync(byte[] bytes)
    {
        var socket = await LinkAsync();
        await _sending.WaitAsync();
        try
        {
            await socket.SendAsync(bytes, WebSocketMessageType.Text, true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>The next message of the kind that fits; others are passed over.</summary>
    public async Task<T> NextAsync<T>(Func<T, bool>? fits = null)
        where T : AgentMessage
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            if (await _received.Reader.ReadAsync(deadline.Token) is T message && fits?.Invoke(message) != false)
                return message;
        }
    }

    /// <summary>Cuts the link without a goodbye.</summary>
    public async Task CutAsync()
    {
        var socket = await LinkAsync();
        _link = new TaskCompletionSource<WebSocket>(TaskCreationOptions.RunContinuationsAsynchronously);
        socket.Abort();
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
            // Links that still stand are cut.
        }

        await _app.DisposeAsync();
        _sending.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        Dials++;
        if (Leader is not null)
        {
            context.Response.StatusCode = 503;
            context.Response.Headers[LinkProtocol.LeaderHeader] = Leader;
            return;
        }

        if (context.Request.Headers.Authorization != $"Bearer {Token}" || context.Request.Path != LinkProtocol.Path)
        {
            Refused++;
            context.Response.StatusCode = 401;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync(LinkProtocol.SubProtocol);
        _link.TrySetResult(socket);
        var buffer = new byte[LinkProtocol.MaxMessageBytes];
        try
        {
            for (var got = 0; ;)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(got), context.RequestAborted);
                if (received.MessageType == WebSocketMessageType.Close)
                    return;
                got += received.Count;
                if (!received.EndOfMessage)
                    continue;
                var message = JsonSerializer.Deserialize(buffer.AsSpan(0, got), LinkJson.Default.AgentMessage)!;
                got = 0;
                _received.Writer.TryWrite(message);
                if (Acknowledges && message is ReportBatch batch)
                    await SendAsync(new ReportAck(batch.Sequence));
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException or TimeoutException)
        {
            // The agent is gone, or the test cut the link.
        }
    }
}
