using Plumbline.Import.Cells;
using Plumbline.Import.Rows;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Judging;

/// <summary>What the rules need to know beyond the row they look at.</summary>
/// <param name="Service">The service from whose point of view the document speaks, where it says so.</param>
/// <param name="CalledJobs">What stands before the word "job" wherever a description has it.</param>
/// <param name="Footnotes">Lines outside the table that begin with a footnote's mark.</param>
/// <param name="Names">What stands alone in cells of parties.</param>
internal sealed record DocumentContext(string? Service, IReadOnlyList<string> CalledJobs, IReadOnlyList<string> Footnotes, IReadOnlySet<string> Names);

/// <summary>A row while its rules run, each taking a cell or a question further.</summary>
internal sealed class RowDraft(LaidOutRow laid, string id, int ordinal, DocumentContext context)
{
    /// <summary>Characters. No party is called by more.</summary>
    public const int MaximumName = 500;

    private List<DocumentIssue>? _issues;
    private SortedDictionary<int, PortFact>? _perPort;
    private List<string>? _reasons;

    public LaidOutRow Laid { get; } = laid;

    public TableHeader Header => Laid.Table.Header;

    public string Id { get; } = id;

    public int Ordinal { get; } = ordinal;

    public DocumentContext Context { get; } = context;

    public string? Source { get; set; }

    public string? Destination { get; set; }

    public DestinationOrigin Origin { get; set; }

    public ProtocolCell Protocol { get; set; } = ProtocolCell.Empty;

    public PortCell Port { get; set; } = PortReader.Read("");

    public bool Alternatives { get; set; }

    public SortedDictionary<int, PortFact> PerPort => _perPort ??= [];

    public bool HasPerPort => _perPort is { Count: > 0 };

    /// <summary>The direction that the row states.</summary>
    public Flow Flow { get; set; }

    public bool BothDirections { get; set; }

    public IReadOnlyList<string> Sources { get; set; } = [];

    public IReadOnlyList<string> Destinations { get; set; } = [];

    public IReadOnlyList<StatedPlace> Places { get; set; } = [];

    public bool ExpectBlocked { get; set; }

    public bool NotLive { get; set; }

    public string? Classification { get; set; }

    public string? Description { get; set; }

    public IReadOnlyList<string> ReferencesRows { get; set; } = [];

    public string? ReferencesDocument { get; set; }

    /// <summary>The row points to another document: its empty cells are no omission.</summary>
    public bool IsReference { get; set; }

    /// <summary>The protocol and some port contradict each other: each port is verified its own way.</summary>
    public bool Mismatch { get; set; }

    public bool SourceOutsideCluster { get; set; }

    public bool SourceIsNode { get; set; }

    public bool SourceIsService { get; set; }

    public List<string> Reasons => _reasons ??= [];

    public bool IsVerifiable => _reasons is not { Count: > 0 };

    public IReadOnlyList<DocumentIssue> Issues => _issues ?? (IReadOnlyList<DocumentIssue>)[];

    public bool IsLogical => Port.Logical || Protocol.Transport == Transport.Logical;

    public bool IsCutAt(ColumnRole role) => Laid.CutAfterColumn is { } column && Laid.Column(role) == column;

    public void Info(DocumentIssueCode code, string message, params IEnumerable<int> lines) => Report(code, DocumentIssueSeverity.Info, message, lines);

    public void Warn(DocumentIssueCode code, string message, params IEnumerable<int> lines) => Report(code, DocumentIssueSeverity.Warning, message, lines);

    public void Error(DocumentIssueCode code, string message, params IEnumerable<int> lines) => Report(code, DocumentIssueSeverity.Error, message, lines);

    public void Report(DocumentIssueCode code, DocumentIssueSeverity severity, string message, IEnumerable<int> lines)
    {
        var at = lines.Distinct().Order().ToArray();
        (_issues ??= []).Add(new DocumentIssue(code, severity, Id, at.Length > 0 ? at : [Laid.MainLine], message));
    }

    /// <summary>The lines of the description where a text stands; the row's own line when it stands across lines.</summary>
    public IReadOnlyList<int> LinesOfText(Func<string, bool> matches)
    {
        var lines = Laid.Pieces(ColumnRole.Description).Where(p => matches(p.Text)).Select(p => p.Line).ToArray();
        return lines.Length > 0 ? lines : [Laid.MainLine];
    }
}
