using System.Text;
using Plumbline.Import.Decoding;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Forms;

/// <summary>
/// Tables drawn with <c>+---+</c> (reStructuredText and pandoc grids, psql and MySQL output): a row goes from rule to rule and may have several lines. A cell may span columns, and rows where
/// a rule stops at it.
/// </summary>
internal sealed class RuledGrid : IForm
{
    private const int MaximumLines = 200_000;

    public FoundForm? At(SourceText text, int line)
    {
        if (!IsRule(text[line]))
            return null;

        var last = line;
        while (last < text.Count && last - line < MaximumLines && !text.IsOutside(last + 1) && IsPart(text[last + 1]))
            last++;
        if (last - line < 2)
            return null;

        var lines = Enumerable.Range(line, last - line + 1).Select(n => text[n].Trim()).ToList();
        // rules without rows are passed over as a whole: they would be looked through once for each of them
        return new FoundForm(Read(lines, line) is { } grid ? [grid] : [], last + 1);
    }

    /// <param name="lines">Rules begin with a plus, rows with a pipe.</param>
    public static Grid? Read(IReadOnlyList<string> lines, int firstLine, TableLayout layout = TableLayout.ReStructuredText)
    {
        // each rule says where columns end; together they give all columns
        var edges = lines.Where(IsRule).SelectMany(r => Enumerable.Range(0, r.Length).Where(i => r[i] == '+')).Distinct().Order().ToList();
        if (edges.Count < 2)
            return null;

        var rulesBetweenRows = lines.Count(l => IsRule(l) || IsPartialRule(l)) > 3;
        // where cells do not stand under their rules, the pipes alone say where they end
        var misaligned = lines.Where(l => !l.StartsWith('+')).Any(l => l.Count(c => c == '|') == edges.Count && edges.Exists(e => e >= l.Length || l[e] != '|'));
        var rows = new List<GridRow>();
        var header = 0;
        var open = new Cell[edges.Count - 1];
        for (var i = 0; i < open.Length; i++)
            open[i] = new Cell();
        var first = -1;
        var (ownLines, sawRuleAfterHeader) = (false, false);
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].StartsWith('+') || IsPartialRule(lines[i]))
            {
                Flush(i);
                if (lines[i].Contains('=', StringComparison.Ordinal) && rows.Count > 0 && header == 0)
                    header = rows.Count;
                sawRuleAfterHeader |= rows.Count > 0;
                // psql and MySQL draw no rule between rows: there a line is a row
                ownLines = sawRuleAfterHeader && !rulesBetweenRows;
                continue;
            }

            if (ownLines)
                Flush(i);
            if (first < 0)
                first = i;
            if (misaligned)
                TakeSplit(lines[i], open);
            else
                Take(lines[i], edges, open);
        }

        Flush(lines.Count);
        return rows.Count == 0 ? null : new Grid(layout, rows, header);

        void Flush(int at)
        {
            if (first < 0)
                return;
            // at the end of the lines nothing goes on; the cell under which the rule is not drawn goes on in the next row: it stands in both
            var rule = at < lines.Count && (lines[at].StartsWith('+') || IsPartialRule(lines[at])) ? lines[at] : "";
            rows.Add(new GridRow(firstLine + first, firstLine + at - 1, [.. open.Select(c => c.Text.ToString().Trim())]));
            for (var c = 0; c < open.Length; c++)
            {
                var goesOn = rule.Length > 0 && edges[c] + 1 < rule.Length && rule[edges[c] + 1] is not ('-' or '=' or ':' or '+');
                if (!goesOn)
                    open[c] = new Cell();
            }

            first = -1;
        }
    }

    private static void TakeSplit(string line, Cell[] open)
    {
        var parts = line.Trim('|').Split('|', StringSplitOptions.TrimEntries);
        for (var i = 0; i < Math.Min(parts.Length, open.Length); i++)
        {
            if (parts[i].Length > 0)
                open[i].Text.Append(open[i].Text.Length > 0 ? " " : "").Append(parts[i]);
        }
    }

    private static void Take(string line, List<int> edges, Cell[] open)
    {
        for (var c = 0; c < open.Length; c++)
        {
            var start = edges[c] + 1;
            // no pipe at its left edge: the cell to the left spans this column
            if (c > 0 && edges[c] < line.Length && line[edges[c]] is not ('|' or '+'))
                continue;
            var end = c + 1;
            while (end < edges.Count - 1 && edges[end] < line.Length && line[edges[end]] is not ('|' or '+'))
                end++;
            if (start >= line.Length)
                continue;
            var part = line[start..Math.Min(edges[end], line.Length)].Trim().TrimEnd('|').Trim();
            if (part.Length > 0)
                open[c].Text.Append(open[c].Text.Length > 0 ? " " : "").Append(part);
        }
    }

    private static bool IsRule(string line)
    {
        var trimmed = line.AsSpan().Trim();
        return trimmed.Length >= 5 && trimmed[0] == '+' && trimmed[^1] == '+' && trimmed.IndexOfAnyExcept("+-=:") < 0 && trimmed.IndexOfAny("-=") >= 0;
    }

    /// <summary>A rule under some of the columns: the cells of the others go on below it.</summary>
    private static bool IsPartialRule(string line) => line.StartsWith('|') && line.Contains("+--", StringComparison.Ordinal) && line.AsSpan().IndexOfAny("-=") >= 0 && line.TrimEnd('+', '-', '|', ' ', '=').Length < line.IndexOf('+', StringComparison.Ordinal);

    private static bool IsPart(string line)
    {
        var trimmed = line.AsSpan().Trim();
        return trimmed.Length >= 2 && ((trimmed[0] is '+' or '|') && trimmed[^1] is '+' or '|');
    }

    private sealed class Cell
    {
        public StringBuilder Text { get; } = new();
    }
}
