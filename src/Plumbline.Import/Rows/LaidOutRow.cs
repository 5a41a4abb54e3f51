using Plumbline.Import.Cells;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Rows;

/// <summary>A part of a cell, and the line it stands in.</summary>
internal readonly record struct Piece(int Line, string Text);

/// <summary>One row with all its lines, cell by cell, before any cell is read.</summary>
internal sealed class LaidOutRow(RawTable table, int mainLine, string? number)
{
    // most cells have one piece, and a large document has many cells: a list only where it is needed
    private readonly Piece[] _first = new Piece[table.Header.Columns.Count];
    private Dictionary<int, List<Piece>>? _more;
    private List<Piece>? _extra;
    private List<LayoutNote>? _notes;

    public RawTable Table { get; } = table;

    /// <summary>The line with the row's number; what is said of the row as a whole points here.</summary>
    public int MainLine { get; } = mainLine;

    public string? Number { get; } = number;

    public LineSet Lines { get; } = new(mainLine);

    /// <summary>Filled cells beyond the header.</summary>
    public IReadOnlyList<Piece> Extra => _extra ?? [];

    /// <summary>The last column that the file still has, where the file ends inside the row.</summary>
    public int? CutAfterColumn { get; set; }

    /// <summary>The line did not split into cells: its text is all there is.</summary>
    public bool Unreadable { get; set; }

    /// <summary>Source and destination could not be told apart.</summary>
    public bool SplitFailed { get; set; }

    /// <summary>All its cells are struck out.</summary>
    public bool StruckOut { get; set; }

    /// <summary>The caption inside the table that the row stands under.</summary>
    public string? Section { get; set; }

    /// <summary>What laying out the row had to say.</summary>
    public IReadOnlyList<LayoutNote> Notes => _notes ?? [];

    public void Note(DocumentIssueCode code, DocumentIssueSeverity severity, IEnumerable<int> lines, string message) => (_notes ??= []).Add(new LayoutNote(code, severity, [.. lines], message));

    public LayoutNote? NoteOf(DocumentIssueCode code) => _notes?.Find(n => n.Code == code);

    public void ReplaceNote(LayoutNote before, LayoutNote after) => _notes![_notes.IndexOf(before)] = after;

    public void Add(int column, int line, string text)
    {
        var clean = column < _first.Length && IsParty(Table.Header.Columns[column].Role) ? CellText.CleanName(text) : CellText.Clean(text);
        if (clean.Length == 0)
            return;

        Lines.Add(line);
        if (column >= _first.Length)
            (_extra ??= []).Add(new Piece(line, clean));
        else
            Put(column, new Piece(line, clean));
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
            Put(column, new Piece(line, text));
        else
            (_extra ??= []).Add(new Piece(line, text));
    }

    public void Replace(ColumnRole role, string text)
    {
        var column = Column(role);
        _more?.Remove(column);
        _first[column] = text.Length > 0 ? new Piece(MainLine, text) : default;
    }

    public int Column(ColumnRole role) => Table.Header.IndexOf(role);

    public IReadOnlyList<Piece> Pieces(int column)
    {
        if (column < 0 || _first[column].Text is null)
            return [];
        return _more is not null && _more.TryGetValue(column, out var more) ? [.. more.Prepend(_first[column]).OrderBy(p => p.Line)] : [_first[column]];
    }

    public IReadOnlyList<Piece> Pieces(ColumnRole role) => Pieces(Column(role));

    /// <summary>The pieces with single blanks between them; empty when there are none.</summary>
    public string Text(ColumnRole role) => Text(Column(role));

    public string Text(int column)
    {
        if (column < 0 || _first[column].Text is not { } only)
            return "";
        return _more is null || !_more.ContainsKey(column) ? only : string.Join(' ', Pieces(column).Select(p => p.Text));
    }

    /// <summary>The line where a cell ends, for what concerns its end.</summary>
    public int LastLineOf(ColumnRole role) => Pieces(role) is [.., var last] ? last.Line : MainLine;

    private void Put(int column, Piece piece)
    {
        if (_first[column].Text is null)
        {
            _first[column] = piece;
            return;
        }

        _more ??= [];
        if (!_more.TryGetValue(column, out var more))
            _more[column] = more = [];
        more.Add(piece);
    }

    private static bool IsParty(ColumnRole role) => role is ColumnRole.Source or ColumnRole.Destination or ColumnRole.Listener or ColumnRole.Peer or ColumnRole.Party;
}

internal sealed record LayoutNote(DocumentIssueCode Code, DocumentIssueSeverity Severity, IReadOnlyList<int> Lines, string Message);
