using Plumbline.Import.Tables;
using YamlDotNet.RepresentationModel;

namespace Plumbline.Import.Forms;

/// <summary>Lists of records in YAML or JSON, wherever in the file: the fields are the columns.</summary>
internal static class Records
{
    private static readonly string[] NameFields = ["name", "host", "hostname", "service", "component", "app", "application", "id", "ip", "address", "cidr"];

    public static IReadOnlyList<Grid> Find(YamlNode root)
    {
        var grids = new List<Grid>();
        var open = new Stack<(YamlNode Node, string? Name)>();
        open.Push((root, null));
        while (open.TryPop(out var next))
        {
            switch (next.Node)
            {
                case YamlSequenceNode sequence when sequence.Children.Count > 0 && sequence.Children.All(c => c is YamlMappingNode) && IsOfRecords(sequence.Children):
                    grids.Add(Of([.. sequence.Children.Cast<YamlMappingNode>().Select(m => (m, (string?)null))], next.Name));
                    break;
                case YamlSequenceNode sequence:
                    foreach (var child in sequence.Children)
                        open.Push((child, next.Name));
                    break;
                case YamlMappingNode mapping when mapping.Children.Count > 0 && mapping.Children.All(c => c.Value is YamlMappingNode) && IsOfRecords(mapping.Children.Select(c => c.Value)):
                    grids.Add(Of([.. mapping.Children.Select(c => ((YamlMappingNode)c.Value, (c.Key as YamlScalarNode)?.Value))], next.Name));
                    break;
                case YamlMappingNode mapping when next.Node == root && IsOfRecords([mapping]):
                    grids.Add(Of([(mapping, null)], null));
                    break;
                case YamlMappingNode mapping:
                    foreach (var (key, value) in mapping.Children)
                        open.Push((value, (key as YamlScalarNode)?.Value));
                    break;
            }
        }

        return [.. grids.OrderBy(g => g.FirstLine)];
    }

    /// <summary>At least two of the fields of the first records are fields of a connection.</summary>
    private static bool IsOfRecords(IEnumerable<YamlNode> nodes) =>
        nodes.Take(20).Any(n => YamlValues.Fields(n).Select(f => ColumnVocabulary.RoleOf(Words(f.Key))).Where(r => r is not (ColumnRole.Other or ColumnRole.Hardware or ColumnRole.Description or ColumnRole.Status)).Distinct().Count() >= 2);

    private static Grid Of(IReadOnlyList<(YamlMappingNode Record, string? Name)> records, string? caption)
    {
        var fields = records.SelectMany(r => YamlValues.Fields(r.Record).Select(f => f.Key)).Distinct(StringComparer.Ordinal).ToList();
        var named = records.Any(r => r.Name is not null);
        var first = YamlValues.FirstLine(records[0].Record);
        var rows = new List<GridRow> { new(first, first, [.. fields.Select(Words), .. named ? ["Key"] : Array.Empty<string>()]) };
        foreach (var (record, name) in records)
        {
            var cells = fields.Select(f => CellOf(YamlValues.Get(record, f))).ToList();
            if (named)
                cells.Add(name ?? "");
            rows.Add(new GridRow(YamlValues.FirstLine(record), YamlValues.LastLine(record), cells));
        }

        return new Grid(TableLayout.Records, rows, 1, caption);
    }

    /// <summary>"destinationPort", "dest_port" as a title.</summary>
    private static string Words(string field)
    {
        var words = new System.Text.StringBuilder();
        for (var i = 0; i < field.Length; i++)
        {
            if (i > 0 && char.IsUpper(field[i]) && char.IsLower(field[i - 1]))
                words.Append(' ');
            words.Append(field[i] is '_' or '-' or '.' ? ' ' : field[i]);
        }

        return words.ToString();
    }

    private static string CellOf(YamlNode? node)
    {
        switch (node)
        {
            case YamlScalarNode { Value: var value }:
                return value is null or "null" or "~" ? "" : value;
            case YamlSequenceNode sequence:
                return string.Join(", ", sequence.Children.Select(CellOf).Where(c => c.Length > 0));
            case YamlMappingNode mapping:
                if (YamlValues.Text(mapping, "port") is { } port)
                    return YamlValues.Text(mapping, "protocol") is { } protocol ? $"{port}/{protocol}" : port;
                if (YamlValues.Text(mapping, "from") is { } from && YamlValues.Text(mapping, "to") is { } to)
                    return $"{from}-{to}";
                foreach (var name in NameFields)
                {
                    if (YamlValues.Text(mapping, name) is { } text)
                        return text;
                }

                return string.Join(" ", YamlValues.Fields(mapping).Select(f => $"{f.Key}={(f.Value as YamlScalarNode)?.Value}"));
            default:
                return "";
        }
    }
}
