using System.Text.Json.Nodes;
using Plumbline.Api;
using Plumbline.Import.Mapping;

namespace Plumbline.Import.Files;

/// <param name="Files">Documents: files, folders, patterns ("docs/**/*.md"), or "-" for standard input.</param>
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
    int? IntervalSeconds = null)
{
    /// <summary>What columns hold, before what the completions say.</summary>
    public ColumnOverrides Columns { get; init; } = ColumnOverrides.None;

    /// <summary>Encoding of the documents; null: as their bytes say.</summary>
    public string? Encoding { get; init; }

    /// <summary>What "-" reads.</summary>
    public Func<Stream> StandardInput { get; init; } = Console.OpenStandardInput;

    /// <summary>Told after each document.</summary>
    public IProgress<ImportProgress>? Progress { get; init; }
}

/// <param name="Read">Documents that are done.</param>
public readonly record struct ImportProgress(int Read, int Of);

/// <param name="File">As given.</param>
/// <param name="Maps">One, or several where the document is too large for one. Empty when nothing could be imported; <paramref name="Issues"/> say why.</param>
/// <param name="Answered">Issues that the completions answer.</param>
public sealed record DocumentOutcome(string File, ImportedDocument Document, IReadOnlyList<ConnectionMapDraft> Maps, IReadOnlyList<DocumentIssue> Issues, IReadOnlyList<DocumentIssue> Answered)
{
    /// <summary>Found in a folder, and no document of connections: left out without complaint.</summary>
    public bool IsOther { get; init; }

    public bool IsImported => Maps.Count > 0;
}

/// <param name="Documents">In the order given.</param>
/// <param name="Scaffolds">Components for names that none claims.</param>
/// <param name="Issues">Issues of no single document (Components files, names), and their files.</param>
public sealed record ImportOutcome(IReadOnlyList<DocumentOutcome> Documents, IReadOnlyList<ComponentDraft> Scaffolds, IReadOnlyList<DocumentIssue> Issues)
{
    /// <summary>Every file was imported, perhaps with issues.</summary>
    public bool IsComplete => Documents.All(d => d.IsImported || d.IsOther) && !Issues.Any(i => i.Code is DocumentIssueCode.ComponentsInvalid or DocumentIssueCode.CompletionsInvalid);

    public IEnumerable<ConnectionMapDraft> Maps => Documents.SelectMany(d => d.Maps);

    /// <summary>Scaffolds, then maps, as objects of the Kubernetes API.</summary>
    public IEnumerable<JsonObject> Manifests() => Scaffolds.Select(MapManifests.ToJson).Concat(Maps.Select(MapManifests.ToJson));
}

/// <summary>Files to ConnectionMaps: the <c>import</c> verb without its command line.</summary>
public static class DocumentImport
{
    /// <summary>What a page of a folder may be without being broken.</summary>
    private static readonly DocumentIssueCode[] NoDocument = [DocumentIssueCode.NoTable, DocumentIssueCode.EmptyDocument, DocumentIssueCode.BinaryDocument];

    public static ImportOutcome Run(ImportRequest request)
    {
        var issues = new List<DocumentIssue>();
        var files = DocumentFiles.Expand(request.Files);
        request = request with { Files = [.. files.Select(f => f.Path)] };
        var known = KnownComponents(request, issues);
        var completions = request.UseCompletions ? new CompletionsFinder(request, issues) : null;
        var names = new HashSet<string>(StringComparer.Ordinal);
        var documents = new List<DocumentOutcome>(files.Count);
        foreach (var file in files)
        {
            documents.Add(Import(file, request, completions, names));
            request.Progress?.Report(new ImportProgress(documents.Count, files.Count));
        }

        var maps = documents.SelectMany(d => d.Maps).ToList();
        var scaffolds = known is null ? [] : ComponentScaffolder.Scaffold(maps, known, issues);
        return new ImportOutcome(documents, scaffolds, issues);
    }

    private static DocumentOutcome Import(DocumentFile file, ImportRequest request, CompletionsFinder? finder, HashSet<string> names)
    {
        var name = file.Path == DocumentFiles.StandardInput ? "stdin" : Path.GetFileName(file.Path);
        byte[] content;
        try
        {
            content = Read(file.Path, request);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var unreadable = new DocumentIssue(DocumentIssueCode.FileUnreadable, DocumentIssueSeverity.Error, null, [], $"the file cannot be read ({e.Message.TrimEnd('.')}); check the path and its permissions");
            return new DocumentOutcome(file.Path, new ImportedDocument(new DocumentFacts(name, null, name, []), [], [unreadable]), [], [unreadable], []);
        }

        var problems = new List<DocumentIssue>();
        var completions = finder?.For(file.Path, problems) ?? Completions.None;
        var options = new DocumentReadOptions { Columns = request.Columns.Over(completions.Columns), Encoding = request.Encoding };
        var document = DocumentReader.Read(name, content, options);
        if (document.NothingImported && problems.Count == 0)
        {
            var isOther = file.Found && document.Issues.All(i => i.Severity != DocumentIssueSeverity.Error || NoDocument.Contains(i.Code));
            return new DocumentOutcome(file.Path, document, [], isOther ? [] : document.Issues, []) { IsOther = isOther };
        }

        if (problems.Count > 0)
            return new DocumentOutcome(file.Path, document, [], [.. document.Issues, .. problems], []);

        var result = ConnectionMapBuilder.Build(document, completions, new ConnectionMapOptions(request.Namespace, request.IntervalSeconds), file.Path);
        var free = FreeName(result.Map.Name, name, names, completions.Map.Name is null ? ObjectNames.MaximumMapName : ObjectNames.MaximumLength);
        var split = MapSplitter.Split(free == result.Map.Name ? result.Map : result.Map.WithName(free));
        return new DocumentOutcome(file.Path, document, split.Maps, split.Issue is null ? result.Issues : [.. result.Issues, split.Issue], result.Answered);
    }

    /// <summary>Documents of one title are told apart by their files first: that stays when others come and go.</summary>
    private static string FreeName(string wish, string file, HashSet<string> taken, int maximum)
    {
        if (taken.Add(wish))
            return wish;
        var stem = ObjectNames.LabelOfName(Path.GetFileNameWithoutExtension(file), maximum / 2);
        return ObjectNames.Free(stem == wish ? wish : ObjectNames.WithSuffix(wish, $"-{stem}", maximum), taken, maximum);
    }

    private static byte[] Read(string path, ImportRequest request)
    {
        if (path != DocumentFiles.StandardInput)
            return File.ReadAllBytes(path);
        using var input = request.StandardInput();
        using var buffer = new MemoryStream();
        input.CopyTo(buffer);
        return buffer.ToArray();
    }

    /// <returns>Null when a file of Components cannot be used: without it every name would get a second Component.</returns>
    private static List<KnownComponent>? KnownComponents(ImportRequest request, List<DocumentIssue> issues)
    {
        var files = request.Components.Count > 0
            ? request.Components
            : [.. request.Files.Where(f => f != DocumentFiles.StandardInput).Select(f => Path.Combine(Path.GetDirectoryName(f) ?? "", ComponentsFile.DefaultName)).Distinct().Where(File.Exists)];
        return ComponentsFile.Load(files, request.Namespace, issues);
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
