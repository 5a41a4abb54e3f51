using Plumbline.Import.Mapping;

namespace Plumbline.Import;

/// <summary>
/// Everything an import can have to say. The register is closed: the word in JSON, on stderr and in the documentation is the member's name in kebab case
/// (<see cref="DocumentIssueCodes.Word"/>).
/// </summary>
public enum DocumentIssueCode
{
    // the file

    /// <summary>The file has no text.</summary>
    EmptyDocument,

    /// <summary>The file is not text (PDF, archive, image …): export it as text first.</summary>
    BinaryDocument,

    /// <summary>Bytes that are not valid in the file's encoding; shown as U+FFFD, the rest is imported.</summary>
    InvalidEncoding,

    /// <summary>The encoding is not named in the file and was told from its bytes.</summary>
    EncodingGuessed,

    /// <summary>The encoding that was asked for is not known here.</summary>
    EncodingUnknown,

    /// <summary>Elements or lists inside each other, deeper than any document of people: not read.</summary>
    NestedTooDeep,

    /// <summary>More text or data than is read.</summary>
    DocumentTooLarge,

    /// <summary>YAML or JSON that is not valid: read as text instead.</summary>
    StructureInvalid,

    // what is left out

    /// <summary>A table of something else, or of devices: not imported.</summary>
    TableLeftOut,

    /// <summary>A table with ports whose titles say no connections: not imported, name its columns by hand.</summary>
    TableNotRead,

    /// <summary>A table in a fenced block: an example, left out unless it is the only table.</summary>
    TableInFence,

    /// <summary>A table or row that is commented out: left out.</summary>
    TableCommentedOut,

    /// <summary>A row or sheet that is hidden: left out.</summary>
    RowHidden,

    /// <summary>A diagram whose arrows say neither protocol nor port: left out.</summary>
    DiagramLeftOut,

    /// <summary>A Kubernetes object that declares no connections: left out.</summary>
    ManifestLeftOut,

    /// <summary>A NetworkPolicy that allows nothing.</summary>
    PolicyWithoutRules,

    /// <summary>A line in a table that is no row: left out.</summary>
    LineLeftOut,

    // how a table was read

    /// <summary>Columns were known by what stands in their cells, not by their titles.</summary>
    ColumnByContent,

    /// <summary>The table is a matrix: sources down, destinations across, or the other way round.</summary>
    TrafficMatrix,

    /// <summary>Every cell stands on a line of its own; rows were put together by counting.</summary>
    CellsDealtOut,

    /// <summary>An HTML table without an end.</summary>
    UnclosedTable,

    /// <summary>A compose file: ports are those that the other side exposes.</summary>
    ComposeFile,

    // the table

    /// <summary>No table with connection columns: nothing was imported.</summary>
    NoTable,

    /// <summary>A header without rows.</summary>
    EmptyTable,

    /// <summary>The table has parties but no port column: its rows are listed without ports.</summary>
    NoPortColumn,

    /// <summary>The table has no protocol column.</summary>
    NoProtocolColumn,

    /// <summary>The table does not say who initiates.</summary>
    NoSourceColumn,

    /// <summary>The table has one party column; the other side is missing, or stands only in the prose of the row.</summary>
    NoDestinationColumn,

    /// <summary>There is no classification column: classification is null for all rows.</summary>
    NoClassificationColumn,

    /// <summary>A column that no field of a connection stands for; its text is not imported.</summary>
    ColumnIgnored,

    /// <summary>Columns are separated by single blanks: where a name ends had to be worked out.</summary>
    SpaceDelimited,

    /// <summary>The header is repeated after a page break: not a connection.</summary>
    RepeatedHeader,

    /// <summary>A footer of the page or site inside or under the table: not part of a row.</summary>
    PageFooter,

    /// <summary>Text between two pages of a table: not part of a row.</summary>
    PageFurniture,

    /// <summary>Rows of one table have different numbers of fields (trailing empty ones).</summary>
    RaggedRows,

    /// <summary>A caption inside the table: not a connection.</summary>
    SectionRow,

    /// <summary>A quotation mark that is never closed: quotation marks were read as ordinary characters.</summary>
    UnbalancedQuote,

    /// <summary>Numbers are missing in the sequence of rows: a row may be lost in the document itself.</summary>
    RowNumberGap,

    // laying out rows

    /// <summary>A row continues after a repeated header.</summary>
    PageBreakInsideRow,

    /// <summary>Lines without a number stand before a numbered one: which row they belong to needs a look.</summary>
    ContinuationBeforeNumber,

    /// <summary>Lines after a row that were joined to it.</summary>
    ContinuationJoined,

    /// <summary>A filled cell beyond the header: joined to the description.</summary>
    ExtraCell,

    /// <summary>Text that is cut off.</summary>
    TruncatedText,

    /// <summary>The row is cut off by the end of the file.</summary>
    TruncatedRow,

    /// <summary>A numbered line that could not be told apart into cells: listed with nothing but its text.</summary>
    RowUnreadable,

    /// <summary>Source and destination have no delimiter, and nothing else in the document supports the place of the split.</summary>
    SplitGuessed,

    /// <summary>Source and destination have no delimiter and could be split in several places: neither was imported.</summary>
    SplitFailed,

    /// <summary>Two rows have the same number.</summary>
    DuplicateRowNumber,

    // cells

    /// <summary>Cyrillic or Greek letters that look like Latin ones were read as Latin.</summary>
    LookalikeCharacters,

    /// <summary>An empty cell; never filled from a neighbour.</summary>
    CellMissing,

    /// <summary>A cell holds the text of another column.</summary>
    CellShifted,

    /// <summary>A footnote mark on a name or port: what the note says may change the connection.</summary>
    Footnote,

    /// <summary>A classification that is none of Ingress, Egress, Intra-cluster, Inbound, Outbound, Bidirectional.</summary>
    ClassificationUnknown,

    /// <summary>The classification contradicts the rest of the row.</summary>
    ClassificationDoubtful,

    /// <summary>No source.</summary>
    SourceMissing,

    /// <summary>No destination.</summary>
    DestinationMissing,

    /// <summary>The destination was taken from the description, as there is no column for it: to be confirmed.</summary>
    DestinationFromDescription,

    /// <summary>The destination was taken from the heading above the table: to be confirmed.</summary>
    DestinationFromHeading,

    /// <summary>The text supports both directions.</summary>
    DirectionDoubtful,

    /// <summary>A name that stands for no particular thing: an address must be given by hand.</summary>
    NameVague,

    // protocols

    /// <summary>No protocol; never derived from the port or the row above.</summary>
    ProtocolMissing,

    /// <summary>A protocol that is not known here.</summary>
    ProtocolUnknown,

    /// <summary>Several protocols, and the document does not say which port speaks which.</summary>
    ProtocolAmbiguous,

    /// <summary>The protocol was stated in the port cell or in the port column's title.</summary>
    ProtocolFromPortColumn,

    /// <summary>The protocol does not go with the port.</summary>
    ProtocolPortMismatch,

    /// <summary>The protocol runs over TCP or UDP and the document does not say which.</summary>
    TransportNotStated,

    // ports

    /// <summary>No port.</summary>
    PortMissing,

    /// <summary>Words instead of a port number.</summary>
    PortNotStated,

    /// <summary>Something that looks like a port and is none.</summary>
    PortUnreadable,

    /// <summary>A port outside 1–65535; left out, the row stays.</summary>
    PortOutOfRange,

    /// <summary>A port with words or marks around it; the number was read without them.</summary>
    PortDecorated,

    /// <summary>One of several ports is enough.</summary>
    PortAlternatives,

    /// <summary>All of several ports are meant.</summary>
    MultiPort,

    /// <summary>A range of ports; never expanded.</summary>
    PortRange,

    /// <summary>The document says that the port can be configured: the real one must be confirmed.</summary>
    PortConfigurable,

    /// <summary>No connection of a pod: nothing to probe.</summary>
    LogicalOnly,

    // what a row means

    /// <summary>The row points to another document instead of giving its values.</summary>
    RefersToOtherDocument,

    /// <summary>The source is outside the cluster: no probe can start there.</summary>
    SourceOutsideCluster,

    /// <summary>The source is a Service, which opens no connections: its endpoints are verified instead.</summary>
    SourceNotAnInitiator,

    /// <summary>The source runs on the node: probed from the node's network.</summary>
    SourceIsNode,

    /// <summary>The source is a Job: its pod is not always there.</summary>
    SourceIsJob,

    /// <summary>The source is an init container: it has the network identity of its pod.</summary>
    SourceIsInitContainer,

    /// <summary>Same source, destination, protocol and ports as an earlier row; kept as a connection of its own.</summary>
    DuplicateEndpoint,

    /// <summary>A mark or word for "as above"; read so.</summary>
    Ditto,

    /// <summary>A cell names several parties.</summary>
    MultiParty,

    /// <summary>The connection goes both ways: a row for each.</summary>
    Bidirectional,

    /// <summary>The direction is stated neither by the row nor above it: who connects to whom is left open.</summary>
    DirectionMissing,

    /// <summary>The source was taken from the heading above the table: to be confirmed.</summary>
    SourceFromHeading,

    /// <summary>The rule forbids the connection: it is expected to be blocked.</summary>
    RuleDenies,

    /// <summary>An action that is neither allow nor deny.</summary>
    ActionUnknown,

    /// <summary>The row is struck out: not live.</summary>
    RowStruckOut,

    /// <summary>Part of a cell is struck out and was left out.</summary>
    TextStruckOut,

    /// <summary>The row says that it is planned, retired or switched off: not live.</summary>
    RowNotLive,

    /// <summary>The port was taken from the destination's cell ("host:5432").</summary>
    PortFromDestination,

    /// <summary>The columns for ports contradict each other.</summary>
    PortColumnsDiffer,

    /// <summary>A mapping of ports: the one that callers use was taken.</summary>
    PortMapping,

    /// <summary>A number with a separator of thousands.</summary>
    PortThousands,

    // completions

    /// <summary>A completion names a row that the document does not have.</summary>
    CompletionWithoutRow,

    /// <summary>The row that a completion names says something else than what the completion was written for: not applied.</summary>
    CompletionOutdated,

    /// <summary>A completion replaces a value that the document gives.</summary>
    CompletionOverrides,

    /// <summary>A party of the map names a Component that the Components given do not have.</summary>
    NameNotBound,

    /// <summary>A name that several Components claim.</summary>
    NameAmbiguous,

    /// <summary>A name that is an address, a host name or the DNS name of a Service: its Component is bound to that.</summary>
    BindingFromName,

    /// <summary>The document states where a name runs: its Component is bound to that.</summary>
    BindingFromDocument,

    // size

    /// <summary>Text or a list longer than a custom resource takes.</summary>
    ValueTooLong,

    /// <summary>More than one ConnectionMap takes: the document became several.</summary>
    MapSplit,

    /// <summary>An object of an earlier import that this one no longer has.</summary>
    LeftBehind,

    // files

    /// <summary>A file that cannot be opened or read.</summary>
    FileUnreadable,

    /// <summary>A completions file that is no valid YAML or has fields that no completion has; its document is not imported, or the completions would be lost.</summary>
    CompletionsInvalid,

    /// <summary>A file of Components that is no valid YAML; nothing is imported, or every name would get a second Component.</summary>
    ComponentsInvalid,
}

public static class DocumentIssueCodes
{
    /// <summary>The word for a code: <c>NoPortColumn</c> is <c>no-port-column</c>.</summary>
    public static string Word(this DocumentIssueCode code)
    {
        var name = code.ToString();
        var word = new System.Text.StringBuilder(name.Length + 4);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter) && word.Length > 0)
                word.Append('-');
            word.Append(char.ToLowerInvariant(letter));
        }

        return word.ToString();
    }
}
