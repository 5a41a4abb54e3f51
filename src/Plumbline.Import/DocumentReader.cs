using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Decoding;
using Plumbline.Import.Forms;
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
    /// <summary>Characters of a line beyond which it is no sentence that could name somebody.</summary>
    private const int MaximumProse = 4000;

    /// <param name="fileName">For messages and, at worst, as the title; its extension may say the form.</param>
    /// <returns>Always a document; one that could not be read has no rows and an issue that says why.</returns>
    public static ImportedDocument Read(string fileName, ReadOnlySpan<byte> content, DocumentReadOptions? options = null)
    {
        options ??= DocumentReadOptions.Default;
        var issues = new List<DocumentIssue>();
        if (Spreadsheet.IsWorkbook(content))
        {
            var sheets = Spreadsheet.Read(content.ToArray(), options.Columns, issues);
            return Judge(new SourceText(fileName, ""), sheets, issues);
        }

        var text = DocumentDecoder.Decode(fileName, content, options, issues);
        return text is null
            ? new ImportedDocument(new DocumentFacts(fileName, null, fileName, []), [], issues)
            : Judge(text, TableFinder.Find(text, options, issues), issues);
    }

    public static ImportedDocument Read(string fileName, byte[] content, DocumentReadOptions? options = null) => Read(fileName, content.AsSpan(), options);

    private static ImportedDocument Judge(SourceText text, IReadOnlyList<RawTable> tables, List<DocumentIssue> issues)
    {
        tables = TableEvidence.Keep(tables.Select(t => ContentRoles.Refine(t, issues)), issues);
        var laidOut = new List<LaidOutRow>();
        foreach (var table in tables)
        {
            var rows = RowAssembler.Assemble(table, issues);
            TableChecks.Report(table, rows, issues);
            laidOut.AddRange(rows);
        }

        if (laidOut.Exists(r => r.Table.Layout == TableLayout.Spaces))
            PartySplitter.Split(laidOut, ProseOf(text, tables), issues);
        var context = new DocumentContext(ServiceOf(text), JobsIn(laidOut), FootnotesOf(text), NamesIn(laidOut));
        var ids = RowIds.Assign(laidOut);
        var documented = RowChecks.Report(WaysBack.Add(RowIds.Settle(ReadRows(laidOut, ids, context))));

        DocumentChecks.Report(text, tables, documented, issues);
        foreach (var row in documented)
            issues.AddRange(row.Warnings);
        var facts = new DocumentFacts(
            DocumentTitle.Of(text, tables.Count > 0 ? tables[0].Header.Lines[0] : text.Count + 1),
            context.Service,
            text.FileName,
            [.. tables.Select(FactsOf)]);
        return new ImportedDocument(facts, documented, [.. issues.OrderBy(i => i.Lines.Count > 0 ? i.Lines[0] : 0)]);
    }

    /// <summary>A row as it was laid out is let go once it is read: of a large document both would not fit side by side.</summary>
    private static DocumentedRow[] ReadRows(List<LaidOutRow> laidOut, IReadOnlyList<string> ids, DocumentContext context)
    {
        var rows = new DocumentedRow[laidOut.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = RowReader.Read(laidOut[i], ids[i], i + 1, context);
            laidOut[i] = null!;
        }

        return rows;
    }

    private static DocumentTable FactsOf(RawTable table) => new(
        table.Layout,
        [.. table.Header.Lines, .. table.Lines.OfType<TableLine.Header>().SelectMany(h => h.Lines)],
        [.. table.Header.Columns.Select(c => c.Title)]);

    /// <summary>The text around the tables.</summary>
    private static List<string> ProseOf(SourceText text, IReadOnlyList<RawTable> tables)
    {
        var inTables = tables.SelectMany(t => t.Header.Lines.Concat(t.Lines.Select(l => l.Line))).ToHashSet();
        return [.. Enumerable.Range(1, text.Count).Where(line => !inTables.Contains(line) && text[line].Length < MaximumProse).Select(line => CellText.Clean(text[line]))];
    }

    private static string? ServiceOf(SourceText text) =>
        text.Text.Contains("from the point of view of", StringComparison.Ordinal)
            ? text.Lines.Where(l => l.Length < MaximumProse).Select(line => PointOfView().Match(line)).FirstOrDefault(m => m.Success)?.Groups[1].Value
            : null;

    private static List<string> JobsIn(List<LaidOutRow> rows)
    {
        var jobs = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            var description = row.Text(ColumnRole.Description);
            if (!description.Contains(" job", StringComparison.OrdinalIgnoreCase) || description.Length > MaximumProse)
                continue;
            foreach (Match match in Job().Matches(description))
                jobs.Add(description[..match.Index]);
        }

        return [.. jobs];
    }

    private static List<string> FootnotesOf(SourceText text)
    {
        var footnotes = new List<string>();
        for (var line = 1; line <= text.Count; line++)
        {
            var start = text.Span(line).TrimStart();
            if (start.Length is > 3 and < MaximumProse && start[0] is '*' or '†' or '‡' && !start.StartsWith("**", StringComparison.Ordinal))
                footnotes.Add(CellText.FoldBlanks(text[line]));
        }

        return footnotes;
    }

    /// <summary>What cells of parties hold, and what their lists hold: the names that the document uses.</summary>
    private static HashSet<string> NamesIn(List<LaidOutRow> rows)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var row in rows)
        {
            foreach (var role in (ReadOnlySpan<ColumnRole>)[ColumnRole.Source, ColumnRole.Destination, ColumnRole.Listener, ColumnRole.Peer])
            {
                var cell = row.Text(role);
                if (cell.Length is 0 or > 200)
                    continue;
                names.Add(cell);
                if (cell.AsSpan().IndexOfAny(",;") < 0)
                    continue;
                foreach (var part in cell.Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                    names.Add(part);
            }
        }

        return names;
    }

    [GeneratedRegex(@" job\b", RegexOptions.IgnoreCase)]
    private static partial Regex Job();

    [GeneratedRegex(@"from the point of view of (.{2,80}?) as a service")]
    private static partial Regex PointOfView();
}
