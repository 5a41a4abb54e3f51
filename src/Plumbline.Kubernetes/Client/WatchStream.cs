using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Plumbline.Kubernetes.Client;

/// <summary>The lines of a watch's body.</summary>
internal static class WatchStream
{
    /// <summary>Far above etcd's limit for an object (1.5 MiB by default).</summary>
    private const int MaxLineBytes = 32 << 20;

    /// <summary>Ends at the end of the body, or when nothing came for <paramref name="idleTimeout"/> and <paramref name="silent"/> was told.</summary>
    /// <exception cref="IOException">The connection broke, or ended within a line.</exception>
    public static async IAsyncEnumerable<byte[]> ReadLinesAsync(
        Stream body, TimeSpan idleTimeout, TimeProvider time, Action silent, [EnumeratorCancellation] CancellationToken stop)
    {
        var pipe = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: 32 * 1024));
        try
        {
            while (true)
            {
                if (await ReadAsync(pipe, idleTimeout, time, stop) is not { } read)
                {
                    silent();
                    yield break;
                }

                var buffer = read.Buffer;
                while (TakeLine(ref buffer) is { } line)
                {
                    if (line.Length > 0)
                    {
                        yield return line;
                    }
                }

                ThrowIfTorn(buffer.Length, read.IsCompleted);
                if (read.IsCompleted)
                {
                    yield break;
                }

                pipe.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        finally
        {
            await pipe.CompleteAsync();
        }
    }

    private static async Task<ReadResult?> ReadAsync(PipeReader pipe, TimeSpan idleTimeout, TimeProvider time, CancellationToken stop)
    {
        using var idle = new CancellationTokenSource(idleTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, stop);
        try
        {
            return await pipe.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return null;
        }
    }

    private static byte[]? TakeLine(ref ReadOnlySequence<byte> buffer)
    {
        if (buffer.PositionOf((byte)'\n') is not { } end)
        {
            return null;
        }

        var line = buffer.Slice(0, end).ToArray();
        buffer = buffer.Slice(buffer.GetPosition(1, end));
        return line;
    }

    private static void ThrowIfTorn(long rest, bool ended)
    {
        if (rest > MaxLineBytes)
        {
            throw new IOException($"a line of the watch is longer than {MaxLineBytes >> 20} MiB");
        }

        if (ended && rest > 0)
        {
            throw new IOException("the watch ended within an event");
        }
    }
}
