using System.Globalization;
using System.Text;

namespace Plumbline.Probing.Protocols;

/// <summary>
/// RFC 7541, as much as two headers take: <c>:status</c> and <c>grpc-status</c>. Strings in symbols that neither of them has are passed over.
/// </summary>
internal sealed class HeaderReader
{
    private const int StaticEntries = 61;
    private const int MaxEntries = 64;

    private static readonly string[] Statuses = ["200", "204", "206", "304", "400", "404", "500"];

    // Symbols of at most seven bits, in the order of their codes: lower case, digits and what stands between them.
    private static readonly (int Bits, int First, string Symbols)[] Codes =
        [(5, 0x00, "012aceiost"), (6, 0x14, " %-./3456789=A_bdfghlmnpru"), (7, 0x5c, ":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz")];

    // Newest first. Null: of no interest here.
    private readonly List<(string? Name, string? Value)> _dynamic = [];

    public int? Status { get; private set; }

    public int? GrpcStatus { get; private set; }

    public void Read(ReadOnlySpan<byte> block)
    {
        while (block.Length > 0)
        {
            var first = block[0];
            var (bits, indexed, kept) = first switch
            {
                >= 0x80 => (7, true, false),
                >= 0x40 => (6, false, true),
                >= 0x20 => (5, false, false),
                _ => (4, false, false),
            };
            if (Number(ref block, bits) is not { } number)
                return;
            if (first is >= 0x20 and < 0x40)
                continue;

            var (name, value) = number == 0 ? default : Entry(number);
            if (number == 0 && !TryText(ref block, out name))
                return;
            if (!indexed && !TryText(ref block, out value))
                return;
            if (kept)
                Keep(name, value);
            Take(name, value);
        }
    }

    private void Take(string? name, string? value)
    {
        if (name is not (":status" or "grpc-status") || !int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return;
        if (name == ":status")
            Status = number;
        else
            GrpcStatus = number;
    }

    private void Keep(string? name, string? value)
    {
        _dynamic.Insert(0, (name, value));
        if (_dynamic.Count > MaxEntries)
            _dynamic.RemoveAt(MaxEntries);
    }

    private (string? Name, string? Value) Entry(int index) => index switch
    {
        >= 8 and <= 14 => (":status", Statuses[index - 8]),
        > StaticEntries when index - StaticEntries <= _dynamic.Count => _dynamic[index - StaticEntries - 1],
        _ => (null, null),
    };

    private static int? Number(ref ReadOnlySpan<byte> block, int bits)
    {
        var mask = (1 << bits) - 1;
        var number = block[0] & mask;
        block = block[1..];
        if (number < mask)
            return number;
        for (var shift = 0; shift <= 14 && block.Length > 0; shift += 7)
        {
            var next = block[0];
            block = block[1..];
            number += (next & 0x7f) << shift;
            if (next < 0x80)
                return number;
        }

        return null;
    }

    /// <summary>False: the block is malformed. The text is null when it has symbols that do not matter here.</summary>
    private static bool TryText(ref ReadOnlySpan<byte> block, out string? text)
    {
        text = null;
        if (block.Length == 0)
            return false;
        var huffman = block[0] >= 0x80;
        if (Number(ref block, 7) is not { } length || length > block.Length)
            return false;
        text = huffman ? Decode(block[..length]) : Encoding.Latin1.GetString(block[..length]);
        block = block[length..];
        return true;
    }

    private static string? Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        var (code, bits) = (0, 0);
        foreach (var b in bytes)
        {
            for (var i = 7; i >= 0; i--)
            {
                (code, bits) = ((code << 1) | ((b >> i) & 1), bits + 1);
                foreach (var (size, first, symbols) in Codes)
                {
                    if (size != bits || code < first || code >= first + symbols.Length)
                        continue;
                    text.Append(symbols[code - first]);
                    (code, bits) = (0, 0);
                    break;
                }

                if (bits > 7)
                    return null;
            }
        }

        // What is left over is the padding: fewer than eight bits, all set.
        return code == (1 << bits) - 1 ? text.ToString() : null;
    }
}
