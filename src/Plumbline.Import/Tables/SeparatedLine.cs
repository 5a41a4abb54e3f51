using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Decoding;

namespace Plumbline.Import.Tables;

/// <summary>Cells between tabs or pipes, or at fixed places.</summary>
internal sealed partial class SeparatedLine(FoundHeader found, SourceText text) : ILineCells
{
    private readonly int _number = found.Header.IndexOf(ColumnRole.Number);
    private int _last;

    public TableLine? TryRead(int line, bool afterGap)
    {
        var content = text[line];
        var cells = found.Layout == TableLayout.Aligned ? ByPlace(content) : Split(content);
        if (cells is null)
            return Numbered(content, line);
        if (afterGap && !LooksLikeRow(cells))
            return null;

        if (_number >= 0 && _number < cells.Count && int.TryParse(RowNumber.Of(cells[_number]), out var number))
            _last = number;
        return new TableLine.Cells(line, line, cells, IsCut(line, content, cells));
    }

    private List<string>? Split(string content)
    {
        var delimiter = found.Layout == TableLayout.Tabs ? '\t' : '|';
        return content.Contains(delimiter, StringComparison.Ordinal) ? DelimitedLine.Split(content, found.Layout) : null;
    }

    /// <summary>A chunk belongs to the column under whose title it begins, or to the last one that begins before it.</summary>
    private List<string>? ByPlace(string content)
    {
        var chunks = Chunk().Matches(content);
        if (chunks.Count < 2)
            return null;

        var columns = found.Header.Columns;
        if (chunks.Count == columns.Count)
            return [.. chunks.Select(c => c.Value)];

        var cells = Enumerable.Repeat("", columns.Count).ToList();
        foreach (Match chunk in chunks)
        {
            var at = columns.Count - 1;
            while (at > 0 && columns[at].Offset > chunk.Index + 1)
                at--;
            cells[at] = cells[at].Length == 0 ? chunk.Value : $"{cells[at]}  {chunk.Value}";
        }

        return cells;
    }

    /// <summary>A line with the next number and no delimiter is a row that lost its columns, not a continuation.</summary>
    private TableLine.Unreadable? Numbered(string content, int line)
    {
        if (_number < 0 || NumberedLine().Match(content) is not { Success: true } match || !int.TryParse(match.Groups[1].Value, out var number) || number != _last + 1)
            return null;

        _last = number;
        return new TableLine.Unreadable(line, line, match.Groups[1].Value, content.Trim());
    }

    private bool LooksLikeRow(List<string> cells) =>
        cells.Count * 2 >= found.Header.Columns.Count
        && (_number < 0 || (_number < cells.Count && (RowNumber.Of(cells[_number]) is not null || CellText.Clean(cells[_number]).Length == 0)));

    /// <summary>The file ends in this line, without the end that the other rows have.</summary>
    private bool IsCut(int line, string content, List<string> cells)
    {
        if (line != text.Count || text.EndsWithNewline || found.Layout == TableLayout.Aligned)
            return false;

        var closed = found.Layout == TableLayout.Pipes && content.TrimEnd().EndsWith('|');
        var othersClosed = found.Layout == TableLayout.Pipes && text[found.Header.Lines[^1]].TrimEnd().EndsWith('|');
        return (cells.Count < found.Header.Columns.Count || othersClosed) && !closed;
    }

    [GeneratedRegex(@"\S+(?: \S+)*")]
    private static partial Regex Chunk();

    [GeneratedRegex(@"^\s*(\d{1,6})[.)]?\s+\S")]
    private static partial Regex NumberedLine();
}

/// <summary>The number printed in front of a row: 7, 7., (7), #7, 7a, 7.1, IN-3.</summary>
internal static partial class RowNumber
{
    /// <returns>Null when the cell holds no number.</returns>
    public static string? Of(string cell)
    {
        var match = Pattern().Match(CellText.Clean(cell));
        return match.Success ? match.Groups[1].Value : null;
    }

    /// <summary>What a column of numbers holds, as far as it is one: "REQ-NET-012" is, a name is not.</summary>
    public static string? Printed(string cell) =>
        Of(cell) ?? (cell.Length is > 0 and <= 24 && cell.Any(char.IsAsciiDigit) && !cell.Contains(' ', StringComparison.Ordinal) && cell.AsSpan().IndexOfAny(":/,;") < 0 ? cell : null);

    [GeneratedRegex(@"^[(#\[]?\s*((?:[A-Za-z]{1,4}[-.]?)?\d{1,6}(?:[.-]\d{1,4})*[A-Za-z]?)\s*[.)\]:*†]*$")]
    private static partial Regex Pattern();
}
