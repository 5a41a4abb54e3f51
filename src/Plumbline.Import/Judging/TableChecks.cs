using Plumbline.Import.Cells;
using Plumbline.Import.Rows;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Judging;

/// <summary>What a table lacks for all of its rows.</summary>
internal static class TableChecks
{
    public static void Report(RawTable table, IReadOnlyList<LaidOutRow> rows, ICollection<DocumentIssue> issues)
    {
        var header = table.Header;
        var titles = string.Join(", ", header.Columns.Select(c => $"'{c.Title}'"));
        if (rows.Count == 0)
            Add(DocumentIssueCode.EmptyTable, DocumentIssueSeverity.Error, $"no row follows the header ({titles}); export the page again");
        if (!header.HasPorts)
            Add(DocumentIssueCode.NoPortColumn, DocumentIssueSeverity.Error, $"no column holds ports (columns read: {titles}): the {rows.Count} rows are listed without; add a 'Port' column to the document or write the ports into the completions");
        if (!header.HasProtocol && !header.Columns.Any(c => c.Role == ColumnRole.Port && c.Protocol is not null))
            Add(DocumentIssueCode.NoProtocolColumn, DocumentIssueSeverity.Warning, $"no column holds protocols (columns read: {titles}); write them into the completions where the port cell does not say them");
        if (!header.Has(ColumnRole.Source) && !header.Has(ColumnRole.Party) && !header.Has(ColumnRole.Parties) && !header.Has(ColumnRole.Peer) && !(header.Has(ColumnRole.Listener) && header.Has(ColumnRole.Destination)) && rows.Any(r => r.Table.Place.Flow != Flow.Outbound))
            Add(DocumentIssueCode.NoSourceColumn, DocumentIssueSeverity.Error, $"no column says who connects (columns read: {titles}); write the sources into the completions");
        if (!header.Has(ColumnRole.Classification))
            Add(DocumentIssueCode.NoClassificationColumn, DocumentIssueSeverity.Info, "there is no classification column: classification is empty for all rows; nothing to do");

        foreach (var column in header.Columns.Where(c => c.Role is ColumnRole.Other or ColumnRole.SourceAddress or ColumnRole.DestinationAddress or ColumnRole.Address or ColumnRole.SourcePort or ColumnRole.Hardware && c.Title.Length > 0 && !PlaceRules.IsPlace(header, c)))
            Add(DocumentIssueCode.ColumnIgnored, DocumentIssueSeverity.Info, $"column '{CellText.Short(column.Title)}' stands for no field of a connection: its text was not imported");

        ReportRagged(table, issues);

        void Add(DocumentIssueCode code, DocumentIssueSeverity severity, string message) => issues.Add(new DocumentIssue(code, severity, null, [header.Lines[^1]], message));
    }

    private static void ReportRagged(RawTable table, ICollection<DocumentIssue> issues)
    {
        if (table.Layout != TableLayout.Tabs)
            return;

        var columns = table.Header.Columns.Count;
        var counts = table.Lines.OfType<TableLine.Cells>().Where(c => c.Texts.Skip(columns).All(string.IsNullOrWhiteSpace)).Select(c => c.Texts.Count).Distinct().Order().ToList();
        if (counts.Count > 1)
        {
            issues.Add(new DocumentIssue(
                DocumentIssueCode.RaggedRows,
                DocumentIssueSeverity.Info,
                null,
                [table.Header.Lines[0]],
                $"rows have {string.Join(" or ", counts)} fields where the header has {columns}: empty fields at the end mean nothing, nothing to do"));
        }
    }
}
