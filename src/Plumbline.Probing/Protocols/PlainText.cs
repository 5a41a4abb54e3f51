using System.Text;

namespace Plumbline.Probing.Protocols;

/// <summary>Bytes of a peer as text that can stand in a sentence.</summary>
internal static class PlainText
{
    public static string Of(ReadOnlySpan<byte> bytes, int most)
    {
        bytes = bytes[..Math.Min(bytes.Length, most)];
        var text = new StringBuilder(bytes.Length);
        foreach (var b in bytes)
            text.Append(b is >= 0x20 and < 0x7f ? (char)b : '.');
        return text.ToString();
    }
}
