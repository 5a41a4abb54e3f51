using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Decoding;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Forms;

/// <summary>Jira and Confluence markup: <c>||titles||</c>, then <c>|cells|</c>; a row ends where the next begins with a pipe.</summary>
internal sealed partial class JiraMarkup : IForm
{
    public FoundForm? At(SourceText text, int line)
    {
        if (!text[line].AsSpan().TrimStart().StartsWith("||") || text[line].AsSpan().Trim().Length < 5)
            return null;

        var rows = new List<GridRow>();
        var n = line;
        for (; n <= text.Count && !text.IsOutside(n) && !text.IsBlank(n); n++)
        {
            var content = text[n].Trim();
            if (content.StartsWith('|'))
            {
                if (n > line && content.StartsWith("||", StringComparison.Ordinal) && !Header().IsMatch(content))
                    break;
                rows.Add(new GridRow(n, n, Cells(content)));
            }
            else if (rows.Count > 1)
            {
                var cells = rows[^1].Cells.ToList();
                var rest = Cells("|" + content);
                if (cells.Count == 0 || rest.Count == 0)
                    break;
                cells[^1] = cells[^1] + CellText.LineBreak + rest[0];
                cells.AddRange(rest.Skip(1));
                rows[^1] = rows[^1] with { Cells = cells, LastLine = n };
            }
            else
            {
                break;
            }
        }

        return rows.Count == 0 || rows[0].Cells.Count < 2 ? null : new FoundForm([new Grid(TableLayout.Jira, rows, 1)], n);
    }

    private static List<string> Cells(string line)
    {
        var text = Links().Replace(line, "$1");
        text = Macros().Replace(text, "");
        var parts = text.Replace("||", "|", StringComparison.Ordinal).Split('|').Select(Clean).ToList();
        if (parts.Count > 0 && parts[0].Length == 0)
            parts.RemoveAt(0);
        if (parts.Count > 0 && parts[^1].Length == 0)
            parts.RemoveAt(parts.Count - 1);
        return parts;
    }

    private static string Clean(string cell)
    {
        var text = cell.Replace("\\\\", CellText.LineBreak, StringComparison.Ordinal).Trim();
        text = Struck().Replace(text, "~~$1~~");
        return Code().Replace(text, "$1").Trim();
    }

    [GeneratedRegex(@"^\|\|.*\|\|$")]
    private static partial Regex Header();

    [GeneratedRegex(@"\[([^\[\]|]+)\|[^\[\]]+\]")]
    private static partial Regex Links();

    [GeneratedRegex(@"\{(?:color|bgcolor|anchor|status|noformat|code)(?::[^{}]*)?\}")]
    private static partial Regex Macros();

    [GeneratedRegex(@"\{\{([^{}]*)\}\}")]
    private static partial Regex Code();

    [GeneratedRegex(@"^-(\S(?:.*\S)?)-$")]
    private static partial Regex Struck();
}
