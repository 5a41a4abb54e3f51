using System.Text.RegularExpressions;

namespace Plumbline.Import.Mapping;

/// <summary>
/// Which completion is for which row. One whose row is gone or says something else is reported and never applied: on another row it would be a wrong value
/// that looks confirmed.
/// </summary>
internal sealed partial class CompletionMatcher
{
    private static readonly DocumentIssueCode[] DoubtsOfParties =
    [
        DocumentIssueCode.DirectionDoubtful, DocumentIssueCode.SplitGuessed, DocumentIssueCode.SplitFailed, DocumentIssueCode.DestinationFromDescription, DocumentIssueCode.DestinationFromHeading,
        DocumentIssueCode.SourceFromHeading, DocumentIssueCode.DirectionMissing, DocumentIssueCode.MultiParty, DocumentIssueCode.Bidirectional,
    ];

    private readonly ImportedDocument _document;
    private readonly Completions _completions;
    private readonly ICollection<DocumentIssue> _issues;
    private readonly Dictionary<string, DocumentedRow> _rows;

    private CompletionMatcher(ImportedDocument document, Completions completions, ICollection<DocumentIssue> issues)
    {
        (_document, _completions, _issues) = (document, completions, issues);
        _rows = document.Rows.ToDictionary(r => r.Id, StringComparer.Ordinal);
    }

    /// <returns>By the row's id.</returns>
    public static IReadOnlyDictionary<string, RowCompletion> Match(ImportedDocument document, Completions completions, ICollection<DocumentIssue> issues) =>
        new CompletionMatcher(document, completions, issues).Match();

    private Dictionary<string, RowCompletion> Match()
    {
        var byRow = new Dictionary<string, RowCompletion>(StringComparer.Ordinal);
        foreach (var completion in _completions.Rows)
        {
            if (!_rows.TryGetValue(completion.Row, out var row))
                Report(completion, DocumentIssueCode.CompletionWithoutRow, $"there is no row '{completion.Row}' in {_document.Document.SourceFile}: not applied; {WayOut(completion)}");
            else if (completion.Says?.Differences(row) is { Count: > 0 } differences)
                Report(completion, DocumentIssueCode.CompletionOutdated, $"row '{row.Id}' now says {string.Join(", ", differences)}: not applied; {WayOut(completion)}");
            else if (IsForOtherParties(completion, row))
                Report(completion, DocumentIssueCode.CompletionOutdated, $"row '{row.Id}' says '{row.Source}' to '{row.Destination}', not '{completion.From}' to '{completion.To}': not applied; correct the row, or change the parties one at a time if the document is wrong");
            else if (!byRow.TryAdd(row.Id, completion))
                Report(completion, DocumentIssueCode.CompletionWithoutRow, $"row '{completion.Row}' was completed before: not applied; write both into one completion");
        }

        return byRow;
    }

    /// <summary>
    /// Both parties replaced by others, which nobody does to correct a row. To turn a row round is a correction, and so is to name parties that the
    /// importer was not sure of.
    /// </summary>
    private static bool IsForOtherParties(RowCompletion completion, DocumentedRow row)
    {
        if (completion is not { From: { } from, To: { } to } || row is not { Source: { } source, Destination: { } destination } || row.DestinationOrigin != DestinationOrigin.Column)
            return false;
        var named = new[] { ObjectNames.Key(from), ObjectNames.Key(to) };
        return !named.Contains(ObjectNames.Key(source)) && !named.Contains(ObjectNames.Key(destination))
            && !row.Warnings.Any(w => DoubtsOfParties.Contains(w.Code));
    }

    private string WayOut(RowCompletion completion)
    {
        if (completion.Says is { } says && _document.Rows.Where(r => says.Differences(r).Count == 0).ToList() is [var only])
            return $"row '{only.Id}' says what it was written for: if it is for that one, write its id";
        if (Place().Match(completion.Row) is { Success: true } place && int.TryParse(place.Groups[1].ValueSpan, out var ordinal) && ordinal >= 1 && ordinal <= _document.Rows.Count)
            return $"rows without a number are known by what they say, not by their place: write the id of the row that it is for (the one at this place now is '{_document.Rows[ordinal - 1].Id}')";
        return "correct the row, or remove the completion if the document dropped it";
    }

    private void Report(RowCompletion completion, DocumentIssueCode code, string message) =>
        _issues.Add(new DocumentIssue(code, DocumentIssueSeverity.Warning, null, [completion.Line], message, _completions.File));

    [GeneratedRegex("^r([0-9]{1,9})$")]
    private static partial Regex Place();
}
