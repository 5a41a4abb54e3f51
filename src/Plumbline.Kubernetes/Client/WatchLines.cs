using System.Buffers;

namespace Plumbline.Kubernetes.Client;

/// <summary>The lines of a watch's body, each where it was received: nothing is copied but the rest of a line to the front of the buffer.</summary>
internal sealed class WatchLines : IDisposable
{
    private const int FirstBuffer = 32 * 1024;

    /// <summary>Far above etcd's limit for an object (1.5 MiB by default).</summary>
    private const int MaxLineBytes = 32 << 20;

    private readonly Stream _body;
    private readonly TimeSpan _idleTimeout;
    private readonly CancellationToken _stop;
    private readonly CancellationTokenSource _idle;
    private readonly CancellationTokenRegistration _stopped;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private int _start;
    private int _end;

    public WatchLines(Stream body, TimeSpan idleTimeout, TimeProvider time, CancellationToken stop)
    {
        _body = body;
        _idleTimeout = idleTimeout;
        _stop = stop;
        _idle = new CancellationTokenSource(idleTimeout, time);
        _stopped = stop.UnsafeRegister(static idle => ((CancellationTokenSource)idle!).Cancel(), _idle);
    }

    /// <summary>Whether it ended because nothing came for the idle timeout.</summary>
    public bool Silent { get; private set; }

    /// <summary>Reads on. False at the end of the body, and after a silence.</summary>
    /// <exception cref="IOException">The connection broke, or ended within a line.</exception>
    public async ValueTask<bool> ReadAsync()
    {
        MakeRoom();
        _idle.CancelAfter(_idleTimeout);
        int read;
        try
        {
            read = await _body.ReadAsync(_buffer.AsMemory(_end), _idle.Token);
        }
        catch (OperationCanceledException)
        {
            _stop.ThrowIfCancellationRequested();
            Silent = true;
            return false;
        }

        // How long the lines take their reader is no silence.
        _idle.CancelAfter(Timeout.InfiniteTimeSpan);
        _end += read;
        return read > 0 || (_start == _end ? false : throw new IOException("the watch ended within an event"));
    }

    /// <summary>The next line that has come whole, without its end; good until the next read.</summary>
    public bool TryTake(out ReadOnlySpan<byte> line)
    {
        do
        {
            var held = _buffer.AsSpan(_start, _end - _start);
            var length = held.IndexOf((byte)'\n');
            line = length < 0 ? default : held[..length];
            _start += length + 1;
            if (length < 0)
            {
                return false;
            }
        }
        while (line.IsEmpty);
        return true;
    }

    public void Dispose()
    {
        _stopped.Dispose();
        _idle.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    private void MakeRoom()
    {
        var held = _buffer.AsSpan(_start, _end - _start);
        if (held.Length >= MaxLineBytes)
        {
            throw new IOException($"a line of the watch is longer than {MaxLineBytes >> 20} MiB");
        }

        var old = _buffer;
        var full = held.Length == old.Length;
        _buffer = full ? ArrayPool<byte>.Shared.Rent(old.Length * 2) : old;
        held.CopyTo(_buffer);
        (_start, _end) = (0, held.Length);
        if (full)
        {
            ArrayPool<byte>.Shared.Return(old);
        }
    }
}
