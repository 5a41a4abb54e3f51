using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Plumbline.Metrics;

/// <summary>
/// Writes families as UTF-8 straight into an answer, a buffer at a time: what is written is not kept, and a reader that is slow holds up the
/// writing instead of filling memory.
/// </summary>
internal sealed class FamilyWriter : MetricSamples, IDisposable
{
    private const int Buffer = 64 * 1024;
    private const int FlushAt = Buffer / 2;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(Buffer);
    private int _used;

    // Labels that the samples of an item share, encoded once.
    private byte[] _shared = ArrayPool<byte>.Shared.Rent(1024);
    private int _sharedLength;
    private MetricFamily _family = null!;
    private byte[] _name = [];
    private bool _begun;

    public async Task WriteAsync(IEnumerable<MetricFamily> families, PipeWriter to, CancellationToken cancellation)
    {
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var family in families)
        {
            // A family must stand in one place.
            if (!written.Add(family.Name))
                continue;
            Begin(family);
            for (var i = 0; i < family.Items; i++)
            {
                _sharedLength = 0;
                family.Write(i, this);
                if (_used >= FlushAt && await FlushAsync(to, cancellation))
                    return;
            }
        }

        await FlushAsync(to, cancellation);
    }

    public override void For(params ReadOnlySpan<MetricLabel> labels)
    {
        _sharedLength = 0;
        Ensure(ref _shared, 0, MaxBytes(labels));
        foreach (ref readonly var label in labels)
        {
            if (_sharedLength > 0)
                _shared[_sharedLength++] = (byte)',';
            _sharedLength += ExpositionText.Label(_shared.AsSpan(_sharedLength), label);
        }
    }

    public override void Add(double value, params ReadOnlySpan<MetricLabel> more)
    {
        if (!_begun)
            Head();
        Ensure(ref _bytes, _used, _name.Length + _sharedLength + MaxBytes(more) + ExpositionText.MaxNumber + 4);
        var to = _bytes.AsSpan(_used);
        _name.CopyTo(to);
        var at = _name.Length;
        if (_sharedLength > 0 || more.Length > 0)
        {
            to[at++] = (byte)'{';
            _shared.AsSpan(0, _sharedLength).CopyTo(to[at..]);
            at += _sharedLength;
            var first = _sharedLength == 0;
            foreach (ref readonly var label in more)
            {
                if (!first)
                    to[at++] = (byte)',';
                first = false;
                at += ExpositionText.Label(to[at..], label);
            }

            to[at++] = (byte)'}';
        }

        to[at++] = (byte)' ';
        at += ExpositionText.Number(to[at..], value);
        to[at++] = (byte)'\n';
        _used += at;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        ArrayPool<byte>.Shared.Return(_shared);
        (_bytes, _shared) = ([], []);
    }

    private void Begin(MetricFamily family)
    {
        (_family, _begun) = (family, false);
        _name = Encoding.ASCII.GetBytes(family.Name);
    }

    /// <summary>With the first sample, so that a family without any is not mentioned.</summary>
    private void Head()
    {
        _begun = true;
        var help = _family.Help.Length == 0 ? "" : $"# HELP {_family.Name} {ExpositionText.Help(_family.Help)}\n";
        var text = $"{help}# TYPE {_family.Name} {(_family.Type == MetricFamilyType.Counter ? "counter" : "gauge")}\n";
        Ensure(ref _bytes, _used, Encoding.UTF8.GetMaxByteCount(text.Length));
        _used += Encoding.UTF8.GetBytes(text, _bytes.AsSpan(_used));
    }

    /// <returns>True when nobody reads any more.</returns>
    private async ValueTask<bool> FlushAsync(PipeWriter to, CancellationToken cancellation)
    {
        if (_used == 0)
            return false;
        var sent = _bytes.AsMemory(0, _used);
        _used = 0;
        return (await to.WriteAsync(sent, cancellation)).IsCompleted;
    }

    private static int MaxBytes(ReadOnlySpan<MetricLabel> labels)
    {
        var bytes = 0;
        foreach (ref readonly var label in labels)
            bytes += ExpositionText.MaxBytes(label) + 1;
        return bytes;
    }

    private static void Ensure(ref byte[] buffer, int used, int more)
    {
        if (buffer.Length - used >= more)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * buffer.Length, used + more));
        buffer.AsSpan(0, used).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
