namespace Plumbline.Core.Documents;

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
public sealed record DocumentIssue(DocumentIssueCode Code, DocumentIssueSeverity Severity, string? Row, IReadOnlyList<int> Lines, string Message);
