using Plumbline.Import.Cells;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Judging;

/// <summary>Columns that no field stands for. What their cells say must not get lost where it could change the connection: another port, a direction, a prohibition.</summary>
internal static class UnreadColumns
{
    /// <summary>Longer cells are prose.</summary>
    private const int Longest = 60;

    public static void Report(RowDraft row)
    {
        var columns = row.Header.Columns;
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Role != ColumnRole.Other || row.Laid.Text(i) is not { Length: > 1 and <= Longest } cell)
                continue;
            if (SaysOtherPorts(row, columns[i].Title, cell))
                row.Warn(DocumentIssueCode.PortColumnsDiffer, $"column '{CellText.Short(columns[i].Title)}' is not read and says '{cell}', which the row's ports are not: write the right ports into the completions");
            else if (!row.Header.Has(ColumnRole.Action) && StateRules.IsProhibition(cell))
                row.Warn(DocumentIssueCode.ActionUnknown, $"column '{CellText.Short(columns[i].Title)}' is not read and says '{cell}': the connection is expected to be open; write 'expect: Blocked' into the completions if it is not");
        }
    }

    private static bool SaysOtherPorts(RowDraft row, string title, string cell)
    {
        if (!cell.AsSpan().ContainsAnyInRange('0', '9'))
            return false;
        var aboutPorts = ProtocolPortText.IsCombined(cell)
            || (title.Contains("port", StringComparison.OrdinalIgnoreCase) || title.StartsWith("default", StringComparison.OrdinalIgnoreCase)) && PortReader.IsPlain(cell);
        if (!aboutPorts)
            return false;
        var read = PortReader.Read(cell);
        return read.Ports.Any(p => !row.Port.Ports.Contains(p) && !row.Port.Ranges.Any(r => r.From <= p && p <= r.To)) || read.Ranges.Any(r => !row.Port.Ranges.Contains(r));
    }
}
