using Plumbline.Import.Decoding;

namespace Plumbline.Import.Tables;

/// <summary>Reads what stands under a header of a table that has a line a row: tabs, pipes, fixed places or single blanks.</summary>
internal sealed class LineTable
{
    private readonly SourceText _text;
    private readonly FoundHeader _found;
    private readonly ColumnOverrides _overrides;
    private readonly ILineCells _cells;
    private readonly List<TableLine> _lines = [];

    /// <summary>Text after a blank line: a page's furniture if the table goes on behind it, else not ours at all.</summary>
    private readonly List<TableLine> _behindGap = [];
    private bool _gap;
    private bool _ended;

    private LineTable(SourceText text, FoundHeader found, ColumnOverrides overrides)
    {
        (_text, _found, _overrides) = (text, found, overrides);
        _cells = found.Layout == TableLayout.Spaces ? new SpacedLine(found.Header, text, overrides) : new SeparatedLine(found, text);
    }

    /// <returns>The table, and the line after it.</returns>
    public static (RawTable Table, int Next) Read(SourceText text, FoundHeader found, Place place, ColumnOverrides overrides)
    {
        var table = new LineTable(text, found, overrides);
        var next = table.Run();
        return (new RawTable(found.Layout, found.Header, table._lines, place, HasRecords: found.IsRuled), next);
    }

    private int Run()
    {
        var end = _found.LastLine;
        var line = _found.LastLine + 1;
        while (line <= _text.Count && !_ended)
        {
            var next = Step(line);
            if (_behindGap.Count == 0 && !_ended)
                end = next - 1;
            line = next;
        }

        return end + 1;
    }

    private int Step(int line)
    {
        var content = _text[line];
        if (_text.IsBlank(line) || _text.IsOutside(line))
        {
            _gap = true;
            return line + 1;
        }

        if (DelimitedLine.IsSeparator(content))
            return line + 1;

        if (BeginsOtherTable(content, line))
            return End(line);

        if (CouldBeHeader(content, line) && HeaderReader.At(_text, line, _overrides) is { } header)
        {
            if (header.Layout != _found.Layout || !header.Header.Repeats(_found.Header) || (_found.IsRuled && _gap && !Numbered))
                return End(line);
            Resume();
            _lines.Add(new TableLine.Header(line, header.Header.Lines));
            return header.LastLine + 1;
        }

        if (PageFurniture.IsHeading(content))
        {
            if (!GoesOnBehind(line))
                return End(line);
            _behindGap.Add(new TableLine.Furniture(line, content.Trim(), IsFooter: false));
            _gap = true;
            return line + 1;
        }

        if (PageFurniture.IsFooter(content))
        {
            // stands under the last row or between two pages; either way what follows it is no continuation
            Keep(new TableLine.Furniture(line, content.Trim(), IsFooter: true));
            _gap = true;
            return line + 1;
        }

        if (_cells.TryRead(line, afterGap: _gap) is { } cells)
        {
            Resume();
            _lines.Add(cells);
            return (cells is TableLine.Cells c ? c.LastLine : ((TableLine.Unreadable)cells).LastLine) + 1;
        }

        if (_gap)
            _behindGap.Add(new TableLine.Furniture(line, content.Trim(), IsFooter: false));
        else
            _lines.Add(new TableLine.Prose(line, content.Trim()));
        return line + 1;
    }

    /// <summary>
    /// A heading begins another table, even one with the same columns, unless the numbers go on behind it: then it is the running title of the next page.
    /// </summary>
    private bool GoesOnBehind(int heading)
    {
        var number = _found.Header.IndexOf(ColumnRole.Number);
        if (number < 0 || _found.Layout == TableLayout.Spaces)
            return false;

        for (var line = heading + 1; line <= _text.Count; line++)
        {
            if (_text.IsOutside(line) || HeaderReader.At(_text, line, _overrides) is not { } header)
                continue;
            if (!header.Header.Repeats(_found.Header))
                return false;
            var first = Enumerable.Range(header.LastLine + 1, _text.Count - header.LastLine).FirstOrDefault(l => !_text.IsBlank(l) && !DelimitedLine.IsSeparator(_text[l]));
            return first > 0 && RowNumber.Of(DelimitedLine.Split(_text[first], _found.Layout) is { } cells && number < cells.Count ? cells[number] : "") != "1";
        }

        return false;
    }

    private bool Numbered => _found.Header.Has(ColumnRole.Number);

    /// <summary>In a table with a rule under its header only a line with a rule under it, or the header itself, is another header.</summary>
    private bool CouldBeHeader(string content, int line) =>
        !_found.IsRuled || content.Trim() == _text[_found.Header.Lines[^1]].Trim() || IsRuledBelow(line);

    private bool IsRuledBelow(int line) => line < _text.Count && _text.Span(line + 1).Contains('|') && DelimitedLine.IsSeparator(_text[line + 1]);

    /// <summary>Another form begins here, or a pipe table whose header names no connections.</summary>
    private bool BeginsOtherTable(string content, int line)
    {
        var start = content.AsSpan().TrimStart();
        if (start.StartsWith("<table", StringComparison.OrdinalIgnoreCase) || start.StartsWith("{|", StringComparison.Ordinal) || start.StartsWith("|===", StringComparison.Ordinal) || start.StartsWith(".. ", StringComparison.Ordinal))
            return true;
        return content.Contains('|', StringComparison.Ordinal) && IsRuledBelow(line) && HeaderReader.At(_text, line, _overrides) is null;
    }

    private int End(int line)
    {
        _ended = true;
        return line;
    }

    private void Keep(TableLine line)
    {
        if (_behindGap.Count > 0)
            _behindGap.Add(line);
        else
            _lines.Add(line);
    }

    private void Resume()
    {
        _lines.AddRange(_behindGap);
        _behindGap.Clear();
        _gap = false;
    }
}

/// <summary>How one line of a table becomes cells.</summary>
internal interface ILineCells
{
    /// <param name="afterGap">A blank line stands between this one and the table so far: it has to look like a row to be one.</param>
    /// <returns>Null: the line is text, not cells.</returns>
    TableLine? TryRead(int line, bool afterGap);
}
