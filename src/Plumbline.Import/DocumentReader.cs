using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Decoding;
using Plumbline.Import.Judging;
using Plumbline.Import.Rows;
using Plumbline.Import.Tables;

namespace Plumbline.Import;

/// <summary>
/// Reads the connections that a document lists: bytes → text → tables → laid-out rows → facts. Nothing is guessed silently: a repair that can only be read one way is an
/// info, anything that a person could read differently is a warning, a value that a person must give is an error; every row of the document is listed.
/// </summary>
public static partial class DocumentReader
{
    /// <param name="fileName">For messages and, at worst, as the title; nothing is read from it.</param>
    /// <returns>Always a document; one that could not be read has no rows and an issue that says why.</returns>
    public static ImportedDocument Read(string fileName, ReadOnlySpan<byte> content, DocumentReadOptions? options = null)
    {
        options ??= DocumentReadOptions.Default;
        var issues = new List<DocumentIssue>();
        var text = DocumentDecoder.Decode(fileName, content, issues);
        return text is null
            ? new ImportedDocument(new DocumentFacts(fileName, null, fileName, []), [], issues)
            : Read(text, issues);
    }

    public static ImportedDocument Read(string fileName, byte[] content, DocumentReadOptions? options = null) => Read(fileName, content.AsSpan(), options);

    private static ImportedDocument Read(SourceText text, List<DocumentIssue> issues)
    {
        var tables = TableFinder.Find(text);
        issues.AddRange(tables.SelectMany(t => t.Notes));

        var laidOut = new List<LaidOutRow>();
        foreach (var table in tables)
        {
            var rows = RowAssembler.Assemble(table, issues);
            TableChecks.Report(table, rows, issues);
            laidOut.AddRange(rows);
        }

        PartySplitter.Split(laidOut, ProseOf(text, tables), issues);
        var context = new DocumentContext(ServiceOf(text), JobsIn(laidOut), FootnotesOf(text));
        var ids = RowIds.Assign(laidOut);
        var documented = RowChecks.Report(RowIds.Settle([.. laidOut.Select((row, i) => RowReader.Read(row, ids[i], i + 1, context))]));

        DocumentChecks.Report(text, tables, laidOut, documented, issues);
        issues.AddRange(documented.SelectMany(r => r.Warnings));
        var facts = new DocumentFacts(
            DocumentTitle.Of(text, tables.Count > 0 ? tables[0].Header.Lines[0] : text.Count + 1),
            context.Service,
            text.FileName,
            [.. tables.Select(FactsOf)]);
        return new ImportedDocument(facts, documented, [.. issues.OrderBy(i => i.Lines.Count > 0 ? i.Lines[0] : 0)]);
    }

    private static DocumentTable FactsOf(RawTable table) => new(
        table.Layout,
        [.. table.Header.Lines, .. table.Lines.OfType<TableLine.Header>().SelectMany(h => h.Lines)],
        [.. table.Header.Columns.Select(c => c.Title)]);

    /// <summary>The text around the tables.</summary>
    private static List<string> ProseOf(SourceText text, IReadOnlyList<RawTable> tables)
    {
        var inTables = tables.SelectMany(t => t.Header.Lines.Concat(t.Lines.Select(l => l.Line))).ToHashSet();
        return [.. Enumerable.Range(1, text.Count).Where(line => !inTables.Contains(line) && text[line].Length < 4000).Select(line => CellText.Clean(text[line]))];
    }

    private static string? ServiceOf(SourceText text) =>
        text.Lines.Select(line => PointOfView().Match(line)).FirstOrDefault(m => m.Success)?.Groups[1].Value;

    private static List<string> JobsIn(List<LaidOutRow> rows) =>
        [.. rows.Select(r => r.Text(ColumnRole.Description)).SelectMany(d => Job().Matches(d).Select(m => d[..m.Index])).Distinct()];

    private static List<string> FootnotesOf(SourceText text) =>
        [.. text.Lines.Select(CellText.FoldBlanks).Where(line => line.Length > 3 && line[0] is '*' or '†' or '‡' && !line.StartsWith("**", StringComparison.Ordinal))];

    [GeneratedRegex(@" job\b", RegexOptions.IgnoreCase)]
    private static partial Regex Job();

    [GeneratedRegex(@"from the point of view of (.{2,80}?) as a service")]
    private static partial Regex PointOfView();
}
