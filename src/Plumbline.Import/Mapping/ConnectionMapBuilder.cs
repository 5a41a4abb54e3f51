using Plumbline.Api;
using Plumbline.Import.Binding;

namespace Plumbline.Import.Mapping;

/// <param name="Namespace">One documentation set.</param>
/// <param name="IntervalSeconds">Null: the default of the custom resource, unless the completions give one.</param>
public sealed record ConnectionMapOptions(string Namespace = "docs", int? IntervalSeconds = null);

/// <param name="Issues">The document's open issues, and what the completions themselves had to say.</param>
/// <param name="Answered">Issues that a completion answers.</param>
public sealed record ConnectionMapResult(ConnectionMapDraft Map, IReadOnlyList<DocumentIssue> Issues, IReadOnlyList<DocumentIssue> Answered);

/// <summary>What a document says, together with what an engineer added, as a ConnectionMap.</summary>
public static class ConnectionMapBuilder
{
    private static readonly string[] GenericTitles = ["architecture", "connections", "connections table", "network", "ports", "overview", "introduction"];

    /// <param name="path">The document, as it was given; by default its file's name.</param>
    public static ConnectionMapResult Build(ImportedDocument document, Completions completions, ConnectionMapOptions options, string? path = null)
    {
        var issues = new List<DocumentIssue>();
        var byRow = CompletionMatcher.Match(document, completions, issues);
        var rows = new List<MapRow>(document.Rows.Count);
        var ids = document.Rows.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        var repeats = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var row in document.Rows)
        {
            foreach (var mapped in RowMapper.Map(row, byRow.GetValueOrDefault(row.Id), completions.File, issues))
                rows.Add(FieldLengths.Cut(mapped.Row.Id == row.Id ? mapped : mapped with { Row = mapped.Row with { Id = FreeId(mapped.Row.Id!, ids, repeats) } }, issues));
        }

        var given = completions.Map;
        var map = new V1Alpha1ConnectionMap
        {
            Metadata = MapManifests.Metadata(
                given.Name ?? MapName(NameSource(document.Document)),
                options.Namespace,
                MapManifests.LabelsOf(document.Document.SourceFile)),
            Spec = new V1Alpha1ConnectionMapSpec
            {
                Document = new V1Alpha1Document
                {
                    Title = FieldLengths.Cut(given.Title ?? document.Document.Title, FieldLengths.Text),
                    Url = given.Url,
                    Revision = given.Revision,
                    File = document.Document.SourceFile,
                },
                Defaults = Defaults(given, options),
                Suspend = given.Suspend,
                Parties = completions.Parties.Count > 0 ? completions.Parties : null,
                Connections = [.. rows.Select(r => r.Row)],
            },
        };
        var answered = document.Issues.ToLookup(issue => issue.Row is not null && byRow.TryGetValue(issue.Row, out var completion) && CompletedIssues.Answers(completion, issue.Code));
        return new ConnectionMapResult(new ConnectionMapDraft(map, rows, path ?? document.Document.SourceFile) { Stated = StatedPlaces.Targets(document), StatedNamespaces = StatedPlaces.Namespaces(document) }, [.. answered[false], .. issues], [.. answered[true]]);
    }

    /// <summary>One of a row's connections may say just what another row says.</summary>
    /// <param name="repeats">The last ordinal of each id, so that rows that all say the same are not counted anew for each of them.</param>
    private static string FreeId(string wish, HashSet<string> taken, Dictionary<string, int> repeats)
    {
        if (taken.Add(wish))
            return wish;
        for (var n = repeats.GetValueOrDefault(wish, 1) + 1; ; n++)
        {
            var id = $"{wish}--{n}";
            if (!taken.Add(id))
                continue;
            repeats[wish] = n;
            return id;
        }
    }

    private static V1Alpha1MapDefaults? Defaults(MapCompletion given, ConnectionMapOptions options)
    {
        var defaults = new V1Alpha1MapDefaults
        {
            IntervalSeconds = options.IntervalSeconds ?? given.IntervalSeconds,
            TimeoutMilliseconds = given.TimeoutMilliseconds,
            FailureThreshold = given.FailureThreshold,
            Coverage = given.MaxPairs is { } pairs ? new V1Alpha1Coverage { MaxPairs = pairs } : null,
        };
        return defaults == new V1Alpha1MapDefaults() ? null : defaults;
    }

    private static string MapName(string source) =>
        source.Any(char.IsAsciiLetterOrDigit) ? ObjectNames.Label(source, ObjectNames.MaximumMapName) : ObjectNames.LabelOfName(source, ObjectNames.MaximumMapName);

    /// <summary>A page that is only called "Architecture" is better known by its service, or by its file.</summary>
    private static string NameSource(DocumentFacts document)
    {
        if (document.Title.Any(char.IsAsciiLetterOrDigit) && !GenericTitles.Contains(document.Title.ToLowerInvariant()))
            return document.Title;
        return document.Service ?? Path.GetFileNameWithoutExtension(document.SourceFile);
    }
}
