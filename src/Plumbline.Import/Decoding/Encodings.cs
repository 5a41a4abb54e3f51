using System.Text;

namespace Plumbline.Import.Decoding;

/// <summary>Encodings by name, the code pages of Windows, Unix and East Asia among them.</summary>
internal static class Encodings
{
    private static readonly DecoderReplacementFallback Replacement = new("\uFFFD");

    /// <summary>Refuses what is not valid instead of putting U+FFFD in its place.</summary>
    public static Encoding Strict(string name) => CodePages(name, DecoderFallback.ExceptionFallback)!;

    public static Encoding? Named(string name)
    {
        try
        {
            return CodePages(name.Trim().ToLowerInvariant() switch { "latin1" or "latin-1" => "iso-8859-1", "cp1252" or "ansi" => "windows-1252", "cp1251" => "windows-1251", "sjis" or "cp932" => "shift_jis", "gbk" or "cp936" => "gb18030", "utf8" => "utf-8", var other => other }, Replacement);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The length of the byte order mark.</summary>
    public static int PreambleOf(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE, 0, 0]) || bytes.StartsWith((ReadOnlySpan<byte>)[0, 0, 0xFE, 0xFF]) ? 4
        : bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3
        : bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? 2
        : 0;

    private static Encoding? CodePages(string name, DecoderFallback fallback) =>
        CodePagesEncodingProvider.Instance.GetEncoding(name, EncoderFallback.ReplacementFallback, fallback) ?? Encoding.GetEncoding(name, EncoderFallback.ReplacementFallback, fallback);
}
