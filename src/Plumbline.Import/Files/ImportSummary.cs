using Plumbline.Import.Mapping;

namespace Plumbline.Import.Files;

/// <summary>What there is to do for a row.</summary>
public enum RowState
{
    /// <summary>Nothing.</summary>
    Right,

    /// <summary>It can be verified as it is, but a person could read the document differently.</summary>
    ToCheck,

    /// <summary>A value is missing.</summary>
    ToComplete,

    /// <summary>The document says that it is planned, retired or switched off: it is in no map.</summary>
    LeftOut,
}

/// <summary>The import in numbers, and the rows that somebody has to complete.</summary>
/// <param name="NotImported">Documents that could not be read.</param>
/// <param name="Others">Pages of a folder without a table of connections.</param>
/// <param name="LeftOut">Tables, rows and lines that were seen and not imported; an issue names each.</param>
public sealed record ImportSummary(int Documents, int NotImported, int Others, int Tables, int Rows, int Right, int ToCheck, int ToComplete, int LeftOut, int Answered, IReadOnlyList<string> Open)
{
    private const int MostNamed = 10;

    private static readonly DocumentIssueCode[] LeftOutCodes =
    [
        DocumentIssueCode.TableLeftOut, DocumentIssueCode.TableNotRead, DocumentIssueCode.TableInFence, DocumentIssueCode.TableCommentedOut, DocumentIssueCode.RowHidden,
        DocumentIssueCode.DiagramLeftOut, DocumentIssueCode.ManifestLeftOut, DocumentIssueCode.LineLeftOut,
    ];

    public static ImportSummary Of(ImportOutcome outcome)
    {
        var states = new Dictionary<RowState, int>();
        var open = new List<string>();
        foreach (var document in outcome.Documents)
        {
            foreach (var (row, state, gaps) in RowsOf(document))
            {
                states[state] = states.GetValueOrDefault(state) + 1;
                if (state == RowState.ToComplete)
                    open.Add($"{document.File}:{row.Line}: row {row.Id}{(gaps.Count == 0 ? "" : $": {string.Join(", ", gaps)}")}");
            }
        }

        return new ImportSummary(
            outcome.Documents.Count,
            outcome.Documents.Count(d => !d.IsImported && !d.IsOther),
            outcome.Documents.Count(d => d.IsOther),
            outcome.Documents.Sum(d => d.Document.Document.Tables.Count),
            states.Values.Sum(),
            states.GetValueOrDefault(RowState.Right),
            states.GetValueOrDefault(RowState.ToCheck),
            states.GetValueOrDefault(RowState.ToComplete),
            states.GetValueOrDefault(RowState.LeftOut) + outcome.Documents.Sum(d => d.Issues.Count(i => LeftOutCodes.Contains(i.Code))),
            outcome.Documents.Sum(d => d.Answered.Count(a => a.Severity == DocumentIssueSeverity.Error)),
            open);
    }

    /// <summary>Each row of the document with what there is to do for it.</summary>
    public static IEnumerable<(DocumentedRow Row, RowState State, IReadOnlyList<string> Gaps)> RowsOf(DocumentOutcome document)
    {
        if (!document.IsImported)
            yield break;
        var worst = document.Issues.Where(i => i.Row is not null && i.Severity != DocumentIssueSeverity.Info).GroupBy(i => i.Row!).ToDictionary(g => g.Key, g => g.Max(i => i.Severity), StringComparer.Ordinal);
        var mapped = document.Maps.SelectMany(m => m.Rows).ToLookup(r => r.DocumentRow, StringComparer.Ordinal);
        foreach (var row in document.Document.Rows)
        {
            IReadOnlyList<string> gaps = [.. mapped[row.Id].SelectMany(r => RowGaps.Of(r.Row)).Distinct()];
            yield return (row, StateOf(mapped.Contains(row.Id), gaps.Count > 0, worst.GetValueOrDefault(row.Id, DocumentIssueSeverity.Info)), gaps);
        }
    }

    private static RowState StateOf(bool isMapped, bool hasGaps, DocumentIssueSeverity worst) => (isMapped, hasGaps, worst) switch
    {
        (false, _, _) => RowState.LeftOut,
        (_, true, _) or (_, _, DocumentIssueSeverity.Error) => RowState.ToComplete,
        (_, _, DocumentIssueSeverity.Warning) => RowState.ToCheck,
        _ => RowState.Right,
    };

    /// <summary>One line of numbers; where something is to complete, the rows and their missing fields under it.</summary>
    public IEnumerable<string> Lines()
    {
        var documents = Documents - Others;
        yield return $"{Count(documents, "document")}, {Count(Tables, "table")}, {Count(Rows, "row")}: {Right} right, {ToCheck} to check, {ToComplete} to complete, {LeftOut} left out"
            + $"{(Answered > 0 ? $"; {Count(Answered, "gap")} completed" : "")}{(NotImported > 0 ? $"; {Count(NotImported, "document")} not imported" : "")}"
            + $"{(Others > 0 ? $"; {Count(Others, "other file")} without a table of connections" : "")}";
        foreach (var row in Open.Take(MostNamed))
            yield return $"  to complete: {row}";
        if (Open.Count > MostNamed)
            yield return $"  and {Open.Count - MostNamed} more; --output completions prints what to fill in for all of them";
    }

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";
}
