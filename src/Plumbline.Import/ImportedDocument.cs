namespace Plumbline.Import;

/// <summary>How a table is laid out; decided for each table on its own.</summary>
public enum TableLayout
{
    Tabs,
    Pipes,
    Csv,
    Html,

    /// <summary>Columns at fixed places, two or more blanks between them.</summary>
    Aligned,

    /// <summary>Single blanks between columns and between words alike.</summary>
    Spaces,

    /// <summary>reStructuredText: simple, grid, list and CSV tables; grid tables of other dialects too.</summary>
    ReStructuredText,
    AsciiDoc,
    MediaWiki,

    /// <summary>Jira or Confluence markup.</summary>
    Jira,

    /// <summary>Lines drawn with box characters.</summary>
    Box,
    Spreadsheet,

    /// <summary>A list of records in YAML or JSON.</summary>
    Records,

    /// <summary>Arrows in text, bullets, Mermaid or PlantUML.</summary>
    Arrows,

    /// <summary>Kubernetes NetworkPolicies.</summary>
    NetworkPolicy,

    /// <summary>A compose file.</summary>
    Compose,

    /// <summary>Sources down, destinations across, ports where they meet.</summary>
    Matrix,

    /// <summary>A cell a line: the text lost its columns.</summary>
    CellPerLine,
}

/// <param name="HeaderLines">The header's lines, repeated ones included.</param>
/// <param name="Columns">The titles as printed.</param>
public sealed record DocumentTable(TableLayout Layout, IReadOnlyList<int> HeaderLines, IReadOnlyList<string> Columns);

/// <param name="Title">The manual and the page, as far as the text names them; the file's name where it names neither.</param>
/// <param name="Service">The service from whose point of view the page speaks, where it says so.</param>
public sealed record DocumentFacts(string Title, string? Service, string SourceFile, IReadOnlyList<DocumentTable> Tables);

/// <param name="Rows">In the order of the document; each also carries its own issues.</param>
/// <param name="Issues">All issues, of the document and of its rows, by line.</param>
public sealed record ImportedDocument(DocumentFacts Document, IReadOnlyList<DocumentedRow> Rows, IReadOnlyList<DocumentIssue> Issues)
{
    /// <summary>No row could be read from the file: it is no text, or has no table of connections.</summary>
    public bool NothingImported => Rows.Count == 0;
}
