using System.Text;
using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Rows;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Judging;

/// <summary>What stands in the cells of a row.</summary>
internal static partial class CellRules
{
    public static void CarryOverLayoutNotes(RowDraft row)
    {
        foreach (var note in row.Laid.Notes)
            row.Report(note.Code, note.Severity, note.Message, note.Lines);

        if (row.Laid.CutAfterColumn is not { } cut)
            return;

        var column = row.Header.Columns[cut];
        if (column.Role == ColumnRole.Description)
            row.Warn(DocumentIssueCode.TruncatedText, "the file ends inside this row's description; compare it with the original page");
        else
            row.Error(DocumentIssueCode.TruncatedRow, $"the file ends in the middle of this row, at '{Short(Raw(row, column.Role))}' in column '{column.Title}': that cell and those behind it were not imported; export the page again");
    }

    public static void ReadUnreadable(RowDraft row)
    {
        row.Description = row.Laid.Text(ColumnRole.Description) is { Length: > 0 } text ? text : row.Laid.Extra.Count > 0 ? row.Laid.Extra[0].Text : null;
        row.Reasons.Add(UnverifiableReasons.RowUnreadable);
        row.Error(DocumentIssueCode.RowUnreadable, $"'{Short(row.Description ?? "")}' is a row and does not split into the table's columns: imported without values; write them into the completions");
        foreach (var note in row.Laid.Notes)
            row.Report(note.Code, note.Severity, note.Message, note.Lines);
    }

    public static void ReadDescription(RowDraft row)
    {
        var pieces = row.Header.Columns
            .Select((column, i) => (column.Role, i))
            .Where(c => c.Role == ColumnRole.Description)
            .SelectMany(c => row.Laid.Pieces(c.i))
            .ToList();
        var extra = row.Laid.Extra.ToList();
        var tail = extra.Where(e => !pieces.Exists(p => p.Line < e.Line) || row.Header.Has(ColumnRole.Description)).ToList();
        var text = Join([.. pieces, .. tail]);
        row.Description = text.Length > 0 ? text : null;
        if (extra.Count == 0 || !row.Header.Columns.Any(c => c.Role != ColumnRole.Other) || row.Laid.Table.Layout is TableLayout.Spaces)
            return;

        var fragment = string.Join(' ', extra.Select(e => e.Text));
        var lines = extra.Select(e => e.Line).ToArray();
        row.Warn(DocumentIssueCode.ExtraCell, $"'{Short(fragment)}' stands in a cell beyond the {row.Header.Columns.Count} columns of the header: joined to the description; compare it with the original page", lines);
        row.Warn(DocumentIssueCode.TruncatedText, $"the description is cut ('{Short(row.Description ?? "")}'): text ran over the edge of the page; compare it with the original page", lines);
    }

    /// <summary>Bullets become "a; b", a sentence behind them starts after a full stop.</summary>
    private static string Join(IReadOnlyList<Piece> pieces)
    {
        var text = new StringBuilder();
        var inList = false;
        foreach (var piece in pieces)
        {
            var bullet = Bullet().Match(piece.Text);
            var part = CellText.Clean(bullet.Success ? piece.Text[bullet.Length..] : piece.Text);
            if (part.Length == 0)
                continue;
            if (text.Length > 0)
            {
                var open = inList && !Continuations.EndsSentence(text.ToString());
                text.Append(!open ? " " : bullet.Success ? "; " : char.IsUpper(part[0]) ? ". " : " ");
            }

            text.Append(part);
            inList = bullet.Success;
        }

        return text.ToString();
    }

    public static void ReadClassification(RowDraft row)
    {
        if (!row.Header.Has(ColumnRole.Classification))
            return;

        var text = Folded(row, ColumnRole.Classification, ClassificationCell.IsKnown);
        if (text.Length == 0 || PortReader.IsDash(text) || PortReader.IsLogical(text) || Forms.Arrow.Split(text) is not null)
            return;

        if (ClassificationCell.IsKnown(text) || ClassificationCell.FlowOf(text) != Flow.NotStated)
        {
            row.Classification = text;
        }
        else if (row.IsCutAt(ColumnRole.Classification))
        {
            return;
        }
        else if (row.Description is null && text.Contains(' ', StringComparison.Ordinal))
        {
            row.Description = text;
            row.Warn(
                DocumentIssueCode.CellShifted,
                $"the classification cell holds prose ('{Short(text)}') and the description is empty: read as the description, classification left empty; check the row",
                row.Laid.LastLineOf(ColumnRole.Classification));
        }
        else
        {
            row.Classification = text;
            row.Warn(DocumentIssueCode.ClassificationUnknown, $"'{Short(text)}' is no known classification (Ingress, Egress, Intra-cluster, Inbound, Outbound, Bidirectional): kept as printed; check the row");
        }
    }

    public static void ReadProtocolAndPort(RowDraft row)
    {
        if (row.Header.Has(ColumnRole.ProtocolPort))
        {
            var combined = row.IsCutAt(ColumnRole.ProtocolPort) ? "" : Folded(row, ColumnRole.ProtocolPort, ProtocolReader.IsProtocol);
            row.Port = PortReader.Read(combined);
            row.Port = row.Port with { Notes = [.. row.Port.Notes.Where(n => n.Code != DocumentIssueCode.PortDecorated)] };
            row.Protocol = ProtocolReader.Read(ProtocolReader.IsVersion(combined) ? combined : ProtocolsIn(combined));
        }

        if (row.Header.Has(ColumnRole.Protocol) && !row.IsCutAt(ColumnRole.Protocol))
            row.Protocol = ProtocolReader.Read(Folded(row, ColumnRole.Protocol, ProtocolReader.IsProtocol));
        if (row.Header.Has(ColumnRole.Protocol) && !row.Header.HasPorts)
            TakePortsFromProtocol(row);
        var columns = row.Header.AllOf(ColumnRole.Port).ToList();
        if (columns.Count > 1)
            PortColumns.Read(row, columns);
        else if (columns.Count == 1 && row.IsCutAt(ColumnRole.Port))
            row.Port = PortReader.Read("") with { Text = Folded(row, ColumnRole.Port, _ => false) };
        else if (columns.Count == 1)
            row.Port = PortReader.Read(WithRangeEnd(row, Folded(row, ColumnRole.Port, _ => false)));
    }

    private static string WithRangeEnd(RowDraft row, string first) =>
        row.Header.Has(ColumnRole.PortRangeEnd) && row.Laid.Text(ColumnRole.PortRangeEnd) is { Length: > 0 } last && last != first && first.Length > 0 && !PortReader.IsDash(last) && !PortReader.IsLogical(last) ? $"{first}-{last}" : first;

    /// <summary>"TCP/443" in the only column that there is for either.</summary>
    private static void TakePortsFromProtocol(RowDraft row)
    {
        var cell = row.Laid.Text(ColumnRole.Protocol);
        if (!ProtocolPortText.IsCombined(cell))
            return;
        row.Port = PortReader.Read(cell);
        row.Port = row.Port with { Notes = [.. row.Port.Notes.Where(n => n.Code != DocumentIssueCode.PortDecorated)] };
        row.Protocol = ProtocolReader.Read(ProtocolsIn(cell));
    }

    private static string ProtocolsIn(string cell) =>
        string.Join('/', ProtocolWord().Matches(cell).Select(m => m.Value).Where(ProtocolWords.IsKnown).Distinct(StringComparer.OrdinalIgnoreCase));

    public static void RecogniseReference(RowDraft row)
    {
        if (row.Description is not { } description || row.Protocol.Text is not null || !row.Port.IsEmpty)
            return;

        var match = Reference().Match(description);
        if (!match.Success)
            return;

        row.IsReference = true;
        row.ReferencesRows = [.. Digits().Matches(match.Groups["rows"].Value).Select(m => m.Value)];
        row.ReferencesDocument = match.Groups["document"].Value.TrimEnd('.', ' ') is { Length: > 0 } document ? document : null;
        var rows = row.ReferencesRows.Count > 0 ? $"connections {string.Join(", ", row.ReferencesRows)} of " : "";
        row.Error(
            DocumentIssueCode.RefersToOtherDocument,
            $"protocol and port are empty and the row points to {rows}'{row.ReferencesDocument ?? "another document"}'; import that document, or write the values into the completions");
        if (!Continuations.EndsSentence(description))
            row.Info(DocumentIssueCode.TruncatedText, $"'{Short(description)}' does not end in a full stop: the sentence may go on in the original page");
    }

    /// <summary>The cell with look-alike letters read as Latin, and a note of it.</summary>
    public static string Folded(RowDraft row, ColumnRole role, Func<string, bool> isWord)
    {
        var cell = Raw(row, role);
        var (text, folded) = LookAlikes.Fold(cell, isWord);
        if (folded is not null)
            row.Info(DocumentIssueCode.LookalikeCharacters, $"the {NameOf(role)} cell '{Short(cell)}' is written with {LookAlikes.ScriptOf(cell)} letters {folded}; read as '{Short(text)}', nothing to do", row.Laid.LastLineOf(role));
        return text;
    }

    public static string Short(string text) => CellText.Short(text);

    private static string Raw(RowDraft row, ColumnRole role) => row.Laid.Text(role);

    private static string NameOf(ColumnRole role) => role switch
    {
        ColumnRole.ProtocolPort => "protocol and port",
        ColumnRole.Listener or ColumnRole.Party => "component",
        _ => role.ToString().ToLowerInvariant(),
    };

    [GeneratedRegex(@"^\s*[-•·▪‣◦*–]\s+")]
    private static partial Regex Bullet();

    [GeneratedRegex(@"[A-Za-z][A-Za-z0-9]*")]
    private static partial Regex ProtocolWord();

    [GeneratedRegex(@"\d+[a-z]?")]
    private static partial Regex Digits();

    [GeneratedRegex(
        @"\b(?:see|refer to)\s+(?:also\s+)?(?:the\s+)?(?:(?:connections?|rows?|lines?|numbers?)\s+(?<rows>\d+[a-z]?(?:(?:\s*,\s*and\s+|\s*,\s*|\s+and\s+|\s*&\s*)\d+[a-z]?)*)\s+(?:in|of|from)\s+)?(?:the\s+)?(?<document>[^.;]*)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Reference();
}
