using Plumbline.Import.Cells;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Rows;

/// <summary>Puts the lines of a table together to rows. No line is dropped without a word, and no row is made up.</summary>
internal sealed class RowAssembler
{
    private readonly RawTable _table;
    private readonly ICollection<DocumentIssue> _issues;
    private readonly List<LaidOutRow> _rows = [];
    private readonly List<TableLine.Cells> _pending = [];
    private readonly List<int> _ditto = [];
    private readonly int _number;
    private LaidOutRow? _current;
    private bool _afterHeader;
    private string? _section;
    private IReadOnlyList<string>? _above;

    private RowAssembler(RawTable table, ICollection<DocumentIssue> issues)
    {
        _table = table;
        _issues = issues;
        _number = table.Header.IndexOf(ColumnRole.Number);
    }

    public static IReadOnlyList<LaidOutRow> Assemble(RawTable table, ICollection<DocumentIssue> issues)
    {
        var assembler = new RowAssembler(table, issues);
        assembler.Run();
        return assembler._rows;
    }

    private void Run()
    {
        var repeated = new List<int>();
        foreach (var line in _table.Lines)
        {
            switch (line)
            {
                case TableLine.Header header:
                    repeated.AddRange(header.Lines);
                    JoinPendingAbove();
                    _afterHeader = true;
                    break;
                case TableLine.Furniture furniture:
                    Report(furniture);
                    break;
                case TableLine.Prose prose:
                    TakeProse(prose);
                    break;
                case TableLine.Unreadable unreadable:
                    TakeUnreadable(unreadable);
                    break;
                case TableLine.Cells cells:
                    Take(cells);
                    break;
            }
        }

        JoinPendingAbove();
        if (repeated.Count > 0)
            Report(DocumentIssueCode.RepeatedHeader, DocumentIssueSeverity.Info, repeated, "the header is repeated after a page break: not a connection, nothing to do");
    }

    private void Take(TableLine.Cells cells)
    {
        if (cells.Texts.All(t => CellText.Clean(t).Length == 0))
            return;

        var number = _number >= 0 && _number < cells.Texts.Count ? CellText.Clean(cells.Texts[_number]) : "";
        if (IsSection(cells))
        {
            _section = CellText.Clean(string.Join(' ', cells.Texts));
            Report(DocumentIssueCode.SectionRow, DocumentIssueSeverity.Info, [cells.Line], $"'{CellText.Short(_section)}' is a caption inside the table: not a connection, nothing to do");
            return;
        }

        if (_table.HasRecords && cells.Texts.Count == 1 && _table.Header.Columns.Count > 2 && !cells.Cut)
        {
            Report(DocumentIssueCode.LineLeftOut, DocumentIssueSeverity.Warning, [cells.Line], $"'{CellText.Short(CellText.Clean(cells.Texts[0]))}' stands in the table and has no columns: read as a note, not as a row; add the row by hand if it is one");
            return;
        }

        if ((_table.HasRecords || _number < 0) && _current is not null && !_afterHeader && !_current.Unreadable && number.Length == 0 && OnlyRemarks(cells))
        {
            _current.AddLines(cells);
            Joined(_current, cells.Line, string.Join(' ', cells.Texts));
            return;
        }

        foreach (var part in Directions(Ditto(cells)))
        {
            if (number.Length > 0 || _table.HasRecords || StandsAlone(part))
                Begin(part, RowNumber.Printed(number));
            else if (_afterHeader && _current is not null)
                ContinueBehindHeader(part);
            else
                _pending.Add(part);
        }
    }

    /// <summary>Nothing but a description: more to say about the row above, as where text wraps inside a cell. A row has a party, a port or a protocol.</summary>
    private bool OnlyRemarks(TableLine.Cells cells)
    {
        var described = false;
        for (var i = 0; i < cells.Texts.Count; i++)
        {
            if (CellText.Clean(cells.Texts[i]).Length == 0)
                continue;
            if (i >= _table.Header.Columns.Count || _table.Header.Columns[i].Role != ColumnRole.Description)
                return false;
            described = true;
        }

        return described && _table.Header.Columns[0].Role != ColumnRole.Description;
    }

    /// <summary>A mark for "as above" stands for the cell above; the row says so when it is read.</summary>
    private TableLine.Cells Ditto(TableLine.Cells cells)
    {
        _ditto.Clear();
        List<string>? texts = null;
        for (var i = 0; i < cells.Texts.Count; i++)
        {
            if (i == _number || !DittoMark.Is(CellText.Clean(cells.Texts[i])) || _above is null || i >= _above.Count || _above[i].Length == 0)
                continue;
            texts ??= [.. cells.Texts];
            texts[i] = _above[i];
            _ditto.Add(i);
        }

        var read = texts is null ? cells : cells with { Texts = texts };
        _above = read.Texts;
        return read;
    }

    /// <summary>A table with a column for inbound and one for outbound ports: a row with both holds two connections.</summary>
    private IEnumerable<TableLine.Cells> Directions(TableLine.Cells cells)
    {
        var columns = _table.Header.Columns;
        var inbound = Enumerable.Range(0, columns.Count).Where(i => columns[i] is { Role: ColumnRole.Port, Flow: Flow.Inbound } && Holds(i)).ToList();
        var outbound = Enumerable.Range(0, columns.Count).Where(i => columns[i] is { Role: ColumnRole.Port, Flow: Flow.Outbound } && Holds(i)).ToList();
        if (inbound.Count == 0 || outbound.Count == 0)
            return [cells];
        return [cells with { Texts = Without(outbound) }, cells with { Texts = Without(inbound) }];

        bool Holds(int i) => i < cells.Texts.Count && CellText.Clean(cells.Texts[i]) is { Length: > 0 } text && !PortReader.IsDash(text);

        List<string> Without(List<int> left) => [.. cells.Texts.Select((text, i) => left.Contains(i) ? "" : text)];
    }

    /// <summary>A row of its own, though it has no number: it has a party, and a port or a protocol.</summary>
    private bool StandsAlone(TableLine.Cells cells)
    {
        var anchored = Filled(cells, ColumnRole.Port) || Filled(cells, ColumnRole.Protocol) || Filled(cells, ColumnRole.ProtocolPort);
        var parties = new[] { ColumnRole.Source, ColumnRole.Destination, ColumnRole.Party, ColumnRole.Listener }.Count(role => Filled(cells, role));
        return (anchored && parties > 0) || (_number < 0 && (anchored || parties > 1));
    }

    /// <summary>One cell over the whole width: the form says so, or it is set in bold, or it stands where the other rows have their number.</summary>
    private bool IsSection(TableLine.Cells cells)
    {
        if (cells.IsSection)
            return true;
        var at = -1;
        for (var i = 0; i < cells.Texts.Count; i++)
        {
            if (CellText.Clean(cells.Texts[i]).Length == 0)
                continue;
            if (at >= 0)
                return false;
            at = i;
        }

        if (at != 0 || cells.Cut || cells.Texts.Count < 2 || _table.Header.Columns.Count < 3 || _table.Header.Columns[0].Role == ColumnRole.Description)
            return false;
        var text = CellText.Clean(cells.Texts[0]);
        if (RowNumber.Of(text) is not null || !text.Any(char.IsLetter))
            return false;
        var bold = cells.Texts[0].Trim() is { } raw && (raw.StartsWith("**", StringComparison.Ordinal) || raw.StartsWith("__", StringComparison.Ordinal) || raw.StartsWith("<b", StringComparison.OrdinalIgnoreCase) || raw.StartsWith("<strong", StringComparison.OrdinalIgnoreCase));
        return bold || text.EndsWith(':') || _number == 0 || (_table.Layout == TableLayout.Pipes && !_table.HasRecords);
    }

    private bool Filled(TableLine.Cells cells, ColumnRole role)
    {
        var column = _table.Header.IndexOf(role);
        return column >= 0 && column < cells.Texts.Count && CellText.Clean(cells.Texts[column]) is { Length: > 0 } text && !PortReader.IsDash(text);
    }

    private void Begin(TableLine.Cells cells, string? number)
    {
        var row = new LaidOutRow(_table, cells.Line, number) { Section = _section };
        row.AddLines(WithoutStruckText(row, cells));
        if (cells.Cut)
            row.CutAfterColumn = Math.Min(_table.Layout == TableLayout.Spaces ? cells.Texts.ToList().FindLastIndex(t => t.Length > 0) + 1 : cells.Texts.Count, _table.Header.Columns.Count) - 1;
        if (_ditto.Count > 0)
        {
            row.Note(
                DocumentIssueCode.Ditto,
                DocumentIssueSeverity.Warning,
                [cells.Line],
                $"a mark for 'as above' was read as {string.Join(", ", _ditto.Select(i => $"{Title(i)} '{CellText.Short(CellText.Clean(cells.Texts[i]))}'"))}; check that the row above is the one that is meant");
        }

        PlacePending(row, cells);
        _rows.Add(row);
        _current = row;
        _afterHeader = false;
    }

    private string Title(int column) => column < _table.Header.Columns.Count ? _table.Header.Columns[column].Title : "a cell";

    /// <summary>A row that is struck out as a whole keeps its text and is marked; of any other only what stands is read.</summary>
    private static TableLine.Cells WithoutStruckText(LaidOutRow row, TableLine.Cells cells)
    {
        if (!cells.Texts.Any(StruckText.Occurs))
            return cells;

        var split = cells.Texts.Select(StruckText.Split).ToList();
        if (split.TrueForAll(s => CellText.Clean(s.Standing).Length == 0))
        {
            row.StruckOut = true;
            return cells with { Texts = [.. split.Select(s => s.Struck)] };
        }

        var struck = split.Where(s => s.Struck.Length > 0).Select(s => CellText.Clean(s.Struck)).ToList();
        if (struck.Count > 0)
            row.Note(DocumentIssueCode.TextStruckOut, DocumentIssueSeverity.Warning, [cells.Line], $"'{CellText.Short(string.Join(", ", struck))}' is struck out and was left out of the row; check what is left");
        return cells with { Texts = [.. split.Select(s => s.Standing)] };
    }

    private void PlacePending(LaidOutRow next, TableLine.Cells nextLine)
    {
        if (_pending.Count == 0)
            return;

        var between = _pending.Select(p => p.Line).ToArray();
        var texts = string.Join(" / ", _pending.Select(p => $"'{CellText.FoldBlanks(string.Join(' ', p.Texts))}'"));
        var verdict = Continuations.Decide(_current, _pending, nextLine, _table.Header);
        var target = verdict switch { ContinuationOf.RowAbove => _current, ContinuationOf.RowBelow => next, _ => null };
        foreach (var line in _pending)
            target?.AddLines(line);

        var (severity, what) = verdict switch
        {
            ContinuationOf.RowAbove => (DocumentIssueSeverity.Warning, $"{texts} without a number before row {next.Number ?? "below"}: joined to the row above; check both rows"),
            ContinuationOf.RowBelow => (DocumentIssueSeverity.Warning, $"{texts} before the number {next.Number ?? "of the row"}: read as its first lines (vertically centred cells); check this row and the one above"),
            _ => (DocumentIssueSeverity.Error, $"{texts} without a number may belong to the row above or below: joined to neither; complete the right one by hand"),
        };
        next.Note(DocumentIssueCode.ContinuationBeforeNumber, severity, [.. between, next.MainLine], what);
        _current?.Note(DocumentIssueCode.ContinuationBeforeNumber, severity, [_current.MainLine, .. between], what);
        _pending.Clear();
    }

    private void ContinueBehindHeader(TableLine.Cells cells)
    {
        var from = _current!.Lines.Max;
        _current.AddLines(cells);
        ReportPageBreak(from, cells.Line, string.Join(' ', cells.Texts));
    }

    private void ReportPageBreak(int from, int to, string text) =>
        _current!.Note(
            DocumentIssueCode.PageBreakInsideRow,
            DocumentIssueSeverity.Warning,
            Enumerable.Range(from, to - from + 1),
            $"the row goes on after a repeated header with '{CellText.FoldBlanks(text)}': joined cell by cell; check the row");

    private void TakeProse(TableLine.Prose prose)
    {
        JoinPendingAbove();
        if (_current is null)
        {
            Report(DocumentIssueCode.PageFurniture, DocumentIssueSeverity.Info, [prose.Line], $"'{CellText.Short(prose.Text)}' stands between the header and the first row: not part of a row");
            return;
        }

        var from = _current.Lines.Max;
        _current.AddProse(prose.Line, prose.Text);
        if (_afterHeader)
            ReportPageBreak(from, prose.Line, prose.Text);
        else
            Joined(_current, prose.Line, prose.Text);
    }

    private void TakeUnreadable(TableLine.Unreadable unreadable)
    {
        JoinPendingAbove();
        _afterHeader = false;
        _current = new LaidOutRow(_table, unreadable.Line, unreadable.Number.Length > 0 ? unreadable.Number : null) { Unreadable = true, Section = _section };
        _current.AddProse(unreadable.Line, unreadable.Text);
        _rows.Add(_current);
    }

    /// <summary>No numbered row follows on this page: what is left belongs to the last one.</summary>
    private void JoinPendingAbove()
    {
        foreach (var line in _pending)
        {
            if (_current is null)
            {
                Report(DocumentIssueCode.RowUnreadable, DocumentIssueSeverity.Error, [line.Line], $"'{CellText.FoldBlanks(string.Join(' ', line.Texts))}' belongs to no row; add the row by hand");
                continue;
            }

            _current.AddLines(line);
            Joined(_current, line.Line, string.Join(' ', line.Texts));
        }

        _pending.Clear();
    }

    /// <summary>One note for all lines joined to a row.</summary>
    private static void Joined(LaidOutRow row, int line, string text)
    {
        // where cells have delimiters, text without any is unusual
        var severity = row.Table.Layout == TableLayout.Spaces ? DocumentIssueSeverity.Info : DocumentIssueSeverity.Warning;
        var wayOut = severity == DocumentIssueSeverity.Info ? "nothing to do" : "check the row";
        if (row.NoteOf(DocumentIssueCode.ContinuationJoined) is { } before)
            row.ReplaceNote(before, before with { Lines = [.. before.Lines, line], Message = $"lines that follow the row were joined to it: a list or sentences, not rows of their own; {wayOut}" });
        else
            row.Note(DocumentIssueCode.ContinuationJoined, severity, [line], $"'{CellText.Short(CellText.FoldBlanks(text))}' follows the row: joined to it, not a row of its own; {wayOut}");
    }

    private void Report(TableLine.Furniture furniture) =>
        Report(
            furniture.IsFooter ? DocumentIssueCode.PageFooter : DocumentIssueCode.PageFurniture,
            DocumentIssueSeverity.Info,
            [furniture.Line],
            $"'{CellText.Short(furniture.Text)}' is {(furniture.IsFooter ? "a footer of the page" : "text between two parts of the table")}: not part of a row, nothing to do");

    private void Report(DocumentIssueCode code, DocumentIssueSeverity severity, IReadOnlyList<int> lines, string message) =>
        _issues.Add(new DocumentIssue(code, severity, null, lines, message));
}
