using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Lab.Estate;
using Plumbline.Lab.Launch;
using Plumbline.Lab.Running;

namespace Plumbline.Lab.Commands;

/// <summary>The lab's command line: run (without a verb), verify, and what acts on a running lab.</summary>
internal static class LabCommand
{
    public static RootCommand Create()
    {
        var options = new LabCommandOptions(defaultApiPort: 16443, defaultMetricsPort: 18080);
        var root = new RootCommand("The lab: a simulated cluster on this machine with the production operator and agents. Without a verb it stays up until Ctrl-C.")
        {
            VerifyCommand(), ControlCommands.Fault(), ControlCommands.Restart(), ControlCommands.Process("stop", "Stop a process until it is started."),
            ControlCommands.Process("start", "Start a process that was stopped."), ControlCommands.Process("kill", "Kill a process; it is started again after a second."),
            ControlCommands.Status(), InsideCommands.Api(), InsideCommands.Inside(),
        };
        options.AddTo(root);
        root.SetAction((parsed, stop) => LaunchAsync(options.Read(parsed), options, parsed, stop));
        return root;
    }

    private static Command VerifyCommand()
    {
        // Any free ports: nobody has to know them.
        var options = new LabCommandOptions(0, 0);
        var output = new Option<string>("--output", "-o") { Description = "table or json.", DefaultValueFactory = _ => "table" };
        output.AcceptOnlyFromAmong("table", "json");
        var timeout = new Option<int>("--timeout") { Description = "Seconds until all rows must be judged.", DefaultValueFactory = _ => 180 };
        var command = new Command(
            "verify",
            "Bring the lab up, wait until every row is judged, print, take it down.\n\n"
            + "Exit status: 0 the cluster agrees with the documents; 2 some row is False; 1 the lab itself failed.")
        {
            output, timeout,
        };
        options.AddTo(command);
        command.SetAction((parsed, stop) => LaunchAsync(
            options.Read(parsed) with
            {
                Verify = true,
                Output = parsed.GetValue(output) == "json" ? OutputFormat.Json : OutputFormat.Table,
                Timeout = TimeSpan.FromSeconds(parsed.GetValue(timeout)),
            },
            options, parsed, stop));
        return command;
    }

    private static async Task<int> LaunchAsync(LabOptions options, LabCommandOptions ports, ParseResult parsed, CancellationToken stop)
    {
        EstateModel estate;
        try
        {
            estate = EstateModel.Load(options.Estate);
        }
        catch (InvalidOperationException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return InsideRun.LabFailed;
        }

        var request = new LaunchRequest
        {
            Arguments = ["inside", .. options.ToArguments()],
            Relays =
            [
                new LoopbackRelay(RunningLab.ApiRelay, parsed.GetValue(ports.ApiPort)),
                new LoopbackRelay(RunningLab.MetricsRelay, parsed.GetValue(ports.MetricsPort)),
                .. EstatePlan.Nodes(estate).Select(n => new LoopbackRelay(RunningLab.AgentMetricsRelay(n), 0)),
            ],
            StateDirectory = parsed.GetValue(ports.State),
        };
        switch (await NamespaceLauncher.RunAsync(request, Console.Error, TimeProvider.System, NullLogger.Instance, stop))
        {
            case LaunchOutcome.Exited exited:
                return exited.Code is InsideRun.Agrees or InsideRun.Drifted ? exited.Code : InsideRun.LabFailed;
            case LaunchOutcome.AlreadyRunning running:
                await Console.Error.WriteLineAsync($"a lab is running already{(running.Pid is { } pid ? $" (process {pid})" : "")}: end it first, or give this one another --state directory");
                return InsideRun.LabFailed;
            case LaunchOutcome.NotPossible no:
                foreach (var problem in no.Problems)
                {
                    await Console.Error.WriteLineAsync(problem);
                }

                return InsideRun.LabFailed;
            default:
                return InsideRun.LabFailed;
        }
    }
}

/// <summary>Options that run and verify share.</summary>
internal sealed class LabCommandOptions
{
    public LabCommandOptions(int defaultApiPort, int defaultMetricsPort)
    {
        ApiPort = Port("--api-port", "Port on 127.0.0.1 for kubectl; 0: any free one.", defaultApiPort);
        MetricsPort = Port("--metrics-port", "Port on 127.0.0.1 for the operator's metrics; 0: any free one.", defaultMetricsPort);
        Fault.Validators.Add(CheckFaults);
        Interval.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 5 or > 86400)
            {
                result.AddError("--interval must be from 5 to 86400 seconds");
            }
        });
    }

    public Option<int> ApiPort { get; }

    public Option<int> MetricsPort { get; }

    public Option<string[]> Fault { get; } = new("--fault")
    {
        Description = "A fault (F1, F2 …) to begin with; may be given again.", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true,
    };

    public Option<int> Interval { get; } = new("--interval") { Description = "Seconds between two probes of a row.", DefaultValueFactory = _ => 5 };

    public Option<string?> Estate { get; } = new("--estate")
    {
        Description = "A file in the form of estate.yaml: another cluster than the built-in one, without documents and with faults of its own.",
    };

    public Option<bool> DualStack { get; } = new("--dual-stack") { Description = "Nodes, pods and Services have IPv6 addresses, too." };

    public Option<string?> State { get; } = StateOption();

    public static Option<string?> StateOption() => new("--state") { Description = $"Directory of the running lab. Default: {StateDirectory.DefaultPath}." };

    public void AddTo(Command command)
    {
        command.Options.Add(Fault);
        command.Options.Add(Interval);
        command.Options.Add(Estate);
        command.Options.Add(DualStack);
        command.Options.Add(ApiPort);
        command.Options.Add(MetricsPort);
        command.Options.Add(State);
    }

    public LabOptions Read(ParseResult parsed) => new()
    {
        Faults = [.. (parsed.GetValue(Fault) ?? []).Select(f => f.ToUpperInvariant()).Distinct()],
        IntervalSeconds = parsed.GetValue(Interval),
        DualStack = parsed.GetValue(DualStack),
        Estate = parsed.GetValue(Estate) is { } file ? Path.GetFullPath(file) : null,
    };

    private void CheckFaults(OptionResult result)
    {
        EstateModel estate;
        try
        {
            estate = EstateModel.Load(result.GetValue(Estate));
        }
        catch (InvalidOperationException e)
        {
            result.AddError(e.Message);
            return;
        }

        foreach (var id in (result.GetValueOrDefault<string[]>() ?? []).Where(id => estate.FindFault(id) is null))
        {
            result.AddError($"no fault '{id}': {string.Join(", ", estate.Faults.Select(f => $"{f.Id} ({f.What})"))}");
        }
    }

    private static Option<int> Port(string name, string description, int value)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 65535)
            {
                result.AddError($"{name} must be from 0 to 65535");
            }
        });
        return option;
    }
}
