using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Decoding;

namespace Plumbline.Import.Tables;

/// <summary>The headings above the current line, in whatever markup: Markdown, reStructuredText, AsciiDoc, MediaWiki, Jira, HTML, or a bold line.</summary>
internal sealed partial class HeadingStack
{
    private const int BoldLevel = 8;
    private readonly List<Heading> _open = [];
    private readonly List<char> _underlines = [];
    private Heading[]? _current;

    public IReadOnlyList<Heading> Current => _current ??= [.. _open];

    /// <returns>The last line that was read.</returns>
    public int Take(SourceText text, int line)
    {
        var content = text[line];
        if (content.Length is < 2 or > 300)
            return line;

        if (Marked().Match(content) is { Success: true } marked)
        {
            var marks = marked.Groups["marks"];
            var level = marks.Success ? marks.Length : marked.Groups["level"].Success ? marked.Groups["level"].Value[0] - '0' : BoldLevel;
            Open(level, marked.Groups["text"].Value, line);
        }
        else if (line < text.Count && IsUnderline(text[line + 1], content) && content.Any(char.IsLetter))
        {
            Open(LevelOf(text[line + 1].TrimStart()[0]), content, line);
            return line + 1;
        }

        return line;
    }

    public void Open(int level, string heading, int line)
    {
        var text = CellText.Clean(heading).Trim('=', '#', ' ');
        if (text.Length == 0)
            return;
        _open.RemoveAll(h => h.Level >= level);
        _open.Add(new Heading(level, text, line));
        _current = null;
    }

    private int LevelOf(char underline)
    {
        if (!_underlines.Contains(underline))
            _underlines.Add(underline);
        return _underlines.IndexOf(underline) + 1;
    }

    private static bool IsUnderline(string line, string above)
    {
        var trimmed = line.Trim();
        return trimmed.Length >= 3 && trimmed.Length >= above.Trim().Length - 2 && "=-~^\"'`*+#:.<>_".Contains(trimmed[0], StringComparison.Ordinal) && trimmed.AsSpan().IndexOfAnyExcept(trimmed[0]) < 0
            && above.AsSpan().IndexOfAny("|\t") < 0;
    }

    [GeneratedRegex(
        @"^\s{0,3}(?:(?<marks>#{1,6})\s+(?<text>[^#\s].*)|(?<marks>={1,6})\s*(?<text>[^=\s].*?)\s*=*\s*|h(?<level>[1-6])\.\s+(?<text>\S.*)|<h(?<level>[1-6])\b[^<>]*>(?<text>.*?)(?:</h[1-6]>.*)?|(?:\*\*|__)(?<text>[^*_|]{2,100}?):?(?:\*\*|__):?\s*)$",
        RegexOptions.IgnoreCase)]
    private static partial Regex Marked();
}
