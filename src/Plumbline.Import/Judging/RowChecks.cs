namespace Plumbline.Import.Judging;

/// <summary>What rows say together: equal numbers, equal connections.</summary>
internal static class RowChecks
{
    public static IReadOnlyList<DocumentedRow> Report(IReadOnlyList<DocumentedRow> rows)
    {
        var numbers = new Dictionary<string, DocumentedRow>(StringComparer.Ordinal);
        var endpoints = new Dictionary<string, DocumentedRow>(StringComparer.OrdinalIgnoreCase);
        return [.. rows.Select(row =>
        {
            List<DocumentIssue> warnings = [.. row.Warnings];
            if (row.Number is { } number && !numbers.TryAdd(number, row) && !(row.BothDirections && numbers[number].Line == row.Line))
                warnings.Add(Issue(row, DocumentIssueCode.DuplicateRowNumber, DocumentIssueSeverity.Warning, $"number {number} was used before, on line {numbers[number].Line}: this row is called '{row.Id}'; number the rows of the document differently"));
            if (row is { Source: not null, Destination: not null, Ports.Count: > 0 }
                && !endpoints.TryAdd($"{row.Source}\n{row.Destination}\n{row.Protocol}\n{string.Join(',', row.Ports)}", row))
            {
                var first = endpoints[$"{row.Source}\n{row.Destination}\n{row.Protocol}\n{string.Join(',', row.Ports)}"];
                warnings.Add(Issue(row, DocumentIssueCode.DuplicateEndpoint, DocumentIssueSeverity.Info, $"same source, destination, protocol and port as row {first.Id}: kept as a connection of its own (it may be another database); nothing to do"));
            }

            return warnings.Count == row.Warnings.Count ? row : row with { Warnings = warnings };
        })];
    }

    private static DocumentIssue Issue(DocumentedRow row, DocumentIssueCode code, DocumentIssueSeverity severity, string message) => new(code, severity, row.Id, [row.Line], message);
}
