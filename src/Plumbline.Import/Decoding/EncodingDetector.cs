using System.Text;

namespace Plumbline.Import.Decoding;

/// <param name="Preamble">Bytes of the byte order mark.</param>
/// <param name="Guessed">The bytes are valid in several encodings; this one gives the most likely text.</param>
internal sealed record DetectedEncoding(Encoding Encoding, int Preamble, bool Guessed);

/// <summary>
/// Tells the encoding of a text from its bytes: byte order marks, zeros of UTF-16 and UTF-32, valid UTF-8; else the code page in which the other bytes make the most likely words.
/// </summary>
internal static class EncodingDetector
{
    private const int SampleSize = 256 * 1024;

    private static readonly string[] DoubleByte = ["shift_jis", "gb18030", "euc-jp", "euc-kr", "big5"];

    private static readonly string[] SingleByte = ["windows-1252", "windows-1251", "koi8-r", "windows-1250", "windows-1254", "windows-1253", "cp866"];

    /// <summary>The letters of Russian by how often they are used: the first half makes up most of any text.</summary>
    private const string FrequentCyrillic = "оеаинтсрвлкмдпу";

    public static DetectedEncoding Detect(ReadOnlySpan<byte> bytes)
    {
        // UTF-32 LE begins like UTF-16 LE: the longer mark has to be asked first
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE, 0, 0]))
            return new DetectedEncoding(new UTF32Encoding(bigEndian: false, byteOrderMark: true), 4, false);
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0, 0, 0xFE, 0xFF]))
            return new DetectedEncoding(new UTF32Encoding(bigEndian: true, byteOrderMark: true), 4, false);
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            return new DetectedEncoding(Encoding.UTF8, 3, false);
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]))
            return new DetectedEncoding(Encoding.Unicode, 2, false);
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            return new DetectedEncoding(Encoding.BigEndianUnicode, 2, false);
        if (WithoutMark(bytes) is { } wide)
            return new DetectedEncoding(wide, 0, false);
        if (System.Text.Unicode.Utf8.IsValid(bytes) || IsMostlyUtf8(bytes))
            return new DetectedEncoding(Encoding.UTF8, 0, false);

        var name = Best(bytes);
        return name is null ? new DetectedEncoding(Encoding.UTF8, 0, false) : new DetectedEncoding(Encodings.Named(name)!, 0, Guessed: true);
    }

    /// <summary>Mostly Latin text in UTF-16 has a zero in every other byte, in UTF-32 three of four.</summary>
    private static Encoding? WithoutMark(ReadOnlySpan<byte> bytes)
    {
        var sample = bytes[..(Math.Min(bytes.Length, 512) & ~3)];
        Span<int> zeros = stackalloc int[4];
        for (var i = 0; i < sample.Length; i++)
        {
            if (sample[i] == 0)
                zeros[i & 3]++;
        }

        if (sample.Length < 8)
            return null;
        var most = sample.Length / 4 * 4 / 5;
        if (zeros[1] >= most && zeros[2] >= most && zeros[3] >= most && zeros[0] == 0)
            return new UTF32Encoding(bigEndian: false, byteOrderMark: false);
        if (zeros[0] >= most && zeros[1] >= most && zeros[2] >= most && zeros[3] == 0)
            return new UTF32Encoding(bigEndian: true, byteOrderMark: false);
        var (even, odd) = (zeros[0] + zeros[2], zeros[1] + zeros[3]);
        return odd >= most * 2 && even == 0 ? Encoding.Unicode : even >= most * 2 && odd == 0 ? Encoding.BigEndianUnicode : null;
    }

    /// <summary>A damaged byte among many good ones: UTF-8 that was cut or pasted into.</summary>
    private static bool IsMostlyUtf8(ReadOnlySpan<byte> bytes)
    {
        int valid = 0, invalid = 0;
        for (var rest = bytes[..Math.Min(bytes.Length, SampleSize)]; !rest.IsEmpty;)
        {
            var status = Rune.DecodeFromUtf8(rest, out _, out var consumed);
            if (consumed == 0)
                break;
            if (status != System.Buffers.OperationStatus.Done)
                invalid++;
            else if (consumed > 1)
                valid++;
            rest = rest[consumed..];
        }

        return valid > invalid * 4;
    }

    private static string? Best(ReadOnlySpan<byte> bytes)
    {
        // a sample around the bytes in question, not the top of the file alone
        var first = bytes.IndexOfAnyInRange((byte)0x80, (byte)0xFF);
        if (first < 0)
            return null;
        var start = Math.Max(0, first - 64);
        var sample = bytes.Slice(start, Math.Min(SampleSize, bytes.Length - start));
        string? best = null;
        double score = 0;
        foreach (var name in DoubleByte.Concat(SingleByte))
        {
            if (Decode(name, sample) is not { } text)
                continue;
            var own = DoubleByte.Contains(name) ? OfEastAsia(name, text) : OfSingleByte(name, text);
            if (best is null || own > score)
                (best, score) = (name, own);
        }

        return best ?? "iso-8859-1";
    }

    private static string? Decode(string name, ReadOnlySpan<byte> sample)
    {
        // the sample may end inside a character
        for (var cut = 0; cut < 4 && cut < sample.Length; cut++)
        {
            try
            {
                return Encodings.Strict(name).GetString(sample[..^cut]);
            }
            catch (DecoderFallbackException)
            {
                if (!DoubleByte.Contains(name))
                    return null;
            }
        }

        return null;
    }

    /// <summary>The share of characters that texts in the language of the encoding are made of.</summary>
    private static double OfEastAsia(string name, string text)
    {
        double sum = 0;
        var count = 0;
        foreach (var c in text)
        {
            if (c < 0x80)
                continue;
            count++;
            sum += (name, c) switch
            {
                ("shift_jis" or "euc-jp", >= '\u3040' and <= '\u30FF') => 1.3,
                // half-width kana are what Latin text with accents looks like
                ("shift_jis", >= '\uFF61' and <= '\uFF9F') => -1,
                ("euc-kr", >= '\uAC00' and <= '\uD7A3') => 1.25,
                ("euc-kr", >= '\u4E00' and <= '\u9FFF') => -0.2,
                ("gb18030" or "big5", >= '\u3040' and <= '\u30FF') => -0.5,
                (_, >= '\u4E00' and <= '\u9FFF') => IsCommon(name, c) ? 1.0 : 0.35,
                (_, >= '\u3000' and <= '\u303F' or >= '\uFF00' and <= '\uFF5E') => 0.8,
                (_, >= '\uE000' and <= '\uF8FF') => -2,
                _ => -0.8,
            };
        }

        return count == 0 ? 0 : sum / count;
    }

    /// <summary>The first plane of each standard holds the characters of daily use; what falls behind it is rare.</summary>
    private static bool IsCommon(string name, char c)
    {
        var bytes = Encodings.Named(name)!.GetBytes([c]);
        return bytes.Length == 2 && name switch
        {
            "gb18030" => bytes[0] is >= 0xB0 and <= 0xD7 && bytes[1] >= 0xA1,
            "big5" => bytes[0] is >= 0xA4 and <= 0xC6,
            "shift_jis" => bytes[0] is >= 0x88 and <= 0x97,
            "euc-jp" => bytes[0] is >= 0xB0 and <= 0xCF,
            _ => false,
        };
    }

    private static double OfSingleByte(string name, string text)
    {
        double sum = 0;
        var count = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c < 0x80)
                continue;
            count++;
            var before = i > 0 ? text[i - 1] : ' ';
            var after = i + 1 < text.Length ? text[i + 1] : ' ';
            sum += name is "windows-1251" or "koi8-r" or "cp866" ? OfCyrillic(c, before, after) : name == "windows-1253" ? OfGreek(c, before) : OfLatin(name, c, before, after);
        }

        return count == 0 ? 0 : sum / count;
    }

    private static double OfCyrillic(char c, char before, char after)
    {
        if (c is not (>= 'А' and <= 'я' or 'ё' or 'Ё'))
            return char.IsLetter(c) ? -0.5 : c is '№' or '«' or '»' or '—' or '–' or '\u00A0' ? 0.3 : -1;
        // a capital behind a small letter is what the wrong code page makes
        if (char.IsUpper(c) && char.IsLower(before))
            return -1.5;
        if (char.IsAsciiLetter(before) || char.IsAsciiLetter(after))
            return -0.6;
        return FrequentCyrillic.Contains(char.ToLowerInvariant(c), StringComparison.Ordinal) ? 1.15 : 0.75;
    }

    private static double OfGreek(char c, char before) => c is >= '\u0386' and <= '\u03CE' ? (char.IsUpper(c) && char.IsLower(before) ? -1.5 : char.IsAsciiLetter(before) ? -0.6 : 0.85) : -1;

    private static double OfLatin(string name, char c, char before, char after)
    {
        if (!char.IsLetter(c))
            return "–—‘’“”„…•€«»°§©®·×÷±²³µ\u00A0".Contains(c, StringComparison.Ordinal) ? 0.6 : -0.8;
        // words of Latin script have an accented letter here and there, seldom three in a row
        if (before >= 0x80 && char.IsLetter(before) && after >= 0x80 && char.IsLetter(after))
            return -1;
        if (char.IsUpper(c) && char.IsLower(before))
            return -1;
        var inWord = char.IsAsciiLetter(before) || char.IsAsciiLetter(after);
        var usual = name switch
        {
            "windows-1252" => "äöüßÄÖÜéèêëàâçñóáíúìòùãõåøæœÉÈÀÇÑÓÁÍÚîïôûÅØÆ",
            "windows-1250" => "ąćęłńśźżĄĆĘŁŃŚŹŻčďěňřšťůžČĎĚŇŘŠŤŮŽőűŐŰ",
            "windows-1254" => "şğıİŞĞçöüÇÖÜ",
            _ => "",
        };
        return (inWord ? 0.6 : 0.2) + (usual.Contains(c, StringComparison.Ordinal) ? name == "windows-1252" ? 0.4 : 0.35 : -0.1);
    }
}
