using System.Net.Sockets;
using System.Text.Json;
using Plumbline.Lab.Estate;
using Plumbline.Lab.Faults;
using Plumbline.Lab.Running;

namespace Plumbline.Lab.Control;

/// <summary>Lets other commands of the lab act on a running one: a unix socket that only this user can reach, one line of JSON each way.</summary>
internal sealed class ControlServer : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly RunningLab _lab;
    private readonly TimeProvider _time;
    private readonly IReadOnlyDictionary<string, int> _ports;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _accepting;

    private ControlServer(RunningLab lab, IReadOnlyDictionary<string, int> ports, TimeProvider time, Socket listener)
    {
        (_lab, _ports, _time, _listener) = (lab, ports, time, listener);
        _accepting = Task.Run(AcceptAsync);
    }

    /// <param name="ports">The machine's loopback ports of the lab's relays, by name.</param>
    public static ControlServer Start(RunningLab lab, IReadOnlyDictionary<string, int> ports, TimeProvider time)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        File.Delete(lab.Paths.ControlSocket);
        listener.Bind(new UnixDomainSocketEndPoint(lab.Paths.ControlSocket));
        listener.Listen();
        return new ControlServer(lab, ports, time, listener);
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                _ = ServeAsync(await _listener.AcceptAsync(_closing.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        using var limit = new CancellationTokenSource(Limit, _time);
        try
        {
            await using var stream = new NetworkStream(connection, ownsSocket: true);
            using var reader = new StreamReader(stream);
            await using var writer = new StreamWriter(stream);
            if (await reader.ReadLineAsync(limit.Token) is { } line)
            {
                await writer.WriteLineAsync(JsonSerializer.Serialize(await AnswerAsync(line, limit.Token), ControlJson.Default.ControlReply));
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever asked is gone, or the lab is being taken down.
        }
    }

    private async Task<ControlReply> AnswerAsync(string line, CancellationToken cancellation)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ControlJson.Default.ControlRequest) switch
            {
                { Verb: "status" } => Status(),
                { Verb: "fault" } fault => await FaultAsync(fault, cancellation),
                { Verb: "start" or "stop" or "kill" } process => await ProcessAsync(process, cancellation),
                { Verb: "restart" } restart => new ControlReply(true, $"{await _lab.Restarts.RunAsync(restart.Target ?? "", cancellation)} pods are replaced"),
                _ => new ControlReply(false, "no such verb: fault, restart, start, stop, kill or status"),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException)
        {
            return new ControlReply(false, e.Message);
        }
    }

    private string MetricsOf(string relay) => $"http://127.0.0.1:{_ports[relay]}/metrics";

    private ControlReply Status() => new(true, "running")
    {
        Status = new LabStatus(
            _lab.Paths.Kubeconfig, MetricsOf(RunningLab.MetricsRelay), EstatePlan.Nodes(_lab.Estate).ToDictionary(n => n, n => MetricsOf(RunningLab.AgentMetricsRelay(n))), _lab.Paths.Logs, _lab.Faults.Active,
            [.. _lab.Processes.All.Select(p => new ProcessStatus(p.Name, p.State.ToString(), p.Pid, p.Restarts))],
            _lab.Board.State().Maps),
    };

    private async Task<ControlReply> VerbAsync(IReadOnlyList<string> words, CancellationToken cancellation)
    {
        switch (FaultWords.Parse([.. words]))
        {
            case ParsedFault.On { Verb: var verb }:
                await _lab.Faults.SwitchOnAsync(verb, cancellation);
                return new ControlReply(true, $"{verb} is on; 'fault {verb.Subject} {(verb is FaultVerb.OfListener ? "on" : verb is FaultVerb.OfPolicies ? "enforced" : "off")}' mends it");
            case ParsedFault.Off { Subject: var subject }:
                return await _lab.Faults.MendAsync(subject, cancellation)
                    ? new ControlReply(true, $"{subject} is mended")
                    : new ControlReply(false, $"nothing was wrong with {subject}. On are: {(_lab.Faults.Active.Count == 0 ? "none" : string.Join("; ", _lab.Faults.Active))}");
            case ParsedFault.Wrong { Problem: var problem }:
                return new ControlReply(false, problem);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<ControlReply> FaultAsync(ControlRequest request, CancellationToken cancellation)
    {
        if (request.Words.Count > 0)
        {
            return await VerbAsync(request.Words, cancellation);
        }

        if (_lab.Estate.FindFault(request.Target ?? "") is not { } fault)
        {
            return new ControlReply(false, $"no fault '{request.Target}': {string.Join(", ", _lab.Estate.Faults.Select(f => $"{f.Id} ({f.What})"))}");
        }

        switch (request.State)
        {
            case "on":
                await _lab.Faults.SwitchOnAsync(fault.Id, cancellation);
                return new ControlReply(true, $"{fault.Id} is on: {fault.What}");
            case "off":
                await _lab.Faults.SwitchOffAsync(fault.Id, cancellation);
                return new ControlReply(true, $"{fault.Id} is off");
            default:
                return new ControlReply(false, "a fault is switched 'on' or 'off'");
        }
    }

    private async Task<ControlReply> ProcessAsync(ControlRequest request, CancellationToken cancellation)
    {
        if (_lab.Processes.Find(request.Target ?? "") is not { } process)
        {
            return new ControlReply(false, $"no process '{request.Target}': {string.Join(", ", _lab.Processes.All.Select(p => p.Name))}");
        }

        switch (request.Verb)
        {
            case "start":
                await process.StartAsync(cancellation);
                return new ControlReply(true, $"{process.Name} is running");
            case "stop":
                await process.StopAsync(cancellation);
                return new ControlReply(true, $"{process.Name} is stopped until it is started");
            default:
                process.KillNow();
                return new ControlReply(true, $"{process.Name} is killed; it is started again in a moment");
        }
    }
}
