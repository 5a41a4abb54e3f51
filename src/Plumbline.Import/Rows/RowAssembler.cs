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
    private readonly int _number;
    private LaidOutRow? _current;
    private bool _afterHeader;

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
            Report(DocumentIssueCode.SectionRow, DocumentIssueSeverity.Info, [cells.Line], $"'{CellText.Clean(string.Join(' ', cells.Texts))}' is a caption inside the table: not a connection, nothing to do");
            return;
        }

        if (number.Length > 0 || _table.HasRecords || StandsAlone(cells))
            Begin(cells, RowNumber.Of(number) ?? (number.Length > 0 ? number : null));
        else if (_afterHeader && _current is not null)
            ContinueBehindHeader(cells);
        else
            _pending.Add(cells);
    }

    /// <summary>A row of its own, though it has no number: it has a party, and a port or a protocol.</summary>
    private bool StandsAlone(TableLine.Cells cells)
    {
        var anchored = Filled(cells, ColumnRole.Port) || Filled(cells, ColumnRole.Protocol) || Filled(cells, ColumnRole.ProtocolPort);
        var parties = new[] { ColumnRole.Source, ColumnRole.Destination, ColumnRole.Party, ColumnRole.Listener }.Count(role => Filled(cells, role));
        return (anchored && parties > 0) || (_number < 0 && (anchored || parties > 1));
    }

    /// <summary>One filled cell over the whole width of a table that is otherwise numbered.</summary>
    private bool IsSection(TableLine.Cells cells)
    {
        var filled = cells.Texts.Select((text, i) => (Text: CellText.Clean(text), i)).Where(c => c.Text.Length > 0).ToList();
        return filled.Count == 1 && filled[0].i == 0 && _table.Header.Columns.Count > 2 && _table.Header.Columns[0].Role != ColumnRole.Description
            && RowNumber.Of(filled[0].Text) is null && !cells.Cut && filled[0].Text.Any(char.IsLetter) && (_number == 0 || _table.HasRecords || _table.Layout == TableLayout.Pipes);
    }

    private bool Filled(TableLine.Cells cells, ColumnRole role)
    {
        var column = _table.Header.IndexOf(role);
        return column >= 0 && column < cells.Texts.Count && CellText.Clean(cells.Texts[column]) is { Length: > 0 } text && !PortReader.IsDash(text);
    }

    private void Begin(TableLine.Cells cells, string? number)
    {
        var row = new LaidOutRow(_table, cells.Line, number);
        row.AddLines(cells);
        if (cells.Cut)
            row.CutAfterColumn = Math.Min(cells.Texts.Count, _table.Header.Columns.Count) - 1;
        PlacePending(row, cells);
        _rows.Add(row);
        _current = row;
        _afterHeader = false;
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
            Report(DocumentIssueCode.PageFurniture, DocumentIssueSeverity.Info, [prose.Line], $"'{prose.Text}' stands between the header and the first row: not part of a row");
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
        _current = new LaidOutRow(_table, unreadable.Line, unreadable.Number) { Unreadable = true };
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
        var at = row.Notes.FindIndex(n => n.Code == DocumentIssueCode.ContinuationJoined);
        if (at < 0)
            row.Note(DocumentIssueCode.ContinuationJoined, severity, [line], $"'{CellText.FoldBlanks(text)}' follows the row: joined to it, not a row of its own; {wayOut}");
        else
            row.Notes[at] = row.Notes[at] with { Lines = [.. row.Notes[at].Lines, line], Message = $"lines that follow the row were joined to it: a list or sentences, not rows of their own; {wayOut}" };
    }

    private void Report(TableLine.Furniture furniture) =>
        Report(
            furniture.IsFooter ? DocumentIssueCode.PageFooter : DocumentIssueCode.PageFurniture,
            DocumentIssueSeverity.Info,
            [furniture.Line],
            $"'{furniture.Text}' is {(furniture.IsFooter ? "a footer of the page" : "text between two parts of the table")}: not part of a row, nothing to do");

    private void Report(DocumentIssueCode code, DocumentIssueSeverity severity, IReadOnlyList<int> lines, string message) =>
        _issues.Add(new DocumentIssue(code, severity, null, lines, message));
}
