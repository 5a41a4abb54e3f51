using Plumbline.Import.Cells;
using Plumbline.Import.Decoding;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Forms;

/// <summary>reStructuredText's <c>list-table</c> and <c>csv-table</c>, as directives and as MyST fences.</summary>
internal sealed class DirectiveTables : IForm
{
    public FoundForm? At(SourceText text, int line)
    {
        var content = text[line].TrimStart();
        var indent = text[line].Length - content.Length;
        string name;
        if (content.StartsWith(".. ", StringComparison.Ordinal))
            name = content[3..];
        else
            return null;
        var isList = name.StartsWith("list-table::", StringComparison.OrdinalIgnoreCase);
        if (!isList && !name.StartsWith("csv-table::", StringComparison.OrdinalIgnoreCase))
            return null;

        var last = line;
        for (var n = line + 1; n <= text.Count; n++)
        {
            if (text.IsBlank(n))
                continue;
            if (IndentOf(text[n]) <= indent)
                break;
            last = n;
        }

        return Read(text, line, last, isList, name[(name.IndexOf("::", StringComparison.Ordinal) + 2)..].Trim()) is { } grid ? new FoundForm([grid], last + 1) : new FoundForm([], last + 1);
    }

    /// <param name="line">The directive's line; its options and content follow.</param>
    public static Grid? Read(SourceText text, int line, int last, bool isList, string caption)
    {
        var options = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var body = line + 1;
        string? open = null;
        for (; body <= last; body++)
        {
            var content = text[body].Trim();
            if (content.Length == 0)
            {
                if (options.Count > 0 || open is not null)
                    break;
                continue;
            }

            if (content.StartsWith(':') && content.IndexOf(':', 1) is var end and > 1)
            {
                open = content[1..end];
                options[open] = content[(end + 1)..].Trim();
            }
            else if (open is not null && !content.StartsWith('*') && !content.StartsWith('-'))
            {
                options[open] += " " + content;
            }
            else
            {
                break;
            }
        }

        var header = options.TryGetValue("header-rows", out var count) && int.TryParse(count, out var rows) ? Math.Clamp(rows, 0, 5) : 0;
        var grid = isList ? List(text, body, last) : Csv(text, body, last, options);
        if (grid is null)
            return null;
        return grid with { HeaderRows = Math.Max(header, options.ContainsKey("header") ? 1 : 0), Caption = caption.Length > 0 ? CellText.Clean(caption) : null };
    }

    /// <summary>"* - cell" begins a row, "- cell" at the same place another cell of it.</summary>
    private static Grid? List(SourceText text, int first, int last)
    {
        var rows = new List<GridRow>();
        var (rowIndent, cellIndent) = (-1, -1);
        for (var n = first; n <= last; n++)
        {
            if (text.IsBlank(n))
                continue;
            var content = text[n];
            var indent = IndentOf(content);
            var trimmed = content.TrimStart();
            if (trimmed.StartsWith("* -", StringComparison.Ordinal) && (rowIndent < 0 || indent == rowIndent))
            {
                rowIndent = indent;
                cellIndent = indent + 2;
                rows.Add(new GridRow(n, n, [trimmed[3..].Trim()]));
            }
            else if (rows.Count > 0 && indent == cellIndent && (trimmed == "-" || trimmed.StartsWith("- ", StringComparison.Ordinal)))
            {
                rows[^1] = rows[^1] with { Cells = [.. rows[^1].Cells, trimmed[1..].Trim()], LastLine = n };
            }
            else if (rows.Count > 0)
            {
                // more of the cell: a line block, a list inside it, or a paragraph that goes on
                var isItem = trimmed.StartsWith("- ", StringComparison.Ordinal) || trimmed.StartsWith("* ", StringComparison.Ordinal) || trimmed.StartsWith("| ", StringComparison.Ordinal);
                var cells = rows[^1].Cells.ToList();
                var part = isItem ? trimmed[2..] : trimmed;
                cells[^1] = cells[^1].Length == 0 ? part.TrimStart('|', ' ') : cells[^1].TrimStart('|', ' ') + (isItem ? CellText.LineBreak : " ") + part;
                rows[^1] = rows[^1] with { Cells = cells, LastLine = n };
            }
        }

        return rows.Count == 0 ? null : new Grid(TableLayout.ReStructuredText, rows);
    }

    private static Grid? Csv(SourceText text, int first, int last, Dictionary<string, string> options)
    {
        var delimiter = options.GetValueOrDefault("delim") switch { "tab" => '\t', "space" => ' ', [var one, ..] => one, _ => ',' };
        var rows = new List<GridRow>();
        if (options.TryGetValue("header", out var header))
            rows.Add(new GridRow(Math.Max(1, first - 1), Math.Max(1, first - 1), CsvRecords.Read(header, delimiter, quotes: true)[0].Fields));
        var body = string.Join('\n', Enumerable.Range(first, Math.Max(0, last - first + 1)).Select(n => text[n].Trim()));
        rows.AddRange(CsvRecords.Read(body, delimiter, quotes: true).Where(r => r.Fields.Any(f => f.Length > 0)).Select(r => new GridRow(first - 1 + r.FirstLine, first - 1 + r.LastLine, r.Fields)));
        return rows.Count == 0 ? null : new Grid(TableLayout.ReStructuredText, rows);
    }

    private static int IndentOf(string line) => line.Length - line.TrimStart().Length;
}
