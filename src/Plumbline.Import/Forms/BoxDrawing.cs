using System.Text;
using Plumbline.Import.Decoding;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Forms;

/// <summary>Tables drawn with box characters, as terminals and tree views print them.</summary>
internal sealed class BoxDrawing : IForm
{
    private static readonly System.Buffers.SearchValues<char> Crossings = System.Buffers.SearchValues.Create("┼╬╪╫╋┿╂├╠╞╟┣┠┝");

    private static readonly System.Buffers.SearchValues<char> RuleCharacters = System.Buffers.SearchValues.Create(Rules + Bars + "-+ ");

    private static readonly System.Buffers.SearchValues<char> HorizontalMarks = System.Buffers.SearchValues.Create("─━═┄┈-");

    private const string Bars = "│┃║┆┊";
    private const string Rules = "─━═┄┈┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬╒╕╘╛╞╡╤╧╪╓╖╙╜╟╢╥╨╫┏┓┗┛┣┫┳┻╋╭╮╰╯┠┨┯┷┿┝┥┰┸╂";

    public FoundForm? At(SourceText text, int line)
    {
        if (!IsPart(text[line]))
            return null;

        var last = line;
        while (last < text.Count && !text.IsOutside(last + 1) && IsPart(text[last + 1]))
            last++;
        var lines = Enumerable.Range(line, last - line + 1).ToList();
        if (lines.Count(n => !IsRule(text[n])) < 2)
            return null;

        var ruled = lines.Count(n => IsRule(text[n]) && text[n].AsSpan().IndexOfAny(Crossings) >= 0) > 1;
        var rows = new List<GridRow>();
        List<StringBuilder>? open = null;
        int first = 0, header = 0;
        foreach (var n in lines)
        {
            if (IsRule(text[n]))
            {
                Flush(n - 1);
                if (header == 0 && rows.Count > 0)
                    header = rows.Count;
                continue;
            }

            var cells = Cells(text[n]);
            if (open is not null && (!ruled || cells.Count != open.Count))
                Flush(n - 1);
            if (open is null)
            {
                (open, first) = ([.. cells.Select(c => new StringBuilder(c))], n);
                continue;
            }

            for (var i = 0; i < cells.Count; i++)
            {
                if (cells[i].Length > 0)
                    open[i].Append(open[i].Length > 0 ? " " : "").Append(cells[i]);
            }
        }

        Flush(last);
        return rows.Count < 2 ? null : new FoundForm([new Grid(TableLayout.Box, rows, header)], last + 1);

        void Flush(int end)
        {
            if (open is not null)
                rows.Add(new GridRow(first, end, [.. open.Select(c => c.ToString())]));
            open = null;
        }
    }

    private static List<string> Cells(string line)
    {
        var parts = line.Trim().Split([.. Bars, '|'], StringSplitOptions.TrimEntries).ToList();
        if (parts.Count > 0 && parts[0].Length == 0)
            parts.RemoveAt(0);
        if (parts.Count > 0 && parts[^1].Length == 0)
            parts.RemoveAt(parts.Count - 1);
        return parts;
    }

    private static bool IsRule(string line)
    {
        var trimmed = line.AsSpan().Trim();
        return trimmed.Length >= 3 && trimmed.IndexOfAnyExcept(RuleCharacters) < 0 && trimmed.IndexOfAny(HorizontalMarks) >= 0;
    }

    private static bool IsPart(string line) => IsRule(line) || line.Any(c => Bars.Contains(c, StringComparison.Ordinal));
}
