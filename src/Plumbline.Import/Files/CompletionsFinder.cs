using Plumbline.Import.Mapping;

namespace Plumbline.Import.Files;

/// <summary>Which completions file belongs to which document.</summary>
internal sealed class CompletionsFinder
{
    private readonly Dictionary<string, string> _given = new(StringComparer.Ordinal);

    public CompletionsFinder(ImportRequest request, ICollection<DocumentIssue> issues)
    {
        foreach (var file in request.Completions)
        {
            var document = request.Files.Count == 1 ? request.Files[0] : request.Files.FirstOrDefault(f => Path.GetFileName(CompletionsFile.PathFor(f)) == Path.GetFileName(file));
            if (document is null || !_given.TryAdd(document, file))
            {
                issues.Add(new DocumentIssue(
                    DocumentIssueCode.CompletionsInvalid,
                    DocumentIssueSeverity.Error,
                    null,
                    [1],
                    $"no document to complete: name the file after its document (x.txt → x{CompletionsFile.Suffix}), and give each document one",
                    file));
            }
        }
    }

    /// <returns>Null when the document has none, or none that can be used (<paramref name="problems"/> then say why).</returns>
    public Completions? For(string document, ICollection<DocumentIssue> problems)
    {
        var file = _given.GetValueOrDefault(document) ?? CompletionsFile.PathFor(document);
        if (!_given.ContainsKey(document) && !File.Exists(file))
            return null;

        var found = new List<YamlProblem>();
        var completions = TextFile.Read(file, found) is { } text ? CompletionsFile.Parse(file, text, found) : null;
        foreach (var problem in found)
            problems.Add(problem.ToIssue(file, DocumentIssueCode.CompletionsInvalid));
        return completions;
    }
}
