using System.Text.Json;
using System.Text.Json.Nodes;
using Plumbline.Api;
using Plumbline.Import.Binding;
using Plumbline.Import.Mapping;

namespace Plumbline.Import.Files;

/// <param name="Maps">Of the documents and manifests.</param>
/// <param name="Known">Components, bound or not.</param>
/// <param name="Definitions">What the documents say that short forms stand for.</param>
/// <param name="Problems">Files that could not be used, each as a line.</param>
public sealed record DocumentNames(IReadOnlyList<ConnectionMapDraft> Maps, IReadOnlyList<KnownComponent> Known, NameDefinitions Definitions, IReadOnlyList<string> Problems)
{
    public IReadOnlyList<NameUse> Unbound => UnboundNames.Find(Maps, Known);
}

/// <summary>Reads the names of documents, of manifests that were made of documents, or of what is in the cluster already.</summary>
public static class NamesToBind
{
    /// <summary>Text beyond this is not searched for definitions.</summary>
    private const int MostText = 4_000_000;

    /// <param name="files">Documents; and manifests, which are told by the kinds in them.</param>
    /// <param name="components">As for the import.</param>
    public static DocumentNames Read(IReadOnlyList<string> files, IReadOnlyList<string> components, string @namespace)
    {
        var expanded = DocumentFiles.Expand(files).Select(f => f.Path).ToList();
        var manifests = expanded.Where(IsManifest).ToList();
        var documents = expanded.Except(manifests).ToList();
        var problems = new List<string>();
        var definitions = new NameDefinitions();
        var outcome = DocumentImport.Run(new ImportRequest(documents, components, [], Namespace: @namespace));
        foreach (var document in outcome.Documents.Where(d => !d.IsImported && !d.IsOther))
            problems.AddRange(document.Issues.Where(i => i.Severity == DocumentIssueSeverity.Error).Select(i => i.ToLine(document.File)));
        problems.AddRange(outcome.Issues.Where(i => i.Code is DocumentIssueCode.ComponentsInvalid or DocumentIssueCode.CompletionsInvalid).Select(i => i.ToLine(i.File ?? "")));
        foreach (var document in outcome.Documents.Where(d => d.IsImported && d.File != DocumentFiles.StandardInput))
            Define(definitions, document);

        var given = manifests.SelectMany(m => Parse(m, problems)).ToList();
        var known = components.Count > 0 ? components : [.. expanded.Where(f => f != DocumentFiles.StandardInput).Select(f => Path.Combine(Path.GetDirectoryName(f) ?? "", ComponentsFile.DefaultName)).Distinct().Where(File.Exists)];
        return new DocumentNames(
            [.. outcome.Maps, .. given.Select(MapOf).OfType<ConnectionMapDraft>()],
            [.. ComponentsFile.Load(known, @namespace, []) ?? [], .. given.Select(KnownOf).OfType<KnownComponent>()],
            definitions,
            problems);
    }

    /// <summary>A map of the cluster or of a file.</summary>
    public static ConnectionMapDraft Of(V1Alpha1ConnectionMap map) => new(map, [.. (map.Spec.Connections ?? []).Select(r => new MapRow(r, []))], map.Spec.Document?.File ?? map.Metadata.Name);

    public static KnownComponent Of(V1Alpha1Component component)
    {
        var spec = component.Spec;
        var bound = spec.Workload is not null || spec.Pods is not null || spec.Service is not null || spec.External is not null || spec.Nodes is not null || spec.Group is not null || spec.Outside is not null;
        return new KnownComponent(component.Metadata.Name, spec.Names ?? [], bound);
    }

    private static void Define(NameDefinitions definitions, DocumentOutcome document)
    {
        foreach (var row in document.Document.Rows)
            definitions.Read(row.Description ?? "");
        try
        {
            var text = File.ReadAllText(document.File);
            definitions.Read(text[..Math.Min(text.Length, MostText)]);
        }
        catch (IOException)
        {
            // It was read a moment ago; its rows say enough.
        }
    }

    private static bool IsManifest(string file)
    {
        if (Path.GetExtension(file) is not (".yaml" or ".yml" or ".json") || !File.Exists(file))
            return false;
        try
        {
            return File.ReadLines(file).Take(2000).Any(l => l.Contains("plumbline.dev/", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static IReadOnlyList<JsonObject> Parse(string file, List<string> problems)
    {
        try
        {
            return YamlReader.Manifests(file);
        }
        catch (InvalidDataException e)
        {
            problems.Add(e.Message);
            return [];
        }
    }

    private static ConnectionMapDraft? MapOf(JsonObject manifest) =>
        manifest["kind"]?.ToString() == V1Alpha1ConnectionMap.EntityKind && Try(() => manifest.Deserialize(PlumblineJson.Default.V1Alpha1ConnectionMap)) is { Metadata.Name: not null } map ? Of(map) : null;

    private static KnownComponent? KnownOf(JsonObject manifest) =>
        manifest["kind"]?.ToString() == V1Alpha1Component.EntityKind && Try(() => manifest.Deserialize(PlumblineJson.Default.V1Alpha1Component)) is { Metadata.Name: not null } component ? Of(component) : null;

    /// <summary>Other people's manifests may be of another version; what cannot be read has no names for us.</summary>
    private static T? Try<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
