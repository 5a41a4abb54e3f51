using System.Text.Json.Nodes;
using Plumbline.Import.Mapping;

namespace Plumbline.Import.Files;

/// <param name="Files">Documents.</param>
/// <param name="Components">Manifests whose Components claim names; empty: <c>components.yaml</c> beside the documents, where there is one.</param>
/// <param name="Completions">Completions files; each is for the document of the same stem, or for the only document. Files beside the documents are found without.</param>
/// <param name="UseCompletions">False: what the documents say and nothing else.</param>
/// <param name="IntervalSeconds">Overrides the completions' interval; null keeps it.</param>
public sealed record ImportRequest(
    IReadOnlyList<string> Files,
    IReadOnlyList<string> Components,
    IReadOnlyList<string> Completions,
    bool UseCompletions = true,
    string Namespace = "docs",
    int? IntervalSeconds = null);

/// <param name="File">As given.</param>
/// <param name="Map">Null when nothing could be imported; <paramref name="Issues"/> say why.</param>
public sealed record DocumentOutcome(string File, ImportedDocument Document, ConnectionMapDraft? Map, IReadOnlyList<DocumentIssue> Issues);

/// <param name="Documents">In the order given.</param>
/// <param name="Scaffolds">Components for names that none claims.</param>
/// <param name="Issues">Issues of no single document (Components files, names), and their files.</param>
public sealed record ImportOutcome(IReadOnlyList<DocumentOutcome> Documents, IReadOnlyList<ComponentDraft> Scaffolds, IReadOnlyList<DocumentIssue> Issues)
{
    /// <summary>Every file was imported, perhaps with issues.</summary>
    public bool IsComplete => Documents.All(d => d.Map is not null) && !Issues.Any(i => i.Code == DocumentIssueCode.ComponentsInvalid);

    public IEnumerable<ConnectionMapDraft> Maps => Documents.Select(d => d.Map).OfType<ConnectionMapDraft>();

    /// <summary>Scaffolds, then maps, as objects of the Kubernetes API.</summary>
    public IEnumerable<JsonObject> Manifests() => Scaffolds.Select(Mapping.Manifests.ToJson).Concat(Maps.Select(Mapping.Manifests.ToJson));
}

/// <summary>Files to ConnectionMaps: the <c>import</c> verb without its command line.</summary>
public static class DocumentImport
{
    public static ImportOutcome Run(ImportRequest request)
    {
        var issues = new List<DocumentIssue>();
        var known = KnownComponents(request, issues);
        var completions = request.UseCompletions ? new CompletionsFinder(request, issues) : null;
        var names = new HashSet<string>(StringComparer.Ordinal);
        var documents = request.Files.Select(file => Import(file, request, completions, names)).ToList();

        var maps = documents.Select(d => d.Map).OfType<ConnectionMapDraft>().ToList();
        var scaffolds = known is null ? [] : ComponentScaffolder.Scaffold(maps, known, issues);
        var nameIssues = issues.Where(i => i.File is not null).Select(i => i with { File = documents.Find(d => d.Map?.File == i.File)?.File ?? i.File });
        return new ImportOutcome(documents, scaffolds, [.. nameIssues]);
    }

    private static DocumentOutcome Import(string file, ImportRequest request, CompletionsFinder? finder, HashSet<string> names)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var unreadable = new DocumentIssue(DocumentIssueCode.FileUnreadable, DocumentIssueSeverity.Error, null, [], $"the file cannot be read ({e.Message.TrimEnd('.')}); check the path and its permissions");
            return new DocumentOutcome(file, new ImportedDocument(new DocumentFacts(Path.GetFileName(file), null, Path.GetFileName(file), []), [], [unreadable]), null, [unreadable]);
        }

        var document = DocumentReader.Read(Path.GetFileName(file), content);
        if (document.NothingImported)
            return new DocumentOutcome(file, document, null, document.Issues);

        var problems = new List<DocumentIssue>();
        var completions = finder?.For(file, problems) ?? Completions.None;
        if (problems.Count > 0)
            return new DocumentOutcome(file, document, null, [.. document.Issues, .. problems]);

        var result = ConnectionMapBuilder.Build(document, completions, new ConnectionMapOptions(request.Namespace, request.IntervalSeconds));
        var name = ObjectNames.Free(result.Map.Name, names, completions.Map.Name is null ? ObjectNames.MaximumMapName : ObjectNames.MaximumLength);
        return new DocumentOutcome(file, document, result.Map with { Name = name }, result.Issues);
    }

    /// <returns>Null when a file of Components cannot be used: without it every name would get a second Component.</returns>
    private static List<KnownComponent>? KnownComponents(ImportRequest request, List<DocumentIssue> issues)
    {
        var files = request.Components.Count > 0
            ? request.Components
            : [.. request.Files.Select(f => Path.Combine(Path.GetDirectoryName(f) ?? "", ComponentsFile.DefaultName)).Distinct().Where(File.Exists)];
        var known = new List<KnownComponent>();
        var broken = false;
        foreach (var file in files)
        {
            var problems = new List<YamlProblem>();
            if (TextFile.Read(file, problems) is { } text)
                known.AddRange(ComponentsFile.Parse(text, request.Namespace, problems));
            issues.AddRange(problems.Select(p => p.ToIssue(file, DocumentIssueCode.ComponentsInvalid)));
            broken |= problems.Count > 0;
        }

        return broken ? null : known;
    }
}

internal static class TextFile
{
    public static string? Read(string file, ICollection<YamlProblem> problems)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new YamlProblem(1, $"the file cannot be read ({e.Message.TrimEnd('.')}); check the path and its permissions"));
            return null;
        }
    }

    public static DocumentIssue ToIssue(this YamlProblem problem, string file, DocumentIssueCode code) =>
        new(code, DocumentIssueSeverity.Error, null, [problem.Line], problem.Message, file);
}
