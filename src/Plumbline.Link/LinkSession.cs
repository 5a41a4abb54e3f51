using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Plumbline.Link;

/// <summary>What one end of a link says and takes. Each of the two is called by one caller at a time, but both at once.</summary>
public interface ILinkEnd<TOut, TIn>
    where TOut : class
    where TIn : class
{
    /// <summary>Says that this end is alive, and no more.</summary>
    TOut Heartbeat { get; }

    /// <returns>The next message to send; null when there is none for now. Asked again after <see cref="LinkSession{TOut, TIn}.Signal"/>.</returns>
    TOut? Next();

    /// <returns>Why the link must end; null when it goes on.</returns>
    string? Take(LinkReading<TIn> reading);
}

/// <summary>How a session ended.</summary>
/// <param name="Defect">What an end threw; it costs the link, never the process with all its other links and work.</param>
public sealed record SessionEnd(string Reason, Exception? Defect = null);

/// <summary>
/// One standing link, the same for both ends: one sender, one reader, a heartbeat when there is nothing else to say, and silence that ends it.
/// </summary>
public sealed class LinkSession<TOut, TIn> : IDisposable
    where TOut : class
    where TIn : class
{
    private static readonly TimeSpan Silence = LinkProtocol.KeepAlive * 3;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly WebSocket _socket;
    private readonly ILinkEnd<TOut, TIn> _own;
    private readonly JsonTypeInfo<TOut> _writing;
    private readonly JsonTypeInfo<TIn> _reading;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _signal = new(1, 1);
    private readonly CancellationTokenSource _ended = new();
    private readonly ITimer _silence;
    private SessionEnd? _end;

    /// <param name="socket">The session's from here on.</param>
    public LinkSession(WebSocket socket, ILinkEnd<TOut, TIn> own, JsonTypeInfo<TOut> writing, JsonTypeInfo<TIn> reading, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        (_socket, _own, _writing, _reading, _clock) = (socket, own, writing, reading, clock);
        _silence = clock.CreateTimer(_ => End($"nothing heard for {Silence.TotalSeconds:0} s"), null, Silence, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Until either end, silence or the stop ends it. Once.</summary>
    public async Task<SessionEnd> RunAsync(CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token, stopping);
        await using var ticks = _clock.CreateTimer(_ => Signal(), null, Tick, Tick);
        var sending = Guarded(SendAsync, either.Token);
        var receiving = Guarded(ReceiveAsync, either.Token);
        await Task.WhenAny(sending, receiving);
        await _ended.CancelAsync();
        await Task.WhenAll(sending, receiving);
        var end = _end ?? new SessionEnd("this end stops");
        await SayGoodbyeAsync(end.Reason);
        return end;
    }

    /// <summary>There is something to send. From any thread, and at any time.</summary>
    public void Signal()
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

    /// <summary>From any thread, and at any time; the first reason is the one that is told.</summary>
    public void End(string reason) => End(new SessionEnd(reason));

    public void Dispose()
    {
        _silence.Dispose();
        _signal.Dispose();
        _ended.Dispose();
        _socket.Dispose();
    }

    private void End(SessionEnd end)
    {
        Interlocked.CompareExchange(ref _end, end, null);
        try
        {
            _ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It was put away at the same moment.
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "a message that hits a defect must end its link, not the process with all its other work")]
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
            End(new SessionEnd($"a defect: {e.GetType().Name}", e));
        }
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        var heartbeat = _clock.GetTimestamp();
        while (true)
        {
            while (_own.Next() is { } message)
                await SendAsync(message, cancellation);
            if (_clock.GetElapsedTime(heartbeat) >= LinkProtocol.KeepAlive)
            {
                heartbeat = _clock.GetTimestamp();
                await SendAsync(_own.Heartbeat, cancellation);
            }

            await _signal.WaitAsync(cancellation);
        }
    }

    private async Task SendAsync(TOut message, CancellationToken cancellation) =>
        await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, _writing), WebSocketMessageType.Text, endOfMessage: true, cancellation);

    private async Task ReceiveAsync(CancellationToken cancellation)
    {
        var message = new ArrayBufferWriter<byte>(16 * 1024);
        while (true)
        {
            var received = await _socket.ReceiveAsync(message.GetMemory(4096), cancellation);
            _silence.Change(Silence, Timeout.InfiniteTimeSpan);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                End($"closed by the other end: {(_socket.CloseStatusDescription is { Length: > 0 } said ? said : _socket.CloseStatus?.ToString())}");
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
            if (_own.Take(LinkReading.Of(message.WrittenSpan, _reading)) is { } reason)
            {
                End(reason);
                return;
            }

            message.ResetWrittenCount();
        }
    }

    private async Task SayGoodbyeAsync(string reason)
    {
        if (_socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
            return;
        try
        {
            using var patience = new CancellationTokenSource(Farewell, _clock);
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, Described(reason), patience.Token);
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException)
        {
            _socket.Abort();
        }
    }

    // A close frame holds 123 bytes of description, and a longer one is an exception.
    private static string Described(string reason)
    {
        const int most = 123;
        while (System.Text.Encoding.UTF8.GetByteCount(reason) > most)
            reason = reason[..Math.Min(reason.Length - 1, most)];
        return reason;
    }
}
