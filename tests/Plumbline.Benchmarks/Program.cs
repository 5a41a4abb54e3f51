using System.CommandLine;
using System.Globalization;
using Plumbline.Benchmarks;
using Plumbline.Benchmarks.Loop;
using Plumbline.Benchmarks.Lists;
using Plumbline.Benchmarks.Import;
using Plumbline.Benchmarks.Prober;
using Plumbline.Benchmarks.Processes;
using Plumbline.Benchmarks.Reporting;
using Plumbline.Benchmarks.Rows;
using Plumbline.Benchmarks.Scrape;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
return args switch
{
    ["prober", .. var rest] => EngineProber.Serve(rest),
    ["agent", .. var rest] => await OwnAgent.RunAsync(rest),
    ["inside", .. var rest] => await InsideRun.RunAsync(rest),
    ["import", .. var rest] => await ImportBenchmark.RunAsync(rest),
    ["import-once", var form, var megabytes] => ImportOnce.Run(form, megabytes),
    ["scrape", .. var rest] => await ScrapeBenchmark.RunAsync(rest),
    ["loop", .. var rest] => await LoopBenchmark.RunAsync(rest),
    ["lists", .. var rest] => await ListsBenchmark.RunAsync(rest),
    ["operator-memory", .. var rest] => await OperatorMemory.RunAsync(rest),
    ["lists-server", var pods] => await ReplayServer.ServeAsync(int.Parse(pods, CultureInfo.InvariantCulture)),
    ["lists-client", var contender, var server] => await ListClient.RunAsync(contender, new Uri(server)),
    _ => await CommandLine().Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) }),
};

static RootCommand CommandLine()
{
    var only = new Option<string[]>("--only") { Description = $"Measure just this row; may be given again. One of: {string.Join(", ", Catalogue.All.Select(b => b.Name))}." };
    var rounds = new Option<int>("--rounds") { Description = "Rounds a contender; the median counts.", DefaultValueFactory = _ => 5 };
    var quick = new Option<bool>("--quick") { Description = "One short round each: shows that every row works; its figures mean nothing." };
    var agent = new Option<FileInfo?>("--agent") { Description = "A published 'plumbline' program to measure. Default: publish one now." };
    var output = new Option<OutputFormat>("--output") { Description = "markdown or json.", DefaultValueFactory = _ => OutputFormat.Markdown };
    var write = new Option<bool>("--write") { Description = "Put the table into docs/benchmarks.md." };
    rounds.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() is < 1 or > 100)
            result.AddError("--rounds must be 1 to 100");
    });
    only.Validators.Add(result =>
    {
        foreach (var name in (result.GetValueOrDefault<string[]>() ?? []).Where(name => Catalogue.All.All(b => b.Name != name)))
            result.AddError($"--only {name}: there is no such row; there are {string.Join(", ", Catalogue.All.Select(b => b.Name))}");
    });
    var command = new RootCommand("Measures Plumbline's probe engine and agent against a reference in C and other tools. Needs root. Lower is better unless a target says otherwise.") { only, rounds, quick, agent, output, write };
    command.SetAction(async (parsed, stop) =>
    {
        try
        {
            var run = new OutsideRun(parsed.GetValue(only) ?? [], parsed.GetValue(quick) ? 1 : parsed.GetValue(rounds), parsed.GetValue(quick), parsed.GetValue(agent)?.FullName);
            var report = await run.RunAsync(stop);
            Console.WriteLine(parsed.GetValue(output) == OutputFormat.Json ? JsonReport.Write(report) : MarkdownReport.Write(report));
            if (parsed.GetValue(write))
                await DocsPage.WriteAsync(report, stop);
            return 0;
        }
        catch (BenchmarkException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    });
    return command;
}

internal enum OutputFormat
{
    Markdown,
    Json,
}
