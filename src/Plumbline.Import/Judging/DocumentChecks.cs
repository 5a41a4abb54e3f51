using Plumbline.Import.Cells;
using Plumbline.Import.Decoding;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Judging;

/// <summary>What the document as a whole lacks.</summary>
internal static class DocumentChecks
{
    private const int MaximumGap = 30;

    public static void Report(SourceText text, IReadOnlyList<RawTable> tables, IReadOnlyList<DocumentedRow> rows, ICollection<DocumentIssue> issues)
    {
        if (tables.Count == 0 && !issues.Any(i => i.Severity == DocumentIssueSeverity.Error))
        {
            issues.Add(new DocumentIssue(
                DocumentIssueCode.NoTable,
                DocumentIssueSeverity.Error,
                null,
                [],
                $"none of the {text.Count} lines is the header of a table of connections (columns such as Source, Destination, Protocol, Port); export the page with its table, or name the columns so"));
        }

        var tableOfLine = new Dictionary<int, RawTable>();
        foreach (var table in tables)
        {
            foreach (var line in table.Lines)
                tableOfLine.TryAdd(line.Line, table);
        }

        // a row has the line of its number, and perhaps lines above it
        var byTable = rows.ToLookup(r => tableOfLine.GetValueOrDefault(r.Line) ?? r.Lines.Select(l => tableOfLine.GetValueOrDefault(l)).FirstOrDefault(t => t is not null), ReferenceEqualityComparer.Instance);
        foreach (var table in tables)
        {
            var own = byTable[table].ToList();
            ReportMissingDestinations(table, own, issues);
            ReportGaps(own, issues);
        }
    }

    private static void ReportMissingDestinations(RawTable table, List<DocumentedRow> rows, ICollection<DocumentIssue> issues)
    {
        if (table.Header.Has(ColumnRole.Destination) || table.Header.Has(ColumnRole.Listener) || table.Header.Has(ColumnRole.Parties) || table.Header.Has(ColumnRole.Peer))
            return;

        var missing = rows.Count(r => r.Destination is null);
        var party = table.Header.Columns.FirstOrDefault(c => c.Role is ColumnRole.Party or ColumnRole.Source)?.Title;
        issues.Add(new DocumentIssue(
            DocumentIssueCode.NoDestinationColumn,
            missing > 0 ? DocumentIssueSeverity.Error : DocumentIssueSeverity.Warning,
            null,
            [table.Header.Lines[^1]],
            $"the table has {(party is null ? "no party column" : $"one party column ('{party}')")}; the other side is missing for {missing} of {rows.Count} rows"
                + $"{(missing < rows.Count ? $" and stands only in prose or a heading for {rows.Count - missing}" : "")}; write the destinations into the completions"));
    }

    /// <summary>A number that is left out is often a row that an export lost.</summary>
    private static void ReportGaps(List<DocumentedRow> rows, ICollection<DocumentIssue> issues)
    {
        var numbers = rows.Select(r => int.TryParse(r.Number, out var n) ? n : 0).Where(n => n > 0).ToHashSet();
        if (numbers.Count < 3 || numbers.Max() - numbers.Min() >= numbers.Count + MaximumGap)
            return;

        var missing = Enumerable.Range(numbers.Min(), numbers.Max() - numbers.Min()).Where(n => !numbers.Contains(n)).ToList();
        if (missing.Count > 0)
        {
            issues.Add(new DocumentIssue(
                DocumentIssueCode.RowNumberGap,
                DocumentIssueSeverity.Warning,
                null,
                [rows[0].Line],
                $"the table has no row {CellText.Short(string.Join(", ", missing))}; compare it with the original page"));
        }
    }
}
