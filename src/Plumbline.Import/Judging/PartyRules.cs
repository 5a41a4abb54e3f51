using Plumbline.Import.Cells;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Judging;

/// <summary>Who connects to whom.</summary>
internal static class PartyRules
{
    public static void ReadParties(RowDraft row)
    {
        var header = row.Header;
        var source = header.Has(ColumnRole.Source) ? ColumnRole.Source : ColumnRole.Party;
        var destination = header.Has(ColumnRole.Destination) ? ColumnRole.Destination : ColumnRole.Listener;
        row.Source = Name(row, source);
        row.Destination = Name(row, destination);
    }

    public static void FindDestinationElsewhere(RowDraft row)
    {
        var header = row.Header;
        if (row.Destination is not null || header.Has(ColumnRole.Destination) || header.Has(ColumnRole.Listener))
            return;

        if (row.Description is { } description && DestinationInProse.Find(description, row.Source) is { } named)
        {
            row.Destination = named;
            row.Origin = DestinationOrigin.Description;
            row.Warn(
                DocumentIssueCode.DestinationFromDescription,
                $"there is no destination column; '{named}' is taken from '{CellRules.Short(description)}': confirm it, or correct it in the completions",
                row.LinesOfText(text => text.Contains(named, StringComparison.Ordinal)));
        }
        else if (row.Laid.Table.Heading is { } heading && row.Source is not null && IsInbound(row.Classification))
        {
            row.Destination = heading;
            row.Origin = DestinationOrigin.Heading;
            row.Warn(DocumentIssueCode.DestinationFromHeading, $"there is no destination column; '{heading}' is the heading above a table of inbound connections: confirm it, or correct it in the completions");
        }
    }

    public static void ReportMissingParties(RowDraft row)
    {
        if (row.Laid.SplitFailed)
            return;

        if (row.Source is null && !Cut(row, ColumnRole.Source))
            row.Error(DocumentIssueCode.SourceMissing, row.Header.Has(ColumnRole.Source) || row.Header.Has(ColumnRole.Party) ? "the source is empty; write it into the completions" : "the table has no column for the source; write who connects into the completions");
        if (row.Destination is null && !Cut(row, ColumnRole.Destination))
        {
            row.Error(
                DocumentIssueCode.DestinationMissing,
                row.Header.Has(ColumnRole.Destination) || row.Header.Has(ColumnRole.Listener)
                    ? "the destination is empty; write it into the completions"
                    : "the table has no destination column and the description names no other side; write the destination into the completions");
            if (row.Description is { } description && DestinationInProse.SupportsBothDirections(description))
                row.Warn(DocumentIssueCode.DirectionDoubtful, $"'{row.Source}' may be the caller or the one that is called: '{CellRules.Short(description)}' supports both; say which in the completions");
        }
    }

    public static void ReportFootnotes(RowDraft row)
    {
        Report(row.Source, row.Header.Has(ColumnRole.Source) ? ColumnRole.Source : ColumnRole.Party);
        Report(row.Destination, row.Header.Has(ColumnRole.Destination) ? ColumnRole.Destination : ColumnRole.Listener);

        void Report(string? name, ColumnRole role)
        {
            if (name is null || !CellText.HasFootnoteMark(name))
                return;

            var mark = name[^1];
            var at = row.Description?.IndexOf(mark, StringComparison.Ordinal) ?? -1;
            var note = at >= 0 ? row.Description![at..] : row.Context.Footnotes.FirstOrDefault(f => f[0] == mark);
            row.Warn(
                DocumentIssueCode.Footnote,
                $"'{name}' carries a footnote{(note is null ? "" : $" ('{CellRules.Short(note)}')")}: the mark is no part of the name, and the note may change the connection; check it",
                row.Laid.LastLineOf(role));
        }
    }

    private static string? Name(RowDraft row, ColumnRole role)
    {
        if (!row.Header.Has(role) || row.IsCutAt(role))
            return null;
        var text = CellRules.Folded(row, role, _ => false);
        return text.Length == 0 || PortReader.IsDash(text) ? null : text;
    }

    private static bool Cut(RowDraft row, ColumnRole role) => row.Laid.CutAfterColumn is { } cut && row.Laid.Column(role) >= cut;

    private static bool IsInbound(string? classification) =>
        classification is not null && (classification.Equals("Inbound", StringComparison.OrdinalIgnoreCase) || classification.Equals("Incoming", StringComparison.OrdinalIgnoreCase));
}
