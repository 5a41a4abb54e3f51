using Plumbline.Import.Rows;

namespace Plumbline.Import.Judging;

/// <summary>Ids that are unique in the document and stay the same as long as the document does.</summary>
internal static class RowIds
{
    private const int MaximumLength = 56;

    public static IReadOnlyList<string> Assign(IReadOnlyList<LaidOutRow> rows)
    {
        var taken = rows.Where(r => r.Number is not null).Select(r => r.Number!).ToHashSet(StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);
        var ids = new List<string>(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            var wish = rows[i].Number is { Length: <= MaximumLength } number && used.Add(number) ? number : null;
            var stem = rows[i].Number is { Length: <= MaximumLength } repeated ? repeated : $"r{i + 1}";
            for (var n = 1; wish is null; n++)
            {
                var candidate = rows[i].Number is null && n == 1 ? stem : $"{stem}-{n + 1}";
                if (!taken.Contains(candidate) && used.Add(candidate))
                    wish = candidate;
            }

            ids.Add(wish);
        }

        return ids;
    }
}
