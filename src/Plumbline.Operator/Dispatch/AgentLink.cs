using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Plumbline.Core.Probes;
using Plumbline.Link;

namespace Plumbline.Operator.Dispatch;

/// <summary>One open link: a reader, a writer, and silence that ends it.</summary>
internal sealed class AgentLink(long id, string node, WebSocket socket, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan Silence = LinkProtocol.KeepAlive * 3;

    private readonly CancellationTokenSource _ended = new();

    // Only the newest plan matters, so a slow agent never makes a queue of plans.
    private readonly Channel<RevisedPlan> _plans = Channel.CreateBounded<RevisedPlan>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly Lock _lock = new();

    // The plan that the agent has, as far as we sent it; null until it greets, and again when it greets anew after a gap.
    private RevisedPlan? _sent;
    private RevisedPlan? _newest;
    private bool _greeted;

    public long Id => id;

    public string CloseReason { get; private set; } = "closed";

    public void Offer(RevisedPlan plan)
    {
        lock (_lock)
        {
            if (_newest is not null && plan.Revision <= _newest.Revision)
            {
                // A plan that was made meanwhile overtook the one that was current when the link opened.
                return;
            }

            _newest = plan;
            if (_greeted)
            {
                _plans.Writer.TryWrite(plan);
            }
        }
    }

    /// <summary>Each Hello asks for a snapshot: the first of a link, and those after a gap in the revisions.</summary>
    private void Greet()
    {
        lock (_lock)
        {
            _greeted = true;
            _sent = null;
            if (_newest is not null)
            {
                _plans.Writer.TryWrite(_newest);
            }
        }
    }

    public void Abort()
    {
        CloseReason = "replaced or not the leader any more";
        try
        {
            _ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself at the same moment. An exception here would end the leader election, and with it the operator.
        }
    }

    public async Task RunAsync(Action<ReportBatch> received, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended.Token);
        var tasks = new[] { SendPlans(stop.Token), SendHeartbeats(stop.Token), Receive(received, stop.Token) };
        try
        {
            await await Task.WhenAny(tasks);
        }
        catch (OperationCanceledException)
        {
            // Shutdown, replaced, or silence: CloseReason tells.
        }
        // NotSupportedException: a message without its type.
        catch (Exception e) when (e is WebSocketException or JsonException or IOException or InvalidDataException or NotSupportedException)
        {
            CloseReason = e.Message;
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(tasks).ContinueWith(_ => { }, TaskScheduler.Default);
            await CloseSocket();
        }
    }

    public ValueTask DisposeAsync()
    {
        _ended.Dispose();
        _sending.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task SendPlans(CancellationToken stop)
    {
        await foreach (var plan in _plans.Reader.ReadAllAsync(stop))
        {
            IEnumerable<OperatorMessage> messages;
            lock (_lock)
            {
                messages = plan.From(_sent);
                _sent = plan;
            }

            foreach (var message in messages)
            {
                await Send(message, stop);
            }
        }
    }

    private async Task SendHeartbeats(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(LinkProtocol.KeepAlive, time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            await Send(new OperatorHeartbeat(time.GetUtcNow()), stop);
        }
    }

    private async Task Receive(Action<ReportBatch> received, CancellationToken stop)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        while (await ReadMessage(buffer, stop) is { } message)
        {
            switch (message)
            {
                case Hello hello when hello.Node != node:
                    throw new InvalidDataException($"the agent says it is on node {hello.Node}, its token says {node}");
                case Hello hello:
                    Log.AgentHello(logger, node, hello.Version);
                    Greet();
                    break;
                case ReportBatch batch:
                    Accept(batch, received);
                    await Send(new ReportAck(batch.Sequence), stop);
                    break;
                case PlanAck ack:
                    Log.PlanAcknowledged(logger, node, ack.Revision);
                    break;
                case AgentHeartbeat:
                    break;
            }
        }

        CloseReason = "the agent closed the link";
    }

    private void Accept(ReportBatch batch, Action<ReportBatch> received)
    {
        var reports = batch.Reports ?? [];
        ProbeReport[] usable = [.. reports.Select(r => ReportIntake.Clean(r, time.GetUtcNow())).OfType<ProbeReport>()];
        if (usable.Length < reports.Length)
        {
            Log.ReportsUnusable(logger, node, reports.Length - usable.Length);
        }

        received(batch with { Reports = usable });
    }

    private async Task<AgentMessage?> ReadMessage(ArrayBufferWriter<byte> buffer, CancellationToken stop)
    {
        buffer.ResetWrittenCount();
        using var silence = new CancellationTokenSource(Silence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, silence.Token);
        try
        {
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer.GetMemory(4096), either.Token);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return null;
                }

                buffer.Advance(part.Count);
                if (buffer.WrittenCount > LinkProtocol.MaxMessageBytes)
                {
                    throw new InvalidDataException($"a message of more than {LinkProtocol.MaxMessageBytes} bytes");
                }

                if (part.EndOfMessage)
                {
                    return JsonSerializer.Deserialize(buffer.WrittenSpan, LinkJson.Default.AgentMessage)
                        ?? throw new InvalidDataException("an empty message");
                }
            }
        }
        catch (OperationCanceledException) when (silence.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            CloseReason = $"silent for {Silence.TotalSeconds:0} s";
            throw;
        }
    }

    private async Task Send(OperatorMessage message, CancellationToken stop)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(message, LinkJson.Default.OperatorMessage);
        await _sending.WaitAsync(stop);
        try
        {
            await socket.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage: true, stop);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task CloseSocket()
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), time);
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException)
        {
            socket.Abort();
        }
    }
}
