namespace Plumbline.Import.Tables;

/// <summary>
/// Splits glued letters ("connectionsourcedestination…") into known column titles. Of several readings the one with most different roles wins:
/// "destinationport" is two columns where another reading would leave the table without a destination.
/// </summary>
internal static class TitleParser
{
    private static readonly ILookup<char, (string Key, ColumnRole Role)> ByFirstLetter = ColumnVocabulary.Phrases.ToLookup(p => p.Key[0]);

    /// <param name="mayGoOn">The letters are titles so far, perhaps with one begun: another line may complete them.</param>
    /// <returns>Null unless all letters are titles.</returns>
    public static IReadOnlyList<(string Key, ColumnRole Role)>? Parse(string letters, out bool mayGoOn)
    {
        // best[i]: the best reading of the first i letters; only reachable places have one
        var best = new Reading?[letters.Length + 1];
        best[0] = Reading.Start;
        mayGoOn = letters.Length == 0;
        for (var at = 0; at < letters.Length; at++)
        {
            if (best[at] is not { } reading)
                continue;

            var rest = letters.AsSpan(at);
            foreach (var (key, role) in ByFirstLetter[letters[at]])
            {
                if (rest.StartsWith(key, StringComparison.Ordinal))
                {
                    var longer = reading.With(key, role);
                    if (best[at + key.Length] is not { } other || longer.IsBetterThan(other))
                        best[at + key.Length] = longer;
                }
                else if (key.AsSpan().StartsWith(rest, StringComparison.Ordinal))
                {
                    mayGoOn = true;
                }
            }
        }

        mayGoOn |= best[^1] is not null;
        return best[^1]?.Titles;
    }

    private sealed record Reading(IReadOnlyList<(string Key, ColumnRole Role)> Titles, int Roles)
    {
        public static readonly Reading Start = new([], 0);

        public Reading With(string key, ColumnRole role) =>
            new([.. Titles, (key, role)], Roles + (role == ColumnRole.Other || Titles.Any(t => t.Role == role) ? 0 : 1));

        public bool IsBetterThan(Reading other) => Roles > other.Roles || (Roles == other.Roles && Titles.Count < other.Titles.Count);
    }
}
