using System.Globalization;

namespace Plumbline.Lab.Control;

/// <summary>What the operator's loop costs at the moment: its own metrics, read twice.</summary>
internal static class LoopTime
{
    private const string Sum = "plumbline_operator_settle_duration_seconds_sum";
    private const string Rows = "plumbline_operator_rows_touched_total";

    /// <summary>Long enough for the loop's tick of a second to be in it several times.</summary>
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(5);

    /// <returns>A sentence for people, also when nothing can be read.</returns>
    public static async Task<string> MeasureAsync(string metrics, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
            var (first, started) = (await http.GetStringAsync(new Uri(metrics), cancellation), time.GetTimestamp());
            await Task.Delay(Between, time, cancellation);
            var (second, seconds) = (await http.GetStringAsync(new Uri(metrics), cancellation), time.GetElapsedTime(started).TotalSeconds);
            return Value(first, Sum) is { } before && Value(second, Sum) is { } after
                ? string.Create(CultureInfo.InvariantCulture, $"{(after - before) / seconds * 1000:0.00} ms a second ({(after - before) / seconds * 100:0.00} % of a core), {((Value(second, Rows) - Value(first, Rows)) ?? 0) / seconds:0.0} rows touched a second")
                : "not known: the operator does not tell it";
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return $"not known: {e.Message}";
        }
    }

    /// <summary>Null when the page has no such series.</summary>
    internal static double? Value(string page, string series)
    {
        foreach (var line in page.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(series, StringComparison.Ordinal) && line.Length > series.Length && line[series.Length] == ' '
                && double.TryParse(line[(series.Length + 1)..], CultureInfo.InvariantCulture, out var value))
            {
                return value;
            }
        }

        return null;
    }
}
