using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Plumbline.Lab.View;

/// <summary>What a running lab shows: on a terminal a table that changes in place, elsewhere a line for each change.</summary>
internal static class LiveView
{
    private const int MaxRows = 25;

    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(250);

    public static Task RunAsync(Board board, Func<string> footer, TimeProvider time, CancellationToken stop) =>
        Console.IsOutputRedirected ? PrintChangesAsync(board, time, stop) : ShowAsync(board, footer, time, stop);

    private static Task ShowAsync(Board board, Func<string> footer, TimeProvider time, CancellationToken stop) =>
        AnsiConsole.Live(Picture(board.State(), footer())).AutoClear(false).Overflow(VerticalOverflow.Ellipsis).StartAsync(async live =>
        {
            while (true)
            {
                live.UpdateTarget(Picture(board.State(), footer()));
                await NextAsync(board, time, stop);
            }
        });

    private static Rows Picture(BoardState state, string footer)
    {
        var notTrue = state.Rows.Where(r => r.Verified != "True").OrderBy(r => r.Verified == "False" ? 0 : r.IsJudged ? 2 : 1).ToList();
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("Connection", "From", "To", "Verified", "Reason", "Reachable");
        foreach (var row in notTrue.Take(MaxRows))
        {
            table.AddRow(
                Markup.Escape(row.Name), Markup.Escape(row.From), Markup.Escape(row.To), $"[{Report.Color(row.Verified)}]{row.Verified}[/]",
                Markup.Escape(row.Reason), Markup.Escape(row.Reachable ?? ""));
        }

        List<IRenderable> parts = [Report.Maps(state), table];
        if (notTrue.Count > MaxRows)
        {
            parts.Add(new Text($"… and {notTrue.Count - MaxRows} more"));
        }

        parts.Add(new Text(footer));
        return new Rows(parts);
    }

    private static async Task PrintChangesAsync(Board board, TimeProvider time, CancellationToken stop)
    {
        var shown = new Dictionary<string, string>();
        while (true)
        {
            foreach (var row in board.State().Rows.Where(r => shown.GetValueOrDefault(r.Name) != r.Verdict))
            {
                shown[row.Name] = row.Verdict;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{time.GetUtcNow():HH:mm:ss} {row.Name}: {row.From} -> {row.To}: {row.Verified} {row.Reason} {row.Reachable}"));
            }

            await NextAsync(board, time, stop);
        }
    }

    private static async Task NextAsync(Board board, TimeProvider time, CancellationToken stop)
    {
        await Task.Delay(Least, time, stop);
        await board.Changes.ReadAsync(stop);
    }
}
