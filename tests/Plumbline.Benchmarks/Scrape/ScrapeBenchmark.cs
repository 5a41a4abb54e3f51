using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Benchmarks.Measuring;
using Plumbline.Benchmarks.Processes;
using Plumbline.Benchmarks.Reporting;
using Plumbline.Metrics;
using Plumbline.Operator.Publishing.Metrics;

namespace Plumbline.Benchmarks.Scrape;

/// <summary>The operator's whole page: our writer against gauges of prometheus-net that stay, in turns, on the same view of the same rows.</summary>
internal static class ScrapeBenchmark
{
    private const int Warmups = 4;

    public static Task<int> RunAsync(string[] args)
    {
        var rows = new Option<int>("--rows") { Description = "Documented connections.", DefaultValueFactory = _ => 10_000 };
        var rounds = new Option<int>("--rounds") { Description = "Scrapes a contender; the median counts.", DefaultValueFactory = _ => 15 };
        var write = new Option<bool>("--write") { Description = "Put the table into docs/benchmarks.md." };
        rows.Validators.Add(result => Check(result, "--rows", 1, 100_000));
        rounds.Validators.Add(result => Check(result, "--rounds", 1, 1_000));
        var command = new RootCommand("Measures a scrape of the operator's metrics: CPU, allocation and what is kept in between. Needs no root.") { rows, rounds, write };
        command.SetAction(async (parsed, stop) =>
        {
            var table = await MeasureAsync(parsed.GetValue(rows), parsed.GetValue(rounds), stop);
            Console.WriteLine(table);
            if (parsed.GetValue(write))
                await DocsPage.WriteAsync("scrape", table, stop);
            return 0;
        });
        return command.Parse(args).InvokeAsync();
    }

    private static void Check(System.CommandLine.Parsing.OptionResult result, string option, int least, int most)
    {
        if (result.GetValueOrDefault<int>() is var value && (value < least || value > most))
            result.AddError($"{option} must be {least} to {most}");
    }

    private static async Task<string> MeasureAsync(int count, int rounds, CancellationToken cancellation)
    {
        var rows = new ScrapeRows(count);
        IMetricFamilySource[] sources = [new VerdictMetrics(() => rows.View, () => true, () => 0, "1"), new ConnectionDetailMetrics(() => rows.View)];
        var before = Live();
        using var exposition = new PrometheusExposition(new PrometheusExpositionOptions { ListensTo = _ => false, Sources = sources, Process = true }, NullLogger.Instance);
        await exposition.WriteAsync(Stream.Null, cancellation);
        var oursKept = Live() - before;
        var gauges = new LastingGauges(sources);
        await gauges.ScrapeAsync(Stream.Null, cancellation);
        var theirsKept = Live() - before - oursKept;

        List<Scrape> ours = [], theirs = [];
        for (var round = -Warmups; round < rounds; round++)
        {
            // Both see the same view; who is first alternates, since the first finds colder caches.
            rows.Next();
            var mine = round % 2 == 0 ? await Take(exposition.WriteAsync) : null;
            var other = await Take(gauges.ScrapeAsync);
            mine ??= await Take(exposition.WriteAsync);
            if (mine.Lines != other.Lines)
                throw new BenchmarkException($"the pages differ: {mine.Lines} lines and {other.Lines}");
            if (round < 0)
                continue;
            ours.Add(mine);
            theirs.Add(other);
        }

        GC.KeepAlive(rows);
        return Table(count, rounds, ours, theirs, oursKept, theirsKept);

        async Task<Scrape> Take(Func<Stream, CancellationToken, Task> scrape)
        {
            // Garbage of the one must not be collected at the cost of the other.
            GC.Collect();
            var page = new PageCounter();
            var allocated = GC.GetTotalAllocatedBytes(precise: true);
            var cpu = CpuClock.OfThisProcess();
            await scrape(page, cancellation);
            return new Scrape(CpuClock.OfThisProcess() - cpu, GC.GetTotalAllocatedBytes(precise: true) - allocated, page.Bytes, page.Lines);
        }
    }

    private static string Table(int rows, int rounds, List<Scrape> ours, List<Scrape> theirs, long oursKept, long theirsKept)
    {
        var cpu = new Series("cpu", [.. ours.Select(s => s.Milliseconds)]).Over(new Series("cpu", [.. theirs.Select(s => s.Milliseconds)]));
        var allocated = Statistics.Median(ours.Select(s => s.Allocated / 1e6));
        return string.Create(CultureInfo.InvariantCulture, $"""
            | a scrape of {rows:N0} rows | Plumbline | gauges of prometheus-net that stay | target | met |
            | --- | --- | --- | --- | --- |
            | CPU | {Span(ours, s => s.Milliseconds, "0.0")} ms | {Span(theirs, s => s.Milliseconds, "0.0")} ms | ≤ 1.2×: **{cpu.Median:0.00}× ({cpu.Least:0.00}–{cpu.Most:0.00})** | {Met(cpu.Median <= 1.2)} |
            | allocated | **{Span(ours, s => s.Allocated / 1e6, "0.00")} MB** | {Span(theirs, s => s.Allocated / 1e6, "0.00")} MB | ≤ 1 MB | {Met(allocated <= 1)} |
            | kept between scrapes | {oursKept / 1e6:0.0} MB | {theirsKept / 1e6:0.0} MB | | |

            The page has {ours[^1].Lines:N0} lines, {ours[^1].Bytes / 1e6:0.0} MB. {Environment.ProcessorCount} x64 CPUs, .NET {Environment.Version}. Medians of {rounds} scrapes (least–most).
            """);
    }

    private static string Span(List<Scrape> scrapes, Func<Scrape, double> figure, string format) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Statistics.Median(scrapes.Select(figure)).ToString(format, CultureInfo.InvariantCulture)} ({scrapes.Min(figure).ToString(format, CultureInfo.InvariantCulture)}–{scrapes.Max(figure).ToString(format, CultureInfo.InvariantCulture)})");

    private static string Met(bool met) => met ? "yes" : "**no**";

    private static long Live()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private sealed record Scrape(TimeSpan Cpu, long Allocated, long Bytes, long Lines)
    {
        public double Milliseconds => Cpu.TotalMilliseconds;
    }
}
