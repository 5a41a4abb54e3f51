using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Plumbline.Benchmarks.Measuring;
using Plumbline.Benchmarks.Processes;
using Plumbline.Benchmarks.Reporting;
using Plumbline.Benchmarks.Setup;

namespace Plumbline.Benchmarks.Lists;

/// <summary>Listing and watching the pods of a large cluster: the operator's cache against KubernetesClient with whole models, in turns, each in a fresh process.</summary>
internal static class ListsBenchmark
{
    private const int ServerCpu = 0;
    private static readonly int ClientCpu = Math.Min(1, Environment.ProcessorCount - 1);

    public static Task<int> RunAsync(string[] args)
    {
        var pods = new Option<int>("--pods") { Description = "Pods in the cluster.", DefaultValueFactory = _ => 10_000 };
        var rounds = new Option<int>("--rounds") { Description = "Processes a contender; the median counts.", DefaultValueFactory = _ => 5 };
        var write = new Option<bool>("--write") { Description = "Put the table into docs/benchmarks.md." };
        var command = new RootCommand("Measures listing and watching pods: what is kept, the heap, allocation and CPU. Needs no root.") { pods, rounds, write };
        command.SetAction(async (parsed, stop) =>
        {
            try
            {
                var table = await MeasureAsync(parsed.GetValue(pods), parsed.GetValue(rounds), stop);
                Console.WriteLine(table);
                if (parsed.GetValue(write))
                    await DocsPage.WriteAsync("lists", table, stop);
                return 0;
            }
            catch (BenchmarkException e)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return 1;
            }
        });
        return command.Parse(args).InvokeAsync();
    }

    private static async Task<string> MeasureAsync(int pods, int rounds, CancellationToken cancellation)
    {
        var program = Environment.ProcessPath!;
        await using var server = PinnedProcess.Start(ServerCpu, program, "lists-server", pods.ToString(CultureInfo.InvariantCulture));
        var url = await server.ReadLineAsync(cancellation);
        var figures = ListClient.Contenders.ToDictionary(contender => contender, _ => new List<ListFigures>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var contender in ListClient.Contenders)
            {
                await Console.Error.WriteLineAsync($"round {round + 1} of {rounds}: {contender}");
                // With the environment of the image, which bounds the garbage that a heap collects before it is cleared: for both alike.
                await using var client = PinnedProcess.Start(ClientCpu, Builds.AgentEnvironment(), program, ["lists-client", contender, url]);
                figures[contender].Add(JsonSerializer.Deserialize(await client.ReadLineAsync(cancellation), ListFiguresJson.Default.ListFigures)!);
            }
        }

        return Table(pods, rounds, figures[ListClient.Contenders[0]], figures[ListClient.Contenders[1]]);
    }

    private static string Table(int pods, int rounds, List<ListFigures> ours, List<ListFigures> theirs)
    {
        return string.Create(CultureInfo.InvariantCulture, $"""
            | {pods:N0} pods of {PodTemplate.Render(0).Length / 1000.0:0.0} KB in pages of 500 | Plumbline | KubernetesClient, whole `V1Pod` | target | met |
            | --- | --- | --- | --- | --- |
            {Line("heap retained", "MB", f => f.Retained / 1e6, Target.Most(20))}
            {Line("heap at its peak during the list", "MB", f => f.Peak / 1e6, Target.Most(38))}
            {Line("allocated by the list", "MB", f => f.Allocated / 1e6, Target.Most(105))}
            {Line("most memory resident, list included", "MB", f => f.Resident / 1e6, null)}
            {Line("CPU of the list, in a process that starts cold", "s", f => f.ListCpuSeconds, null)}
            {Line("watch, events a CPU-second", "", f => f.EventsPerCpuSecond, Target.Least(10_000))}
            {Line("watch, allocated an event", "KB", f => f.AllocatedPerEvent / 1e3, null)}

            {Environment.ProcessorCount} x64 CPUs, .NET {Environment.Version}. Medians of {rounds} processes each (least–most).
            """);

        string Line(string what, string unit, Func<ListFigures, double> figure, Target? target)
        {
            var (mine, other) = (new Series("", [.. ours.Select(figure)]), new Series("", [.. theirs.Select(figure)]));
            var goal = target is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{(target.AtMost ? "≤" : "≥")} {target.Limit:#,0} {unit}").TrimEnd();
            return $"| {what} | **{Span(mine, unit)}** | {Span(other, unit)} | {goal} | {(target is null ? "" : target.IsMetBy(mine.Median) ? "yes" : "**no**")} |";
        }
    }

    private static string Span(Series series, string unit) => $"{Number(series.Median)} ({Number(series.Least)}–{Number(series.Most)}) {unit}".TrimEnd();

    private static string Number(double value) => value.ToString(value >= 1000 ? "#,0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);
}
