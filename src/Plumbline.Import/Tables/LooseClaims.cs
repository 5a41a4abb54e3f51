using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Decoding;

namespace Plumbline.Import.Tables;

/// <summary>Lines outside of tables that state a port as a row would: an item of a list, a line of columns. They are no rows, and nobody should miss them without a word.</summary>
internal sealed partial class LooseClaims
{
    /// <summary>A line that is longer is prose.</summary>
    private const int Longest = 300;

    /// <summary>Issues beyond this many are one.</summary>
    private const int MaximumGroups = 200;

    /// <summary>Items of one list, with the blank lines and remarks between them.</summary>
    private const int MaximumDistance = 3;

    private readonly List<(List<int> Lines, string First)> _groups = [];
    private int _last = int.MinValue / 2;

    public void Consider(SourceText text, int line)
    {
        var span = text.Span(line);
        if (span.Length is < 6 or > Longest || !span.ContainsAnyInRange('0', '9') || !IsClaim(text[line]))
            return;

        if (line - _last <= MaximumDistance || _groups.Count >= MaximumGroups)
            _groups[^1].Lines.Add(line);
        else
            _groups.Add(([line], CellText.Clean(text[line])));
        _last = line;
    }

    public void Report(ICollection<DocumentIssue> issues)
    {
        foreach (var (lines, first) in _groups)
        {
            issues.Add(new DocumentIssue(
                DocumentIssueCode.LineLeftOut,
                DocumentIssueSeverity.Warning,
                null,
                lines,
                lines.Count == 1
                    ? $"'{CellText.Short(first)}' names a port and stands in no table: left out; add a row if it is a connection"
                    : $"{lines.Count} lines, the first is '{CellText.Short(first)}', name ports and stand in no table: left out; add rows for those that are connections"));
        }
    }

    private static bool IsClaim(string line) => Item().IsMatch(line) && Port().IsMatch(line) && !NoClaim().IsMatch(line);

    [GeneratedRegex(@"^\s*(?:[-*+•▪–]\s|\d{1,3}[.)]\s|\|)|^\s*\**(?:(?:tcp|udp)\W{0,3})?(?:port\s+)?\d{2,5}\b(?!\.)|\t|\S {3,}\S", RegexOptions.IgnoreCase)]
    private static partial Regex Item();

    [GeneratedRegex(@"(?<![\w.])\d{2,5}\**`?\s*[/(]\s*(?:tcp|udp)\b|\b(?:tcp|udp)(?:\s*[/:]\s*|\s+(?:ports?\s+)?)`?\**\d{2,5}(?![\w.])|\bports?:?\s+`?\**\d{2,5}(?![\w.])", RegexOptions.IgnoreCase)]
    private static partial Regex Port();

    // commands, links and settings speak of ports all the time
    [GeneratedRegex(@"https?://|[{}$<>=]|--\w|\b(?:sudo|curl|docker|kubectl|iptables|ufw|netstat|nc|telnet)\s", RegexOptions.IgnoreCase)]
    private static partial Regex NoClaim();
}
