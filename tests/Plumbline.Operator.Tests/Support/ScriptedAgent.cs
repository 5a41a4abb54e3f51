using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Plumbline.Link;

namespace Plumbline.Operator.Tests.Support;

/// <summary>An agent's end of the link that says and hears what the test tells it to. Heartbeats are passed over.</summary>
internal sealed class ScriptedAgent(ClientWebSocket socket) : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    public static async Task<ScriptedAgent> DialAsync(Uri address, string? token, X509Certificate2? trusted = null)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(LinkProtocol.SubProtocol);
        if (token is not null)
        {
            socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        }

        if (trusted is not null)
        {
            socket.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) => trusted.Equals(certificate);
        }

        using var deadline = new CancellationTokenSource(Deadline, TimeProvider.System);
        try
        {
            await socket.ConnectAsync(address, deadline.Token);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return new ScriptedAgent(socket);
    }

    public Task SayAsync(AgentMessage message) => SayAsync(JsonSerializer.Serialize(message, LinkJson.Default.AgentMessage));

    public async Task SayAsync(string text)
    {
        using var deadline = new CancellationTokenSource(Deadline, TimeProvider.System);
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, deadline.Token);
    }

    public Task HelloAsync(string node) => SayAsync(new Hello(node, "test"));

    public async Task<T> HearAsync<T>()
        where T : OperatorMessage
    {
        var message = await HearAsync();
        Assert.That(message, Is.InstanceOf<T>());
        return (T)message!;
    }

    /// <returns>Null when the operator ended the link.</returns>
    public async Task<OperatorMessage?> HearAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline, TimeProvider.System);
        var buffer = new byte[LinkProtocol.MaxMessageBytes];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                try
                {
                    part = await socket.ReceiveAsync(buffer.AsMemory(length), deadline.Token);
                }
                catch (WebSocketException)
                {
                    return null;
                }

                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return null;
                }

                length += part.Count;
            }
            while (!part.EndOfMessage);
            var message = JsonSerializer.Deserialize(buffer.AsSpan(0, length), LinkJson.Default.OperatorMessage);
            if (message is not OperatorHeartbeat)
            {
                return message;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        socket.Abort();
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
