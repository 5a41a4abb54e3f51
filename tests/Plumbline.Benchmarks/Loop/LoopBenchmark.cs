using System.CommandLine;
using System.Globalization;
using System.Text;
using Plumbline.Benchmarks.Reporting;

namespace Plumbline.Benchmarks.Loop;

/// <summary>What the operator's loop costs at the size of large clusters, as CPU time of its one thread.</summary>
internal static class LoopBenchmark
{
    /// <summary>A tenth, a third and the whole of the largest cluster that Kubernetes is tested at.</summary>
    private static readonly (string Name, int Nodes, int Pods, int Rows)[] Sizes =
        [("tenth", 500, 15_000, 1_000), ("third", 1_667, 50_000, 3_333), ("full", 5_000, 150_000, 10_000)];

    private static readonly (string What, string Target)[] Targets =
    [
        ("tick, nothing due", "≤ 1 ms"),
        ("one report that changes nothing", "≤ 50 µs"),
        ("one report that is a transition", "≤ 1 ms"),
        ("a pod of no row flips", "≤ 50 µs"),
        ("a pod behind rows flips", "≤ 5 ms"),
        ("a node event of equal content", "≤ 10 µs"),
        ("churn of 100 pods a second, on top", "≤ 15 % of a core"),
        ("first settle", "≤ 20 s"),
        ("memory retained", "≤ 600 MB"),
        ("memory retained per pair", "≤ 600 B"),
        ("peak working set", "≤ 900 MB"),
    ];

    public static Task<int> RunAsync(string[] args)
    {
        var size = new Option<string>("--size") { Description = "tenth, third, full or all.", DefaultValueFactory = _ => "all" };
        size.AcceptOnlyFromAmong([.. Sizes.Select(s => s.Name), "all"]);
        var rounds = new Option<int>("--rounds") { Description = "Times a step is taken; the median counts.", DefaultValueFactory = _ => 101 };
        var write = new Option<bool>("--write") { Description = "Put the table into docs/benchmarks.md." };
        var command = new RootCommand("Measures the control loop on made clusters. Needs no root.") { size, rounds, write };
        command.SetAction(async (parsed, stop) =>
        {
            var columns = new List<(string Name, LoopMeasurements Measured)>();
            foreach (var (name, nodes, pods, rows) in Sizes.Where(s => parsed.GetValue(size) is "all" || s.Name == parsed.GetValue(size)))
            {
                var measured = new LoopMeasurements(new LoopEstate(nodes, pods, rows), parsed.GetValue(rounds));
                await Console.Error.WriteLineAsync($"{name}: {nodes} nodes, {pods} pods, {rows} rows");
                measured.Run(line => Console.Error.WriteLine($"  {line}"));
                columns.Add((name, measured));
            }

            var table = Table(columns);
            Console.WriteLine(table);
            if (parsed.GetValue(write))
                await DocsPage.WriteAsync("loop", table, stop);
            return 0;
        });
        return command.Parse(args).InvokeAsync();
    }

    private static string Table(List<(string Name, LoopMeasurements Measured)> columns)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"| CPU time of the loop's thread | {string.Join(" | ", columns.Select(c => c.Name))} | target at full size |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| --- |{string.Concat(columns.Select(_ => " ---: |"))} ---: |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| probes | {string.Join(" | ", columns.Select(c => c.Measured.Probes.ToString("N0", CultureInfo.InvariantCulture)))} | |");
        foreach (var figure in columns[0].Measured.Figures)
        {
            var cells = columns.Select(c => Cell(c.Measured.Figures.Single(f => f.What == figure.What)));
            text.AppendLine(CultureInfo.InvariantCulture, $"| {figure.What} | {string.Join(" | ", cells)} | {Targets.FirstOrDefault(t => t.What == figure.What).Target} |");
        }

        return text.ToString();
    }

    private static string Cell(LoopFigure figure)
    {
        var value = figure.Value.ToString(figure.Value < 10 ? "0.00" : "N0", CultureInfo.InvariantCulture);
        return figure.Allocated is { } bytes ? $"{value} {figure.Unit} ({(bytes < 1e6 ? $"{bytes / 1e3:0.0} kB" : $"{bytes / 1e6:N0} MB")})" : $"{value} {figure.Unit}";
    }
}
