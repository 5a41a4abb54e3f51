namespace Plumbline.Benchmarks.Measuring;

/// <param name="RoundAsync">One round; the figure that counts, lower is better.</param>
internal sealed record Contender(string Name, Func<CancellationToken, Task<double>> RoundAsync);

/// <summary>A contender's figures, round by round.</summary>
internal sealed record Series(string Name, double[] Rounds)
{
    public double Median => Statistics.Median(Rounds);

    public double Least => Rounds.Min();

    public double Most => Rounds.Max();

    public Series Select(Func<double, double> change) => this with { Rounds = [.. Rounds.Select(change)] };

    /// <summary>Round by round, so that a machine that slows down for a while slows both sides of a ratio.</summary>
    public Series Over(Series other) => new($"{Name} / {other.Name}", [.. Rounds.Zip(other.Rounds, (mine, theirs) => mine / theirs)]);
}

internal static class Interleaved
{
    /// <summary>A B C, A B C …: first rounds that are thrown away, then those that count.</summary>
    public static async Task<IReadOnlyList<Series>> RunAsync(int rounds, int warmups, IReadOnlyList<Contender> contenders, CancellationToken cancellation)
    {
        var figures = contenders.Select(_ => new List<double>()).ToList();
        for (var round = -warmups; round < rounds; round++)
        {
            for (var i = 0; i < contenders.Count; i++)
            {
                var figure = await contenders[i].RoundAsync(cancellation);
                if (round >= 0)
                    figures[i].Add(figure);
            }
        }

        return [.. contenders.Select((contender, i) => new Series(contender.Name, [.. figures[i]]))];
    }
}

internal static class Statistics
{
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    /// <param name="sorted">Ascending; 0 when empty.</param>
    public static double Quantile(ReadOnlySpan<double> sorted, double quantile) =>
        sorted.IsEmpty ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * quantile))];
}
