using Plumbline.Import;

namespace Plumbline.Commands;

/// <summary>
/// The issues of documents on standard error, one a line. A document of 100,000 rows has as many issues of one kind: nobody reads them there, so of each kind only the first are
/// shown, and how many there are.
/// </summary>
internal sealed class ImportIssueLines(TextWriter error)
{
    /// <summary>Lines of one code for one document.</summary>
    public const int MostPerCode = 500;

    public void Write(string file, IReadOnlyList<DocumentIssue> issues)
    {
        var shown = new Dictionary<DocumentIssueCode, int>();
        foreach (var issue in InRows(issues))
        {
            var count = shown[issue.Code] = shown.GetValueOrDefault(issue.Code) + 1;
            if (count <= MostPerCode)
                error.WriteLine(issue.ToLine(issue.File ?? file));
        }

        foreach (var (code, count) in shown.Where(s => s.Value > MostPerCode).OrderBy(s => s.Key))
            error.WriteLine($"{file}: {count - MostPerCode} more issues '{code.Word()}' are not shown; --output json has all {count}");
    }

    /// <summary>Issues of one row stand together, where the first of them would stand.</summary>
    private static IEnumerable<DocumentIssue> InRows(IReadOnlyList<DocumentIssue> issues) =>
        issues.Select((issue, i) => (issue, Group: issue.Row is null || issue.File is not null ? $"#{i}" : issue.Row)).GroupBy(i => i.Group, StringComparer.Ordinal).SelectMany(g => g.Select(i => i.issue));
}
