using Plumbline.Import.Cells;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Rows;

/// <summary>A part of a cell, and the line it stands in.</summary>
internal readonly record struct Piece(int Line, string Text);

/// <summary>One row with all its lines, cell by cell, before any cell is read.</summary>
internal sealed class LaidOutRow(RawTable table, int mainLine, string? number)
{
    private readonly List<Piece>[] _cells = [.. table.Header.Columns.Select(_ => new List<Piece>())];

    public RawTable Table { get; } = table;

    /// <summary>The line with the row's number; what is said of the row as a whole points here.</summary>
    public int MainLine { get; } = mainLine;

    public string? Number { get; } = number;

    public SortedSet<int> Lines { get; } = [mainLine];

    /// <summary>Filled cells beyond the header.</summary>
    public List<Piece> Extra { get; } = [];

    /// <summary>The last column that the file still has, where the file ends inside the row.</summary>
    public int? CutAfterColumn { get; set; }

    /// <summary>The line did not split into cells: its text is all there is.</summary>
    public bool Unreadable { get; set; }

    /// <summary>Source and destination could not be told apart.</summary>
    public bool SplitFailed { get; set; }

    /// <summary>What laying out the row had to say.</summary>
    public List<(DocumentIssueCode Code, DocumentIssueSeverity Severity, IReadOnlyList<int> Lines, string Message)> Notes { get; } = [];

    public void Note(DocumentIssueCode code, DocumentIssueSeverity severity, IEnumerable<int> lines, string message) => Notes.Add((code, severity, [.. lines], message));

    public void Add(int column, int line, string text)
    {
        var clean = CellText.Clean(text);
        if (clean.Length == 0)
            return;

        Lines.Add(line);
        if (column >= _cells.Length)
            Extra.Add(new Piece(line, clean));
        else
            _cells[column].Add(new Piece(line, clean));
    }

    public void AddLines(TableLine.Cells cells)
    {
        for (var i = 0; i < cells.Texts.Count; i++)
            Add(i, cells.Line, cells.Texts[i]);
        for (var line = cells.Line; line <= cells.LastLine; line++)
            Lines.Add(line);
    }

    /// <summary>Text after the row, kept as written (its bullets are needed to join it).</summary>
    public void AddProse(int line, string text)
    {
        Lines.Add(line);
        if (Column(ColumnRole.Description) is var column and >= 0)
            _cells[column].Add(new Piece(line, text));
        else
            Extra.Add(new Piece(line, text));
    }

    public void Replace(ColumnRole role, string text)
    {
        var cell = _cells[Column(role)];
        cell.Clear();
        if (text.Length > 0)
            cell.Add(new Piece(MainLine, text));
    }

    public int Column(ColumnRole role) => Table.Header.IndexOf(role);

    public IReadOnlyList<Piece> Pieces(int column) => column < 0 ? [] : [.. _cells[column].OrderBy(p => p.Line)];

    public IReadOnlyList<Piece> Pieces(ColumnRole role) => Pieces(Column(role));

    /// <summary>The pieces with single blanks between them; empty when there are none.</summary>
    public string Text(ColumnRole role) => string.Join(' ', Pieces(role).Select(p => p.Text));

    /// <summary>The line where a cell ends, for what concerns its end.</summary>
    public int LastLineOf(ColumnRole role) => Pieces(role) is [.., var last] ? last.Line : MainLine;
}
