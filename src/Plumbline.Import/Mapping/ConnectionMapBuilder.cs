namespace Plumbline.Import.Mapping;

/// <param name="Namespace">One documentation set.</param>
/// <param name="IntervalSeconds">Null: the default of the custom resource, unless the completions give one.</param>
public sealed record ConnectionMapOptions(string Namespace = "docs", int? IntervalSeconds = null);

/// <param name="Issues">The document's issues, those that a completion answers marked so, and what the completions themselves had to say.</param>
public sealed record ConnectionMapResult(ConnectionMapDraft Map, IReadOnlyList<DocumentIssue> Issues);

/// <summary>What a document says, together with what an engineer added, as a ConnectionMap.</summary>
public static class ConnectionMapBuilder
{
    private static readonly string[] GenericTitles = ["architecture", "connections", "connections table", "network", "ports", "overview", "introduction"];

    public static ConnectionMapResult Build(ImportedDocument document, Completions completions, ConnectionMapOptions options)
    {
        var issues = new List<DocumentIssue>();
        var byRow = Match(document, completions, issues);
        var connections = new List<ConnectionDraft>(document.Rows.Count);
        // what the document calls planned, retired or struck out is no connection to verify
        foreach (var row in document.Rows.Where(r => r.Live))
        {
            byRow.TryGetValue(row.Id, out var completion);
            connections.Add(RowMapper.Map(row, completion, completions.File, issues));
        }

        var title = completions.Map.Title ?? document.Document.Title;
        var map = new ConnectionMapDraft
        {
            Name = completions.Map.Name ?? ObjectNames.Label(NameSource(document.Document), ObjectNames.MaximumMapName),
            Namespace = options.Namespace,
            Title = title,
            File = document.Document.SourceFile,
            Url = completions.Map.Url,
            Revision = completions.Map.Revision,
            IntervalSeconds = options.IntervalSeconds ?? completions.Map.IntervalSeconds,
            TimeoutMilliseconds = completions.Map.TimeoutMilliseconds,
            FailureThreshold = completions.Map.FailureThreshold,
            MaxPairs = completions.Map.MaxPairs,
            Suspend = completions.Map.Suspend,
            Parties = completions.Parties,
            Connections = connections,
        };
        var answered = document.Issues.Select(issue => issue.Row is not null && byRow.TryGetValue(issue.Row, out var completion) ? CompletedIssues.Mark(issue, completion) : issue);
        return new ConnectionMapResult(map, [.. answered, .. issues]);
    }

    /// <summary>A page that is only called "Architecture" is better known by its service, or by its file.</summary>
    private static string NameSource(DocumentFacts document) =>
        !GenericTitles.Contains(document.Title.ToLowerInvariant()) ? document.Title : document.Service ?? Path.GetFileNameWithoutExtension(document.SourceFile);

    private static Dictionary<string, RowCompletion> Match(ImportedDocument document, Completions completions, List<DocumentIssue> issues)
    {
        var ids = document.Rows.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        var byRow = new Dictionary<string, RowCompletion>(StringComparer.Ordinal);
        foreach (var completion in completions.Rows)
        {
            if (!ids.Contains(completion.Row))
                Report(completion, $"there is no row '{completion.Row}' in {document.Document.SourceFile}: not applied; correct the row, or remove the completion if the document dropped it");
            else if (!byRow.TryAdd(completion.Row, completion))
                Report(completion, $"row '{completion.Row}' was completed before: not applied; write both into one completion");
        }

        return byRow;

        void Report(RowCompletion completion, string message) =>
            issues.Add(new DocumentIssue(DocumentIssueCode.CompletionWithoutRow, DocumentIssueSeverity.Warning, null, [completion.Line], message, completions.File));
    }
}
