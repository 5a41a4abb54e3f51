namespace Plumbline.Lab.View;

/// <summary>Decides when all rows have been judged for good: complete, every verdict a judgement, and the same for a while.</summary>
/// <param name="documented">Rows by map, as imported.</param>
/// <param name="quiet">How long all must stay the same.</param>
internal sealed class Settling(IReadOnlyDictionary<string, int> documented, TimeSpan quiet, TimeProvider time)
{
    private string _last = "";
    private long _since = time.GetTimestamp();

    /// <returns>Null when settled; else what is still missing.</returns>
    public string? Missing(BoardState state)
    {
        if (Open(state) is { } open)
        {
            _last = "";
            return open;
        }

        var verdicts = state.Verdicts;
        if (verdicts != _last)
        {
            (_last, _since) = (verdicts, time.GetTimestamp());
        }

        return time.GetElapsedTime(_since) >= quiet ? null : "all rows are judged; waiting whether they stay so";
    }

    private string? Open(BoardState state)
    {
        var rows = documented.Values.Sum();
        if (state.Rows.Count != rows)
        {
            return $"{state.Rows.Count} of {rows} rows are there";
        }

        var open = state.Rows.Where(r => !r.IsJudged).ToList();
        if (open.Count > 0)
        {
            var some = string.Join(", ", open.Take(8).Select(r => $"{r.Name} ({r.Reason})"));
            return $"{rows - open.Count} of {rows} rows are judged; not yet: {some}{(open.Count > 8 ? " …" : "")}";
        }

        return documented.Keys.FirstOrDefault(name => !state.Maps.Any(m => m.Name == name && IsCounted(m, state))) is { } map
            ? $"the counts of map {map} do not say the same as its rows yet"
            : null;
    }

    private bool IsCounted(BoardMap map, BoardState state) =>
        map.Documented == documented[map.Name]
        && map.Verified == state.Rows.Count(r => r.Map == map.Name && r.Verified == "True")
        && map.Drifted == state.Rows.Count(r => r.Map == map.Name && r.Verified == "False");
}
