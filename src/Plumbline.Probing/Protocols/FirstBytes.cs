namespace Plumbline.Probing.Protocols;

/// <summary>A stream that remembers how the peer began, since SslStream does not tell what it choked on.</summary>
internal sealed class FirstBytes(Stream inner) : Stream
{
    private readonly byte[] _first = new byte[96];
    private int _kept;

    public ReadOnlySpan<byte> Seen => _first.AsSpan(0, _kept);

    /// <summary>Records of TLS have a type from 20 to 24 (RFC 8446, 5.1).</summary>
    public bool IsPlain => _kept > 0 && _first[0] is < 20 or > 24;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        var keep = Math.Min(read, _first.Length - _kept);
        if (keep > 0)
        {
            buffer.Span[..keep].CopyTo(_first.AsSpan(_kept));
            _kept += keep;
        }

        return read;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("asynchronous only");

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
