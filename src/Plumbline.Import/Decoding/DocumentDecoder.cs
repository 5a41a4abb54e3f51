using System.Text;
using Plumbline.Import.Mapping;

namespace Plumbline.Import.Decoding;

/// <summary>Bytes to text, or the reason why they are none.</summary>
internal static class DocumentDecoder
{
    /// <summary>A handful of control characters is dirt; more of them is not text.</summary>
    private const int TolerableControlCharacters = 4;

    private static readonly (byte[] Magic, string Kind, string WayOut)[] Formats =
    [
        ("%PDF-"u8.ToArray(), "a PDF file", "export it as text (for example 'pdftotext -layout') and import that"),
        ("PK\u0003\u0004"u8.ToArray(), "a ZIP archive (Word, Excel and OpenDocument files are such)", "save the table as CSV, HTML or plain text and import that"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old Office file", "save the table as CSV, HTML or plain text and import that"),
        ([0x89, (byte)'P', (byte)'N', (byte)'G'], "a PNG image", "import the page that holds the table as text"),
        ([0xFF, 0xD8, 0xFF], "a JPEG image", "import the page that holds the table as text"),
        ([0x1F, 0x8B], "a gzip archive", "unpack it and import the text inside"),
    ];

    public static SourceText? Decode(string fileName, ReadOnlySpan<byte> bytes, ICollection<DocumentIssue> issues)
    {
        if (bytes.IsEmpty)
            return Refuse(issues, DocumentIssueCode.EmptyDocument, "the file has no bytes; export the document again");

        foreach (var (magic, kind, wayOut) in Formats)
        {
            if (bytes.StartsWith(magic))
                return Refuse(issues, DocumentIssueCode.BinaryDocument, $"the file is {kind}, not text; {wayOut}");
        }

        var (encoding, preamble) = EncodingOf(bytes);
        var text = encoding.GetString(bytes[preamble..]);
        if (LooksBinary(text))
            return Refuse(issues, DocumentIssueCode.BinaryDocument, $"the file is not text (control characters, read as {encoding.WebName}); export the document as UTF-8 text and import that");

        if (string.IsNullOrWhiteSpace(text))
            return Refuse(issues, DocumentIssueCode.EmptyDocument, "the file has nothing but blanks; export the document again");

        var source = new SourceText(fileName, text);
        ReportInvalidBytes(source, encoding, bytes, issues);
        return source;
    }

    private static SourceText? Refuse(ICollection<DocumentIssue> issues, DocumentIssueCode code, string message)
    {
        issues.Add(new DocumentIssue(code, DocumentIssueSeverity.Error, null, [], message));
        return null;
    }

    private static (Encoding Encoding, int Preamble) EncodingOf(ReadOnlySpan<byte> bytes)
    {
        // UTF-32 LE begins like UTF-16 LE: the longer mark has to be asked first
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE, 0, 0]))
            return (new UTF32Encoding(bigEndian: false, byteOrderMark: true), 4);
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            return (Encoding.UTF8, 3);
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]))
            return (Encoding.Unicode, 2);
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            return (Encoding.BigEndianUnicode, 2);
        return (Utf16WithoutMark(bytes) ?? Encoding.UTF8, 0);
    }

    /// <summary>Mostly Latin text in UTF-16 has a zero in every other byte, which UTF-8 text never has.</summary>
    private static Encoding? Utf16WithoutMark(ReadOnlySpan<byte> bytes)
    {
        var sample = bytes[..(Math.Min(bytes.Length, 512) & ~1)];
        int even = 0, odd = 0;
        for (var i = 0; i < sample.Length; i++)
        {
            if (sample[i] == 0)
                _ = (i & 1) == 0 ? even++ : odd++;
        }

        var most = sample.Length * 2 / 5;
        return sample.Length < 8 ? null
            : odd >= most && even == 0 ? Encoding.Unicode
            : even >= most && odd == 0 ? Encoding.BigEndianUnicode
            : null;
    }

    private static bool LooksBinary(string text)
    {
        var control = 0;
        foreach (var c in text)
        {
            if (c == '\0')
                return true;
            if (char.IsControl(c) && c is not ('\t' or '\n' or '\r' or '\f' or '\v' or '\u0085' or '\u001b'))
                control++;
        }

        return control > TolerableControlCharacters && control * 50 > text.Length;
    }

    private static void ReportInvalidBytes(SourceText source, Encoding encoding, ReadOnlySpan<byte> bytes, ICollection<DocumentIssue> issues)
    {
        if (!source.Text.Contains('\uFFFD', StringComparison.Ordinal) || bytes.IndexOf("\uFFFD"u8) >= 0)
            return;

        var lines = Enumerable.Range(1, source.Count).Where(line => source[line].Contains('\uFFFD', StringComparison.Ordinal)).ToArray();
        issues.Add(new DocumentIssue(
            DocumentIssueCode.InvalidEncoding,
            DocumentIssueSeverity.Warning,
            null,
            lines,
            $"bytes that are not valid {encoding.WebName.ToUpperInvariant()} were read as U+FFFD; save the file as UTF-8 and import it again"));
    }
}
