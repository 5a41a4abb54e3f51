namespace Plumbline.Import.Tables;

/// <summary>What stands under a header, line by line, before anyone decides what belongs to which row.</summary>
internal abstract record TableLine(int Line)
{
    /// <param name="Cells">By column, cleaned of markup only later; more than columns are possible.</param>
    /// <param name="LastLine">A quoted CSV cell or an HTML row may span lines.</param>
    /// <param name="Cut">The file ends inside this row.</param>
    /// <param name="IsSection">The form says that the row is one cell over the whole width.</param>
    public sealed record Cells(int Line, int LastLine, IReadOnlyList<string> Texts, bool Cut = false, bool IsSection = false) : TableLine(Line);

    /// <summary>A numbered line that does not split into cells.</summary>
    public sealed record Unreadable(int Line, int LastLine, string Number, string Text) : TableLine(Line);

    /// <summary>Text without columns, next to a row.</summary>
    public sealed record Prose(int Line, string Text) : TableLine(Line);

    /// <summary>The header once more.</summary>
    public sealed record Header(int Line, IReadOnlyList<int> Lines) : TableLine(Line);

    /// <summary>A page's footer or other text that is no part of the table.</summary>
    public sealed record Furniture(int Line, string Text, bool IsFooter) : TableLine(Line);
}

/// <param name="Place">The headings above the table.</param>
/// <param name="HasRecords">A row ends where the form says so: nothing continues on the next line.</param>
internal sealed record RawTable(TableLayout Layout, TableHeader Header, IReadOnlyList<TableLine> Lines, Place Place, bool HasRecords)
{
    /// <summary>Nothing separates source and destination.</summary>
    public bool PartiesAreGlued => Layout == TableLayout.Spaces && Header.Has(ColumnRole.Source) && Header.Has(ColumnRole.Destination);

    public int LastLine => Lines.Count > 0 ? Lines[^1] is TableLine.Cells cells ? cells.LastLine : Lines[^1].Line : Header.Lines[^1];
}

/// <summary>One row of a table as its form gives it, before any column has a meaning.</summary>
internal sealed record GridRow(int Line, int LastLine, IReadOnlyList<string> Cells, bool Cut = false, bool IsSection = false)
{
    public bool IsEmpty => Cells.All(string.IsNullOrWhiteSpace);
}

/// <summary>A table as its form gives it.</summary>
/// <param name="HeaderRows">How many of the first rows the form itself marks as header; 0: it does not say.</param>
internal sealed record Grid(TableLayout Layout, IReadOnlyList<GridRow> Rows, int HeaderRows = 0, string? Caption = null)
{
    public int FirstLine => Rows.Count > 0 ? Rows[0].Line : 0;
}
