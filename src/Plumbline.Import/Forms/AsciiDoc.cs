using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Decoding;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Forms;

/// <summary>AsciiDoc tables: a row a line, a cell a line, spans (<c>2+|</c>, <c>.2+|</c>), repeats (<c>3*|</c>), header options, and the CSV and DSV formats.</summary>
internal sealed partial class AsciiDoc : IForm
{
    private const int MaximumRepeat = 200;

    public FoundForm? At(SourceText text, int line)
    {
        if (Delimiter().Match(text[line]) is not { Success: true } delimiter)
            return null;

        var end = line + 1;
        while (end <= text.Count && text[end].TrimEnd() != text[line].TrimEnd())
            end++;
        var attributes = AttributesAbove(text, line, out var caption);
        var format = Value(attributes, "format")?.ToLowerInvariant() ?? (delimiter.Value[0] switch { ',' => "csv", ':' => "dsv", _ => "psv" });
        var grid = format is "csv" or "tsv" or "dsv" ? Delimited(text, line + 1, end - 1, format, attributes) : Cells(text, line + 1, end - 1, attributes, delimiter.Value[0] == '!' ? '!' : Value(attributes, "separator") is [var own] ? own : '|');
        return grid is null ? new FoundForm([], end + 1) : new FoundForm([grid with { Caption = caption }], end + 1);
    }

    private static Grid? Cells(SourceText text, int first, int last, string attributes, char separator)
    {
        // the cells in their order, and the line and place where each begins
        var cells = new List<Cell>();
        var firstLineCells = 0;
        var firstRowClosed = false;
        var blankAfterFirst = false;
        for (var n = first; n <= last && n <= text.Count; n++)
        {
            if (text.IsBlank(n))
            {
                blankAfterFirst |= cells.Count > 0 && !firstRowClosed;
                firstRowClosed |= cells.Count > 0;
                continue;
            }

            if (text[n].TrimStart().StartsWith("//", StringComparison.Ordinal) && !text[n].Contains(separator, StringComparison.Ordinal))
                continue;
            var before = cells.Count;
            Take(text[n], n, separator, cells);
            if (!firstRowClosed && before == 0)
                firstLineCells = cells.Count;
            else if (cells.Count > before)
                firstRowClosed = true;
        }

        if (cells.Count == 0)
            return null;

        var width = ColumnsIn(attributes);
        if (width == 0)
        {
            // cells of the first line; with a cell a line, those up to the first blank one
            width = firstLineCells > 1 ? cells.Where(c => c.Line == cells[0].Line).Sum(c => c.Columns * c.Repeat) : CellsBeforeBlank(text, first, last, cells);
        }

        var rows = Lay(cells, Math.Max(1, width));
        var option = HeaderOption().IsMatch(attributes);
        var noHeader = attributes.Contains("noheader", StringComparison.OrdinalIgnoreCase);
        return new Grid(TableLayout.AsciiDoc, rows, option || (blankAfterFirst && !noHeader) ? 1 : 0);
    }

    private static int CellsBeforeBlank(SourceText text, int first, int last, List<Cell> cells)
    {
        var start = cells[0].Line;
        var blank = Enumerable.Range(start, Math.Max(0, last - start + 1)).FirstOrDefault(n => n <= text.Count && text.IsBlank(n), last + 1);
        return cells.Where(c => c.Line < blank && c.Line >= first).Sum(c => c.Columns * c.Repeat);
    }

    private static List<GridRow> Lay(List<Cell> cells, int width)
    {
        var rows = new List<GridRow>();
        var above = new int[width];
        var texts = new string[width];
        var row = new List<string>();
        var (start, end) = (0, 0);
        foreach (var cell in cells)
        {
            for (var r = 0; r < cell.Repeat; r++)
            {
                while (row.Count < width && above[row.Count] > 0)
                    FromAbove();
                if (row.Count >= width)
                    Close();
                while (row.Count < width && above[row.Count] > 0)
                    FromAbove();
                if (row.All(string.IsNullOrEmpty) || start == 0)
                    start = start == 0 || row.Count == 0 ? cell.Line : start;
                end = cell.LastLine;
                for (var i = 0; i < cell.Columns && row.Count < width; i++)
                {
                    above[row.Count] = cell.Rows - 1;
                    texts[row.Count] = i == 0 ? cell.Clean : "";
                    row.Add(i == 0 ? cell.Clean : "");
                }
            }
        }

        while (row.Count < width && row.Count > 0 && above[row.Count] > 0)
            FromAbove();
        if (row.Count > 0)
            Close();
        return rows;

        void FromAbove()
        {
            above[row.Count]--;
            row.Add(texts[row.Count]);
        }

        void Close()
        {
            rows.Add(new GridRow(start, end, [.. row]));
            row.Clear();
            start = 0;
        }
    }

    private static void Take(string line, int number, char separator, List<Cell> cells)
    {
        var at = 0;
        var open = -1;
        Cell? current = null;
        while (at <= line.Length)
        {
            var next = NextSeparator(line, at, separator);
            if (open < 0)
            {
                // what stands before the first separator goes on with the cell above, as far as it is no specification of the next one
                var head = next < 0 ? line : line[..next];
                var spec = next < 0 ? null : Specification().Match(head);
                var rest = spec is { Success: true } ? head[..spec.Index] : head;
                if (cells.Count > 0 && rest.Trim().Length > 0)
                    cells[^1].Append(rest, number);
                if (next < 0)
                    return;
                current = Cell.Of(spec is { Success: true } ? spec.Value : "", number);
                open = next + 1;
                at = next + 1;
                continue;
            }

            var end = next < 0 ? line.Length : next;
            var body = line[open..end];
            var following = "";
            if (next >= 0 && Specification().Match(body) is { Success: true } trailing && trailing.Length > 0)
            {
                following = trailing.Value;
                body = body[..trailing.Index];
            }

            current!.Append(body, number);
            cells.Add(current);
            if (next < 0)
                return;
            current = Cell.Of(following, number);
            open = next + 1;
            at = next + 1;
        }
    }

    private static int NextSeparator(string line, int from, char separator)
    {
        for (var i = from; i < line.Length; i++)
        {
            if (line[i] == separator && (i == 0 || line[i - 1] != '\\'))
                return i;
        }

        return -1;
    }

    private static Grid? Delimited(SourceText text, int first, int last, string format, string attributes)
    {
        var delimiter = Value(attributes, "separator") is [var own] ? own : format switch { "tsv" => '\t', "dsv" => ':', _ => ',' };
        var body = string.Join('\n', Enumerable.Range(first, Math.Max(0, Math.Min(last, text.Count) - first + 1)).Select(n => text[n]));
        var rows = CsvRecords.Read(body, delimiter, quotes: true).Select(r => new GridRow(first - 1 + r.FirstLine, first - 1 + r.LastLine, r.Fields)).ToList();
        return rows.Count == 0 ? null : new Grid(TableLayout.AsciiDoc, rows, 1);
    }

    /// <summary>The bracketed lines above the table, and its title (".Ports of the shop").</summary>
    private static string AttributesAbove(SourceText text, int line, out string? caption)
    {
        var attributes = new StringBuilder();
        caption = null;
        for (var n = line - 1; n >= 1 && n >= line - 4 && !text.IsBlank(n); n--)
        {
            var content = text[n].Trim();
            if (content.StartsWith('[') && content.EndsWith(']'))
                attributes.Append(content).Append(' ');
            else if (content.Length > 1 && content[0] == '.' && content[1] is not ('.' or ' '))
                caption = CellText.Clean(content[1..]);
            else
                break;
        }

        return attributes.ToString();
    }

    private static string? Value(string attributes, string name) => Regex.Match(attributes, @"\b" + name + @"\s*=\s*""?'?([^""',\]]+|,)", RegexOptions.IgnoreCase) is { Success: true } match ? match.Groups[1].Value.Trim() : null;

    private static int ColumnsIn(string attributes)
    {
        var match = ColumnsAttribute().Match(attributes);
        if (!match.Success)
            return 0;
        var value = match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value;
        if (int.TryParse(value.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var plain) && plain is > 1 and < 100 && !value.Contains(',', StringComparison.Ordinal))
            return plain;
        return value.Split([',', ';']).Sum(c => Regex.Match(c, @"^\s*(\d{1,3})\*") is { Success: true } repeated ? Math.Min(int.Parse(repeated.Groups[1].Value, CultureInfo.InvariantCulture), MaximumRepeat) : 1);
    }

    private sealed class Cell
    {
        private readonly StringBuilder _text = new();

        public int Line { get; private init; }

        public int LastLine { get; private set; }

        public int Columns { get; private init; } = 1;

        public int Rows { get; private init; } = 1;

        public int Repeat { get; private init; } = 1;

        public string Clean => Struck().Replace(Code().Replace(_text.ToString().Replace("\\|", "|", StringComparison.Ordinal).Replace(" +" + CellText.LineBreak, CellText.LineBreak, StringComparison.Ordinal), "$1"), "~~$1~~").Trim();

        public static Cell Of(string specification, int line)
        {
            var match = Specification().Match(specification);
            return new Cell
            {
                Line = line,
                LastLine = line,
                Columns = Number(match.Groups["columns"]),
                Rows = Number(match.Groups["rows"]),
                Repeat = Number(match.Groups["repeat"]),
            };
        }

        public void Append(string text, int line)
        {
            var part = text.Trim();
            if (part.Length == 0)
                return;
            if (_text.Length > 0)
                _text.Append(part.StartsWith("* ", StringComparison.Ordinal) || part.StartsWith("- ", StringComparison.Ordinal) ? CellText.LineBreak : _text.ToString().EndsWith(" +", StringComparison.Ordinal) ? CellText.LineBreak : " ");
            _text.Append(part.StartsWith("* ", StringComparison.Ordinal) || part.StartsWith("- ", StringComparison.Ordinal) ? part[2..] : part);
            LastLine = line;
        }

        private static int Number(Group group) => group.Success && int.TryParse(group.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Clamp(number, 1, MaximumRepeat) : 1;
    }

    [GeneratedRegex(@"^[|,:!]={3,}\s*$")]
    private static partial Regex Delimiter();

    // the specification of a cell stands right before its separator: '2+', '.3+^.>s', '3*', 'h', 'a'
    [GeneratedRegex(@"(?<=^|\s)(?:(?<columns>\d+)?(?:\.(?<rows>\d+))?\+|(?<repeat>\d+)\*)?(?:[<^>])?(?:\.[<^>])?[aehlmdsv]?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Specification();

    [GeneratedRegex(@"cols\s*=\s*(?:""([^""]*)""|(\d+(?:\*)?))", RegexOptions.IgnoreCase)]
    private static partial Regex ColumnsAttribute();

    [GeneratedRegex(@"%[^\],]*header|options\s*=\s*""?[^""\]]*header|opts\s*=\s*""?[^""\]]*header|\[\s*header\b", RegexOptions.IgnoreCase)]
    private static partial Regex HeaderOption();

    [GeneratedRegex(@"(?<![\w+])\+([^\s+](?:[^+]*[^\s+])?)\+(?![\w+])")]
    private static partial Regex Code();

    [GeneratedRegex(@"\[\.?line-through\]#([^#]+)#")]
    private static partial Regex Struck();
}
