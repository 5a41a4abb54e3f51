using System.CommandLine;
using Plumbline.Lab.Control;
using Plumbline.Lab.Faults;
using Plumbline.Lab.Listeners;
using Plumbline.Lab.Pods;
using Plumbline.Lab.Running;

namespace Plumbline.Lab.Commands;

/// <summary>Verbs that act on a running lab.</summary>
internal static class ControlCommands
{
    public static Command Fault()
    {
        var words = new Argument<string[]>("WHAT") { Description = "What to break, and how.", Arity = new ArgumentArity(2, 8) };
        return Make(
            "fault", $"Break something in a running lab, or mend it.\n\n{FaultWords.Usage}\n\n'status' lists what is broken. A listener can be made to speak: {ListenerWords.List}.", [words],
            parsed => parsed.GetValue(words) is [var id, ("on" or "off") and var state] && !id.Contains(' ', StringComparison.Ordinal) && id is not ("policy" or "link" or "cluster-dns")
                ? new ControlRequest("fault", id, state)
                : new ControlRequest("fault") { Words = parsed.GetValue(words) ?? [] });
    }

    public static Command Process(string verb, string description)
    {
        var name = new Argument<string>("PROCESS") { Description = "api, operator, agent-node-1, agent-node-2 or agent-node-3." };
        return Make(verb, description, [name], parsed => new ControlRequest(verb, parsed.GetValue(name)));
    }

    public static Command Restart()
    {
        var workload = new Argument<string?>("WORKLOAD") { Description = "NAMESPACE/NAME of a workload of the estate.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Every workload, eight at a time." };
        var command = Make(
            "restart", "Replace the pods of a workload one by one, as a rollout does: new names, uids and addresses.", [workload],
            parsed => new ControlRequest("restart", parsed.GetValue(all) ? RollingRestart.All : parsed.GetValue(workload) ?? ""));
        command.Options.Add(all);
        return command;
    }

    public static Command Status() => Make("status", "What a running lab is doing, and what the operator's loop costs (takes 5 s).", [], _ => new ControlRequest("status"));

    private static Command Make(string verb, string description, IEnumerable<Argument> arguments, Func<ParseResult, ControlRequest> request)
    {
        var state = LabCommandOptions.StateOption();
        var command = new Command(verb, description) { state };
        foreach (var argument in arguments)
        {
            command.Arguments.Add(argument);
        }

        command.SetAction(async (parsed, stop) =>
        {
            var socket = LabPaths.ControlSocketOf(parsed.GetValue(state));
            if (await ControlClient.AskAsync(socket, request(parsed), stop) is not { } reply)
            {
                await Console.Error.WriteLineAsync($"no lab is running (nothing listens on {socket}): start one with dotnet run --project src/Plumbline.Lab");
                return 1;
            }

            await (reply.Done ? Console.Out : Console.Error).WriteLineAsync(reply.Status is { } status
                ? Text(status, await LoopTime.MeasureAsync(status.Metrics, TimeProvider.System, stop))
                : reply.Message);
            return reply.Done ? 0 : 1;
        });
        return command;
    }

    private static string Text(LabStatus status, string loop) => string.Join('\n',
    [
        $"kubeconfig    {status.Kubeconfig}",
        $"metrics       {status.Metrics}",
        .. status.AgentMetrics.Select(a => $"              {a.Value} ({a.Key})"),
        $"logs          {status.Logs}",
        $"loop          {loop}",
        $"faults        {(status.Faults.Count == 0 ? "none" : string.Join("; ", status.Faults))}",
        .. status.Processes.Select(p => $"{p.Name,-14}{p.State}{(p.Pid is { } pid ? $", pid {pid} inside" : "")}{(p.Restarts > 0 ? $", restarted {p.Restarts} times" : "")}"),
        .. status.Maps.Select(m => $"{m.Name}: {m.Documented} documented, {m.Verified} verified, {m.Drifted} drifted, {m.Unknown} unknown, {m.Unresolved} unresolved, {m.Unprobeable} unprobeable"),
    ]);
}
