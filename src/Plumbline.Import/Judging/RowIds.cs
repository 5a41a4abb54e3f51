using Plumbline.Import.Rows;

namespace Plumbline.Import.Judging;

/// <summary>
/// Ids that are unique in the document and stay with their rows from one revision to the next. A numbered row is its number. A row without one is what it says
/// (<see cref="RowIdentity"/>): its place would go to another row as soon as one is inserted above it, and with it the place's completion and evidence.
/// </summary>
internal static class RowIds
{
    private const int MaximumNumber = 56;

    /// <summary>For the time that rows are read: numbers, and "r7" by place for rows that have none.</summary>
    public static IReadOnlyList<string> Assign(IReadOnlyList<LaidOutRow> rows)
    {
        var taken = rows.Where(r => r.Number is not null).Select(r => r.Number!).ToHashSet(StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);
        var ids = new List<string>(rows.Count);
        var repeats = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < rows.Count; i++)
        {
            var number = IsNumber(rows[i].Number) ? rows[i].Number : null;
            if (number is not null && used.Add(number))
                ids.Add(number);
            else
                ids.Add(Free(number ?? $"r{i + 1}", number is null));
        }

        return ids;

        string Free(string stem, bool mayBeStem)
        {
            if (mayBeStem && !taken.Contains(stem) && used.Add(stem))
                return stem;
            for (var n = repeats.GetValueOrDefault(stem, 1) + 1; ; n++)
            {
                var candidate = $"{stem}-{n}";
                if (taken.Contains(candidate) || !used.Add(candidate))
                    continue;
                repeats[stem] = n;
                return candidate;
            }
        }
    }

    /// <summary>Once it is known what they say: rows without a number are called so, they and their issues.</summary>
    /// <param name="rows">Renamed in place.</param>
    public static IReadOnlyList<DocumentedRow> Settle(DocumentedRow[] rows)
    {
        var used = rows.Where(r => IsNumber(r.Number)).Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        var equals = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < rows.Length; i++)
        {
            if (!IsNumber(rows[i].Number))
                rows[i] = Named(rows[i], IdOf(rows[i]));
        }

        return rows;

        string IdOf(DocumentedRow row)
        {
            var identity = RowIdentity.Of(row);
            while (true)
            {
                var ordinal = equals[identity] = equals.GetValueOrDefault(identity) + 1;
                var id = ordinal == 1 ? identity : $"{identity}{RowIdentity.Separator}{ordinal}";
                if (used.Add(id))
                    return id;
            }
        }
    }

    private static bool IsNumber(string? number) => number is { Length: > 0 and <= MaximumNumber };

    private static DocumentedRow Named(DocumentedRow row, string id) =>
        row with { Id = id, Warnings = row.Warnings.Count == 0 ? row.Warnings : [.. row.Warnings.Select(w => w with { Row = w.Row == row.Id ? id : w.Row })] };
}
