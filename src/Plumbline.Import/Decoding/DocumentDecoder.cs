using System.Text;

namespace Plumbline.Import.Decoding;

/// <summary>Bytes to text, or the reason why they are none.</summary>
internal static class DocumentDecoder
{
    /// <summary>A handful of control characters is dirt; more of them is not text.</summary>
    private const int TolerableControlCharacters = 4;

    /// <summary>One zero in some thousand characters is dirt in one cell; more of them are not text.</summary>
    private const int TextForEachZero = 200;
    private const int MaximumLinesNamed = 50;

    private static readonly (byte[] Magic, string Kind, string WayOut)[] Formats =
    [
        ("%PDF-"u8.ToArray(), "a PDF file", "export it as text (for example 'pdftotext -layout') and import that"),
        ("PK\u0003\u0004"u8.ToArray(), "a ZIP archive (Word and OpenDocument files are such)", "save the table as a workbook (.xlsx), CSV, HTML or plain text and import that"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old Office file", "save the table as a workbook (.xlsx), CSV, HTML or plain text and import that"),
        ([0x89, (byte)'P', (byte)'N', (byte)'G'], "a PNG image", "import the page that holds the table as text"),
        ([0xFF, 0xD8, 0xFF], "a JPEG image", "import the page that holds the table as text"),
        ([0x1F, 0x8B], "a gzip archive", "unpack it and import the text inside"),
    ];

    public static SourceText? Decode(string fileName, ReadOnlySpan<byte> bytes, DocumentReadOptions options, ICollection<DocumentIssue> issues)
    {
        if (bytes.IsEmpty)
            return Refuse(issues, DocumentIssueCode.EmptyDocument, "the file has no bytes; export the document again");

        foreach (var (magic, kind, wayOut) in Formats)
        {
            if (bytes.StartsWith(magic))
                return Refuse(issues, DocumentIssueCode.BinaryDocument, $"the file is {kind}, not text; {wayOut}");
        }

        if (options.Encoding is { } name && Encodings.Named(name) is null)
            return Refuse(issues, DocumentIssueCode.EncodingUnknown, $"'{name}' is no encoding that is known here; use a name such as utf-8, utf-16, windows-1252, iso-8859-1, koi8-r, shift_jis or gb18030");

        var chosen = options.Encoding is { } wish ? new DetectedEncoding(Encodings.Named(wish)!, Encodings.PreambleOf(bytes), Guessed: false) : EncodingDetector.Detect(bytes);
        var text = chosen.Encoding.GetString(bytes[chosen.Preamble..]);
        var source = new SourceText(fileName, WithoutZeros(text, out var zeros));
        if (zeros > 0 && (long)zeros * TextForEachZero > text.Length)
            return Refuse(issues, DocumentIssueCode.BinaryDocument, $"the file is not text (zero characters, the first on line {LineOfZero(text)}, read as {chosen.Encoding.WebName}); export the document as UTF-8 text and import that");
        if (LooksBinary(source.Text))
            return Refuse(issues, DocumentIssueCode.BinaryDocument, $"the file is not text (control characters, read as {chosen.Encoding.WebName}); export the document as UTF-8 text and import that");
        if (string.IsNullOrWhiteSpace(source.Text))
            return Refuse(issues, DocumentIssueCode.EmptyDocument, "the file has nothing but blanks; export the document again");

        if (zeros > 0)
            issues.Add(new DocumentIssue(DocumentIssueCode.InvalidEncoding, DocumentIssueSeverity.Warning, null, [LineOfZero(text)], $"line {LineOfZero(text)} holds a zero character{(zeros > 1 ? $" (there are {zeros} in the file)" : "")}: left out; check the line, and save the file again"));
        if (chosen.Guessed)
            ReportGuess(source, chosen.Encoding, issues);
        ReportInvalidBytes(source, chosen.Encoding, bytes, issues);
        return source;
    }

    private static SourceText? Refuse(ICollection<DocumentIssue> issues, DocumentIssueCode code, string message)
    {
        issues.Add(new DocumentIssue(code, DocumentIssueSeverity.Error, null, [], message));
        return null;
    }

    private static string WithoutZeros(string text, out int zeros)
    {
        zeros = text.AsSpan().Count('\0');
        return zeros == 0 ? text : text.Replace("\0", "", StringComparison.Ordinal);
    }

    private static int LineOfZero(string text) => 1 + text.AsSpan(0, text.IndexOf('\0', StringComparison.Ordinal)).Count('\n');

    private static bool LooksBinary(string text)
    {
        var control = 0;
        foreach (var c in text)
        {
            if (char.IsControl(c) && c is not ('\t' or '\n' or '\r' or '\f' or '\v' or '\u0085' or '\u001b'))
                control++;
        }

        return control > TolerableControlCharacters && control * 50 > text.Length;
    }

    /// <summary>Eight-bit encodings cannot be told for certain: the lines whose text depends on it are named.</summary>
    private static void ReportGuess(SourceText source, Encoding encoding, ICollection<DocumentIssue> issues)
    {
        var lines = LinesWith(source, c => c > 127);
        var sample = lines.Count > 0 ? source[lines[0]].Trim() : "";
        issues.Add(new DocumentIssue(
            DocumentIssueCode.EncodingGuessed,
            DocumentIssueSeverity.Warning,
            null,
            lines,
            $"the file is not UTF-8 and was read as {encoding.WebName}: '{Cells.CellText.Short(sample)}'; if that reads wrong, name the encoding (--encoding) or save the file as UTF-8"));
    }

    private static void ReportInvalidBytes(SourceText source, Encoding encoding, ReadOnlySpan<byte> bytes, ICollection<DocumentIssue> issues)
    {
        if (!source.Text.Contains('\uFFFD', StringComparison.Ordinal))
            return;

        var written = encoding is UTF8Encoding && bytes.IndexOf("\uFFFD"u8) >= 0;
        issues.Add(new DocumentIssue(
            DocumentIssueCode.InvalidEncoding,
            DocumentIssueSeverity.Error,
            null,
            LinesWith(source, c => c == '\uFFFD'),
            written
                ? "the text holds U+FFFD: characters were lost when it was saved; save the original as UTF-8 and import it again"
                : $"bytes that are not valid {encoding.WebName.ToUpperInvariant()} were read as U+FFFD; save the file as UTF-8 and import it again, or name its encoding (--encoding)"));
    }

    private static List<int> LinesWith(SourceText source, Func<char, bool> isMeant)
    {
        var lines = new List<int>();
        for (var line = 1; line <= source.Count && lines.Count < MaximumLinesNamed; line++)
        {
            foreach (var c in source.Span(line))
            {
                if (!isMeant(c))
                    continue;
                lines.Add(line);
                break;
            }
        }

        return lines;
    }
}
