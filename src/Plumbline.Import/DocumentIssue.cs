using Plumbline.Import.Mapping;

namespace Plumbline.Import;

public enum DocumentIssueSeverity
{
    /// <summary>A repair that can only be read one way.</summary>
    Info,

    /// <summary>Something a person could read differently.</summary>
    Warning,

    /// <summary>A value that a person must give before the row can be verified.</summary>
    Error,
}

/// <summary>What the importer has to say about a document or one of its rows: what was read, and what to do.</summary>
/// <param name="Row">The <see cref="DocumentedRow.Id"/>, or null for the document as a whole.</param>
/// <param name="Lines">1-based lines of the file, ascending; empty when no line can be named.</param>
/// <param name="File">Set when the lines are not those of the document but of another file (its completions, a Components file).</param>
public sealed record DocumentIssue(DocumentIssueCode Code, DocumentIssueSeverity Severity, string? Row, IReadOnlyList<int> Lines, string Message, string? File = null)
{
    /// <summary><c>file:line: severity: row N: code: message</c>, as compilers write and editors read; line 1 where none can be named.</summary>
    public string ToLine(string documentFile) =>
        $"{File ?? documentFile}:{(Lines.Count > 0 ? Lines[0] : 1)}: {Severity.Word()}: {(Row is null ? "" : $"row {Row}: ")}{Code.Word()}: {Message}";
}

public static class DocumentIssueSeverities
{
    /// <summary>As in JSON and on standard error.</summary>
    public static string Word(this DocumentIssueSeverity severity) => severity switch
    {
        DocumentIssueSeverity.Error => "error",
        DocumentIssueSeverity.Warning => "warning",
        _ => "info",
    };
}
