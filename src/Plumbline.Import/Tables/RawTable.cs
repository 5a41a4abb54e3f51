namespace Plumbline.Import.Tables;

/// <summary>What stands under a header, line by line, before anyone decides what belongs to which row.</summary>
internal abstract record TableLine(int Line)
{
    /// <param name="Cells">By column, cleaned of markup only later; more than columns are possible.</param>
    /// <param name="LastLine">A quoted CSV cell or an HTML row may span lines.</param>
    /// <param name="Cut">The file ends inside this row.</param>
    public sealed record Cells(int Line, int LastLine, IReadOnlyList<string> Texts, bool Cut = false) : TableLine(Line);

    /// <summary>A numbered line that does not split into cells.</summary>
    public sealed record Unreadable(int Line, int LastLine, string Number, string Text) : TableLine(Line);

    /// <summary>Text without columns, next to a row.</summary>
    public sealed record Prose(int Line, string Text) : TableLine(Line);

    /// <summary>The header once more.</summary>
    public sealed record Header(int Line, IReadOnlyList<int> Lines) : TableLine(Line);

    /// <summary>A page's footer or other text that is no part of the table.</summary>
    public sealed record Furniture(int Line, string Text, bool IsFooter) : TableLine(Line);
}

/// <param name="Heading">The heading above the table, without markup.</param>
/// <param name="Notes">What reading the table itself had to say.</param>
internal sealed record RawTable(TableLayout Layout, TableHeader Header, IReadOnlyList<TableLine> Lines, string? Heading, IReadOnlyList<DocumentIssue> Notes)
{
    /// <summary>In these a row ends where the format says so: nothing continues on the next line.</summary>
    public bool HasRecords => Layout is TableLayout.Csv or TableLayout.Html;

    /// <summary>Nothing separates source and destination.</summary>
    public bool PartiesAreGlued => Layout == TableLayout.Spaces && Header.Has(ColumnRole.Source) && Header.Has(ColumnRole.Destination);
}
