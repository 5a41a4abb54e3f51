using Plumbline.Import.Cells;

namespace Plumbline.Import.Tables;

/// <summary>Columns of a known table whose titles say nothing ("Type", "Rule", "Traffic") and whose cells say what they are: directions, protocols, ports.</summary>
internal static class ContentRoles
{
    private const double Most = 0.75;

    /// <summary>Rows beyond this many say nothing new about their columns.</summary>
    private const int MaximumRows = 500;

    public static RawTable Refine(RawTable table, ICollection<DocumentIssue> issues)
    {
        var header = table.Header;
        if (!table.HasRecords || (header.Has(ColumnRole.Classification) && header.HasProtocol && header.HasPorts))
            return table;

        var rows = table.Lines.OfType<TableLine.Cells>().Take(MaximumRows).ToList();
        var columns = header.Columns.ToList();
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Role is not (ColumnRole.Other or ColumnRole.Number) || columns[i].Title.Length == 0)
                continue;
            var cells = rows.Where(r => i < r.Texts.Count).Select(r => r.Texts[i]).Where(t => t.Length < 200).Select(CellText.Clean).Where(t => t.Length > 0 && !PortReader.IsDash(t)).ToList();
            if (cells.Count == 0 || cells.Count * 2 < rows.Count || RoleOf(cells, columns) is not { } role)
                continue;

            columns[i] = columns[i] with { Role = role, Flow = role == ColumnRole.Port ? ColumnVocabulary.FlowOf(columns[i].Title) : Flow.NotStated };
            issues.Add(new DocumentIssue(
                DocumentIssueCode.ColumnByContent,
                role == ColumnRole.Classification ? DocumentIssueSeverity.Info : DocumentIssueSeverity.Warning,
                null,
                [header.Lines[^1]],
                $"the title '{columns[i].Title}' does not say so, and its cells are {Name(role)}: read as such; name the column if that is wrong (--columns '{columns[i].Title}=…')"));
        }

        return columns.SequenceEqual(header.Columns) ? table : table with { Header = header with { Columns = columns } };
    }

    private static ColumnRole? RoleOf(List<string> cells, List<Column> columns)
    {
        bool Mostly(Func<string, bool> test) => cells.Count(test) >= Most * cells.Count;
        if (!Has(ColumnRole.Classification) && Mostly(c => c.Length < 30 && (ClassificationCell.IsKnown(c) || ClassificationCell.FlowOf(c) != Flow.NotStated)))
            return ColumnRole.Classification;
        if (!Has(ColumnRole.Port) && !Has(ColumnRole.ProtocolPort) && Mostly(c => ProtocolPortText.IsCombined(c) || ProtocolReader.IsProtocol(c)) && cells.Any(ProtocolPortText.IsCombined))
            return ColumnRole.ProtocolPort;
        if (!Has(ColumnRole.Protocol) && !Has(ColumnRole.ProtocolPort) && Mostly(ProtocolReader.IsProtocol))
            return ColumnRole.Protocol;
        return !Has(ColumnRole.Port) && !Has(ColumnRole.ProtocolPort) && (Has(ColumnRole.Protocol) || Has(ColumnRole.Source)) && Mostly(PortReader.IsPlain) && !IsSequence(cells) ? ColumnRole.Port : null;

        bool Has(ColumnRole role) => columns.Exists(c => c.Role == role);
    }

    /// <summary>1, 2, 3 … numbers rows.</summary>
    private static bool IsSequence(List<string> cells) => cells.Select((c, i) => c == $"{i + 1}").Count(same => same) * 2 > cells.Count;

    private static string Name(ColumnRole role) => role switch { ColumnRole.Classification => "directions", ColumnRole.Protocol => "protocols", ColumnRole.ProtocolPort => "protocols with ports", _ => "ports" };
}
