using System.Text.Json.Nodes;
using Plumbline.Import.Mapping;

namespace Plumbline.Import.Files;

/// <summary>What became of a row since an earlier import.</summary>
public abstract record RowChange(string Row)
{
    public sealed record Came(string Row, string Says) : RowChange(Row);

    public sealed record Went(string Row, string Says) : RowChange(Row);

    /// <summary>The same row under another id: its history begins anew, and completions have to name it so.</summary>
    public sealed record Renamed(string OldRow, string Row, string Says) : RowChange(Row);

    /// <param name="Fields"><c>ports [443] -> [8443]</c></param>
    public sealed record Changed(string Row, IReadOnlyList<string> Fields) : RowChange(Row);

    public string Text => this switch
    {
        Came came => $"+ row {came.Row}: {came.Says}",
        Went went => $"- row {went.Row}: {went.Says}",
        Renamed renamed => $"= row {renamed.OldRow} is now called {renamed.Row}: {renamed.Says}",
        Changed changed => $"~ row {changed.Row}: {string.Join("; ", changed.Fields)}",
        _ => "",
    };
}

/// <param name="Old">Names of its maps in the earlier import.</param>
public sealed record DocumentChange(string File, IReadOnlyList<string> Old, IReadOnlyList<RowChange> Rows);

/// <summary>An import against an earlier one, by the rows' ids.</summary>
/// <param name="LeftBehind">Objects that stay in the cluster although no document speaks of them any more.</param>
public sealed record ImportComparison(IReadOnlyList<DocumentChange> Documents, IReadOnlyList<DocumentIssue> LeftBehind)
{
    /// <param name="file">The earlier manifests, for messages.</param>
    public static ImportComparison Of(string file, IReadOnlyList<JsonObject> old, ImportOutcome outcome, string @namespace)
    {
        var maps = old.SelectMany(Items).Where(m => Is(m, "ConnectionMap", @namespace)).ToList();
        var matched = new HashSet<string>(StringComparer.Ordinal);
        var documents = new List<DocumentChange>();
        foreach (var document in outcome.Documents.Where(d => d.IsImported))
        {
            var names = document.Maps.Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
            var source = document.Document.Document.SourceFile;
            var before = maps.Where(m => !matched.Contains(NameOf(m)) && (names.Contains(NameOf(m)) || Text(At(m, "spec", "document", "file")) == source)).ToList();
            matched.UnionWith(before.Select(NameOf));
            if (before.Count > 0)
                documents.Add(new DocumentChange(document.File, [.. before.Select(NameOf)], [.. Compare([.. before.SelectMany(RowsOf)], [.. document.Maps.Select(MapManifests.ToJson).SelectMany(RowsOf)])]));
        }

        return new ImportComparison(documents, [.. LeftBehindMaps(file, maps, matched, outcome), .. LeftBehindComponents(file, old.SelectMany(Items).Where(c => Is(c, "Component", @namespace)), outcome)]);
    }

    public IEnumerable<string> Lines(string file)
    {
        foreach (var document in Documents)
        {
            yield return $"{document.File} against {file}: {Count<RowChange.Came>(document)} came, {Count<RowChange.Went>(document)} went, {Count<RowChange.Changed>(document)} changed"
                + $"{(Count<RowChange.Renamed>(document) is var renamed and > 0 ? $", {renamed} renamed" : "")}";
            foreach (var row in document.Rows)
                yield return $"  {row.Text}";
        }

        static int Count<T>(DocumentChange document) => document.Rows.OfType<T>().Count();
    }

    private static IEnumerable<RowChange> Compare(IReadOnlyList<JsonObject> before, IReadOnlyList<JsonObject> after)
    {
        var old = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var row in before)
            old.TryAdd(IdOf(row), row);
        var ids = after.Select(IdOf).ToHashSet(StringComparer.Ordinal);
        var gone = before.Where(r => !ids.Contains(IdOf(r))).GroupBy(Content).ToDictionary(g => g.Key, g => new Queue<JsonObject>(g), StringComparer.Ordinal);
        foreach (var row in after)
        {
            if (old.TryGetValue(IdOf(row), out var was))
            {
                if (Differences(was, row) is { Count: > 0 } fields)
                    yield return new RowChange.Changed(IdOf(row), fields);
            }
            else if (gone.TryGetValue(Content(row), out var same) && same.TryDequeue(out var renamed))
            {
                yield return new RowChange.Renamed(IdOf(renamed), IdOf(row), Says(row));
            }
            else
            {
                yield return new RowChange.Came(IdOf(row), Says(row));
            }
        }

        foreach (var row in gone.Values.SelectMany(q => q))
            yield return new RowChange.Went(IdOf(row), Says(row));
    }

    private static IReadOnlyList<string> Differences(JsonObject was, JsonObject row) =>
    [
        .. was.Concat(row).Select(f => f.Key).Distinct().Where(f => f is not ("id" or "line") && !JsonNode.DeepEquals(was[f], row[f]))
            .Select(f => $"{f} {Shown(was[f])} -> {Shown(row[f])}"),
    ];

    private static string Shown(JsonNode? value) => value is null ? "none" : FieldLengths.Cut(value.GetValueKind() == System.Text.Json.JsonValueKind.String ? $"'{value}'" : value.ToJsonString(), 80);

    /// <summary>All of a row but its name and its place.</summary>
    private static string Content(JsonObject row) => string.Join('\n', row.Where(f => f.Key is not ("id" or "line")).OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}={f.Value?.ToJsonString()}"));

    private static string Says(JsonObject row) =>
        $"{Text(row["from"]) ?? "?"} to {Text(row["to"]) ?? "?"}, {Text(row["protocol"]) ?? Text(row["protocolText"]) ?? "?"} {(row["ports"] is JsonArray ports ? string.Join(", ", ports.Select(p => p?.ToJsonString())) : "")}".TrimEnd();

    private static IEnumerable<DocumentIssue> LeftBehindMaps(string file, IEnumerable<JsonObject> maps, HashSet<string> matched, ImportOutcome outcome)
    {
        var now = outcome.Maps.Select(m => m.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var map in maps.Where(m => !now.Contains(NameOf(m))))
        {
            var why = matched.Contains(NameOf(map)) ? "its document is now another map" : $"its document '{Text(At(map, "spec", "document", "file"))}' was not imported this time";
            yield return Left(file, "ConnectionMap", map, why);
        }
    }

    private static IEnumerable<DocumentIssue> LeftBehindComponents(string file, IEnumerable<JsonObject> components, ImportOutcome outcome)
    {
        var used = outcome.Maps.SelectMany(m => m.Connections.SelectMany(r => new[] { r.From, r.To }).OfType<string>()).Select(ObjectNames.Key).ToHashSet(StringComparer.Ordinal);
        var named = outcome.Maps.SelectMany(m => m.Parties.Select(p => p.Component!)).Concat(outcome.Scaffolds.Select(s => s.Name)).ToHashSet(StringComparer.Ordinal);
        foreach (var component in components.Where(c => !named.Contains(NameOf(c))))
        {
            var names = At(component, "spec", "names") is JsonArray list ? list.Select(Text).OfType<string>().ToList() : [];
            if (!names.Any(n => used.Contains(ObjectNames.Key(n))) && !used.Contains(ObjectNames.Key(NameOf(component))))
                yield return Left(file, "Component", component, "no row of this import uses its names");
        }
    }

    private static DocumentIssue Left(string file, string kind, JsonObject resource, string why)
    {
        var @namespace = Text(At(resource, "metadata", "namespace"));
        return new DocumentIssue(
            DocumentIssueCode.LeftBehind,
            DocumentIssueSeverity.Warning,
            null,
            [],
            $"{kind} {@namespace}/{NameOf(resource)} is left behind: {why}; if nothing else needs it: kubectl delete {kind.ToLowerInvariant()} -n {@namespace} {NameOf(resource)}",
            file);
    }

    /// <summary>What <c>kubectl get -o yaml</c> prints is one List.</summary>
    private static IEnumerable<JsonObject> Items(JsonObject manifest) => Text(manifest["kind"]) is "List" && manifest["items"] is JsonArray items ? items.OfType<JsonObject>() : [manifest];

    private static bool Is(JsonObject manifest, string kind, string @namespace) =>
        Text(manifest["kind"]) == kind && Text(manifest["apiVersion"])?.StartsWith("plumbline.dev/", StringComparison.Ordinal) == true
        && manifest["metadata"] is JsonObject metadata && Text(metadata["name"]) is not null && (Text(metadata["namespace"]) ?? @namespace) == @namespace;

    private static IEnumerable<JsonObject> RowsOf(JsonObject map) => At(map, "spec", "connections") is JsonArray rows ? rows.OfType<JsonObject>() : [];

    private static string NameOf(JsonObject resource) => Text(At(resource, "metadata", "name")) ?? "";

    private static string IdOf(JsonObject row) => Text(row["id"]) ?? "";

    /// <summary>Null where something on the way is missing or no mapping: a person may have written the file.</summary>
    private static JsonNode? At(JsonObject from, params ReadOnlySpan<string> path)
    {
        JsonNode? node = from;
        foreach (var name in path)
            node = node is JsonObject mapping ? mapping[name] : null;
        return node;
    }

    private static string? Text(JsonNode? node) => node is JsonValue value ? value.ToString() : null;
}
