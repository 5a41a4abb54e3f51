namespace Plumbline.Import.Judging;

/// <summary>A row that goes both ways is two connections: each side has to reach the other.</summary>
internal static class WaysBack
{
    public static IReadOnlyList<DocumentedRow> Add(IReadOnlyList<DocumentedRow> rows)
    {
        if (!rows.Any(r => r.BothDirections))
            return rows;

        var taken = rows.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        var all = new List<DocumentedRow>(rows.Count + 8);
        foreach (var row in rows)
        {
            all.Add(row with { Ordinal = all.Count + 1 });
            if (!row.BothDirections || row.Source is null || row.Destination is null)
                continue;

            var id = IdOf(row.Id, taken);
            var message = $"'{Cells.CellText.Short(row.Source)}' and '{Cells.CellText.Short(row.Destination)}' connect both ways: row {row.Id} is one way and {id} the way back, on the same ports; check that both sides listen on them";
            var issue = new DocumentIssue(DocumentIssueCode.Bidirectional, DocumentIssueSeverity.Warning, row.Id, [row.Line], message);
            all[^1] = all[^1] with { Warnings = [.. row.Warnings, issue] };
            all.Add(row with
            {
                Id = id,
                Ordinal = all.Count + 1,
                Source = row.Destination,
                Destination = row.Source,
                Sources = row.Destinations,
                Destinations = row.Sources,
                DestinationOrigin = DestinationOrigin.Column,
                SourceOutsideCluster = SourceRules.IsOutside(row.Destination),
                Warnings = [issue with { Row = id }],
            });
        }

        return all;
    }

    private static string IdOf(string id, HashSet<string> taken)
    {
        for (var n = 1; ; n++)
        {
            var wish = n == 1 ? $"{id}-back" : $"{id}-back-{n}";
            if (taken.Add(wish))
                return wish;
        }
    }
}
