using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Decoding;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Forms;

/// <summary>MediaWiki tables: <c>{| … |}</c>, a cell a line or several with <c>||</c>, rows and columns that cells span.</summary>
internal sealed partial class MediaWiki : IForm
{
    public FoundForm? At(SourceText text, int line)
    {
        if (!text[line].AsSpan().TrimStart(": ").StartsWith("{|"))
            return null;

        var reading = new Reading();
        var (depth, n) = (0, line + 1);
        for (; n <= text.Count; n++)
        {
            if (text.IsOutside(n))
                continue;
            var content = text[n].TrimStart(' ', ':');
            if (content.StartsWith("{|", StringComparison.Ordinal))
                depth++;
            if (content.StartsWith("|}", StringComparison.Ordinal) && depth-- == 0)
                break;
            if (depth == 0)
                reading.Take(n, content);
        }

        reading.EndRow(n);
        return new FoundForm(reading.Rows.Count == 0 ? [] : [new Grid(TableLayout.MediaWiki, reading.Rows, reading.HeaderRows, reading.Caption)], n + 1);
    }

    private sealed class Reading
    {
        private readonly SpanningCells _cells = new();
        private readonly List<(string Text, int Columns, int Rows)> _row = [];
        private int _first;
        private int _last;
        private bool _onlyHeaders = true;

        public List<GridRow> Rows { get; } = [];

        public int HeaderRows { get; private set; }

        public string? Caption { get; private set; }

        public void Take(int line, string content)
        {
            if (content.StartsWith("|-", StringComparison.Ordinal))
            {
                EndRow(line);
            }
            else if (content.StartsWith("|+", StringComparison.Ordinal))
            {
                Caption = Clean(content[2..]);
            }
            else if (content.StartsWith('|') || content.StartsWith('!'))
            {
                var header = content[0] == '!';
                _onlyHeaders &= header;
                if (_row.Count == 0)
                    _first = line;
                _last = line;
                foreach (var cell in Cells(content[1..], header))
                    _row.Add(cell);
            }
            else if (_row.Count > 0 && content.Trim().Length > 0)
            {
                // a cell may go on over lines, lists among them
                var bullet = content.StartsWith('*') || content.StartsWith('#');
                _row[^1] = _row[^1] with { Text = _row[^1].Text + (bullet ? "; " : CellText.LineBreak) + Clean(content.TrimStart('*', '#', ' ')) };
                _last = line;
            }
        }

        public void EndRow(int line)
        {
            if (_row.Count == 0)
                return;
            if (_onlyHeaders && HeaderRows == Rows.Count)
                HeaderRows++;
            var section = _row.Count == 1 && _row[0].Columns > 1;
            Rows.Add(new GridRow(_first, Math.Max(_first, Math.Min(_last, line)), _cells.Lay(_row), IsSection: section));
            _row.Clear();
            _onlyHeaders = true;
        }

        private static IEnumerable<(string, int, int)> Cells(string line, bool header)
        {
            foreach (var part in Separators(header).Split(line))
            {
                var (columns, rows, text) = (1, 1, part);
                if (Attributes().Match(part) is { Success: true } attributes)
                {
                    text = part[attributes.Length..];
                    columns = Span(attributes.Value, "colspan");
                    rows = Span(attributes.Value, "rowspan");
                }

                yield return (Clean(text), columns, rows);
            }
        }

        private static Regex Separators(bool header) => header ? HeaderSeparator() : CellSeparator();

        private static int Span(string attributes, string name) =>
            Regex.Match(attributes, name + @"\s*=\s*""?'?(\d{1,3})", RegexOptions.IgnoreCase) is { Success: true } match ? Math.Clamp(int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), 1, 200) : 1;
    }

    private static string Clean(string text)
    {
        text = References().Replace(text, "");
        text = Links().Replace(text, "$1");
        text = ExternalLinks().Replace(text, "$1");
        text = Templates().Replace(text, match => match.Groups[1].Value);
        return text.Replace("'''", "", StringComparison.Ordinal).Replace("''", "", StringComparison.Ordinal).Trim();
    }

    [GeneratedRegex(@"\|\|")]
    private static partial Regex CellSeparator();

    [GeneratedRegex(@"!!|\|\|")]
    private static partial Regex HeaderSeparator();

    [GeneratedRegex(@"^\s*(?:[a-zA-Z-]+\s*=\s*(?:""[^""|]*""|'[^'|]*'|[^\s|]+)\s*)+\|(?!\|)")]
    private static partial Regex Attributes();

    [GeneratedRegex(@"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")]
    private static partial Regex Links();

    [GeneratedRegex(@"\[https?://[^\s\[\]]+\s+([^\[\]]+)\]")]
    private static partial Regex ExternalLinks();

    [GeneratedRegex(@"\{\{[^{}|]*\|?([^{}|]*)[^{}]*\}\}")]
    private static partial Regex Templates();

    [GeneratedRegex(@"<ref\b[^<>]*/>|<ref\b[^<>]*>[^<]*</ref>", RegexOptions.IgnoreCase)]
    private static partial Regex References();
}
