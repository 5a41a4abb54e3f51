namespace Plumbline.Import.Judging;

/// <summary>What rows say together: equal numbers, equal connections.</summary>
internal static class RowChecks
{
    public static IReadOnlyList<DocumentedRow> Report(IReadOnlyList<DocumentedRow> rows)
    {
        var numbers = new Dictionary<string, DocumentedRow>(StringComparer.Ordinal);
        var endpoints = new Dictionary<Endpoint, DocumentedRow>();
        return [.. rows.Select(row =>
        {
            List<DocumentIssue>? warnings = null;
            if (row.Number is { } number && !numbers.TryAdd(number, row) && !(row.BothDirections && numbers[number].Line == row.Line))
                (warnings ??= []).Add(Issue(row, DocumentIssueCode.DuplicateRowNumber, DocumentIssueSeverity.Warning, $"number {number} was used before, on line {numbers[number].Line}: this row is called '{row.Id}'; number the rows of the document differently"));
            if (row is { Source: not null, Destination: not null, Ports.Count: > 0 }
                && !endpoints.TryAdd(Endpoint.Of(row), row))
            {
                var first = endpoints[Endpoint.Of(row)];
                (warnings ??= []).Add(Issue(row, DocumentIssueCode.DuplicateEndpoint, DocumentIssueSeverity.Info, $"same source, destination, protocol and port as row {first.Id}: kept as a connection of its own (it may be another database); nothing to do"));
            }

            return warnings is null ? row : row with { Warnings = [.. row.Warnings, .. warnings] };
        })];
    }

    private static DocumentIssue Issue(DocumentedRow row, DocumentIssueCode code, DocumentIssueSeverity severity, string message) => new(code, severity, row.Id, [row.Line], message);

    /// <summary>What a row connects to: names and protocols are compared without case.</summary>
    private readonly record struct Endpoint(string Source, string Destination, string Protocol, string Ports)
    {
        public static Endpoint Of(DocumentedRow row) =>
            new(row.Source!, row.Destination!, row.Protocol ?? "", row.Ports is [var only] ? only.ToString(System.Globalization.CultureInfo.InvariantCulture) : string.Join(',', row.Ports));

        public bool Equals(Endpoint other) =>
            Ports == other.Ports && Source.Equals(other.Source, StringComparison.OrdinalIgnoreCase) && Destination.Equals(other.Destination, StringComparison.OrdinalIgnoreCase) && Protocol.Equals(other.Protocol, StringComparison.OrdinalIgnoreCase);

        public override int GetHashCode() =>
            HashCode.Combine(StringComparer.OrdinalIgnoreCase.GetHashCode(Source), StringComparer.OrdinalIgnoreCase.GetHashCode(Destination), Ports);
    }
}
