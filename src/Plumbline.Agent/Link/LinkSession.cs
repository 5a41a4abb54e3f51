using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Plumbline.Agent.Delivery;
using Plumbline.Link;

namespace Plumbline.Agent.Link;

/// <summary>What a session does with the messages that are not its own business.</summary>
public interface ILinkAgent
{
    /// <summary>The first message of a link, and the way to ask for a snapshot: whatever plan revision is known no longer counts.</summary>
    Hello Greet();

    AgentHeartbeat Heartbeat();

    /// <summary>Null: nothing to answer.</summary>
    AgentMessage? TakePlan(OperatorMessage plan);
}

/// <summary>One standing link: messages out, messages in, until either end or silence ends it.</summary>
public sealed class LinkSession : IDisposable
{
    private const int MaxAnswers = 1_000;

    private static readonly TimeSpan Silence = LinkProtocol.KeepAlive * 3;

    private readonly WebSocket _socket;
    private readonly ILinkAgent _agent;
    private readonly ReportLedger _ledger;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly ConcurrentQueue<AgentMessage> _outgoing = new();
    private readonly SemaphoreSlim _signal = new(1, 1);
    private readonly CancellationTokenSource _ended = new();
    private readonly ITimer _silence;
    private string _end = "the agent stops";

    public LinkSession(WebSocket socket, ILinkAgent agent, ReportLedger ledger, TimeProvider clock, ILogger log)
    {
        ArgumentNullException.ThrowIfNull(agent);
        ArgumentNullException.ThrowIfNull(clock);
        (_socket, _agent, _ledger, _clock, _log) = (socket, agent, ledger, clock, log);
        _silence = clock.CreateTimer(_ => End($"nothing heard for {Silence.TotalSeconds:0} s"), null, Silence, Timeout.InfiniteTimeSpan);
        _outgoing.Enqueue(agent.Greet());
    }

    /// <returns>Why the session ended.</returns>
    public async Task<string> RunAsync(CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token, stopping);
        _ledger.LinkOpened();
        _ledger.NewsArrived = Signal;
        await using var ticks = _clock.CreateTimer(_ => Signal(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        var sending = Guarded(SendAsync, either.Token);
        var receiving = Guarded(ReceiveAsync, either.Token);
        await Task.WhenAny(sending, receiving);
        await _ended.CancelAsync();
        await Task.WhenAll(sending, receiving);
        _ledger.NewsArrived = null;
        await SayGoodbyeAsync();
        return _end;
    }

    public void Dispose()
    {
        _silence.Dispose();
        _signal.Dispose();
        _ended.Dispose();
        _socket.Dispose();
    }

    [SuppressMessage("Design", "CA1031", Justification = "a message that hits a defect must end its link, not the agent with all its other work")]
    private async Task Guarded(Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
        try
        {
            await work(cancellation);
        }
        catch (OperationCanceledException)
        {
            // Ended by the other half, by silence or by the stop; whoever it was has said why.
        }
        catch (Exception e) when (e is WebSocketException or IOException)
        {
            End(e.Message);
        }
        catch (Exception e)
        {
            Log.LinkDefect(_log, e);
            End($"a defect: {e.GetType().Name}");
        }
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        var heartbeat = _clock.GetTimestamp();
        while (true)
        {
            while (_outgoing.TryDequeue(out var message))
                await SendAsync(message, cancellation);
            while (_ledger.TakeBatch() is { } batch)
                await SendAsync(batch, cancellation);
            if (_clock.GetElapsedTime(heartbeat) >= LinkProtocol.KeepAlive)
            {
                heartbeat = _clock.GetTimestamp();
                await SendAsync(_agent.Heartbeat(), cancellation);
            }

            await _signal.WaitAsync(cancellation);
        }
    }

    private async Task SendAsync(AgentMessage message, CancellationToken cancellation)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(message, LinkJson.Default.AgentMessage);
        await _socket.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage: true, cancellation);
    }

    private async Task ReceiveAsync(CancellationToken cancellation)
    {
        var message = new ArrayBufferWriter<byte>(16 * 1024);
        while (true)
        {
            var received = await _socket.ReceiveAsync(message.GetMemory(4096), cancellation);
            _silence.Change(Silence, Timeout.InfiniteTimeSpan);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                End($"closed by the operator: {_socket.CloseStatusDescription ?? _socket.CloseStatus?.ToString()}");
                return;
            }

            message.Advance(received.Count);
            if (message.WrittenCount > LinkProtocol.MaxMessageBytes)
            {
                End($"a message of more than {LinkProtocol.MaxMessageBytes} bytes");
                return;
            }

            if (!received.EndOfMessage)
                continue;
            Take(message.WrittenSpan);
            message.ResetWrittenCount();
        }
    }

    private void Take(ReadOnlySpan<byte> json)
    {
        switch (MessageReading.Of(json))
        {
            case MessageReading.NotUnderstood { Reason: var reason }:
                Log.MessageNotUnderstood(_log, reason);
                break;
            case MessageReading.Understood { Message: ReportAck acknowledged }:
                _ledger.Acknowledge(acknowledged.Sequence);
                break;
            case MessageReading.Understood { Message: PlanSnapshot or PlanDelta } plan when _agent.TakePlan(plan.Message) is { } answer:
                if (_outgoing.Count >= MaxAnswers)
                {
                    End("the operator sends plans and takes no answers");
                    break;
                }

                _outgoing.Enqueue(answer);
                Signal();
                break;
            default:
                break;
        }
    }

    private void End(string reason)
    {
        _end = _ended.IsCancellationRequested ? _end : reason;
        try
        {
            _ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The silence timer fired while the session was being put away.
        }
    }

    private async Task SayGoodbyeAsync()
    {
        if (_socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
            return;
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), _clock);
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, _end, patience.Token);
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException)
        {
            // The link is gone either way.
        }
    }

    private void Signal()
    {
        // An exception for every piece of news that is not the first would cost more than the news.
        if (_signal.CurrentCount > 0)
            return;
        try
        {
            _signal.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // Already signalled, or the session is over.
        }
    }
}
