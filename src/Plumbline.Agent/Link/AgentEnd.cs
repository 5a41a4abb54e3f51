using System.Collections.Concurrent;
using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using Plumbline.Agent.Delivery;
using Plumbline.Link;

namespace Plumbline.Agent.Link;

/// <summary>What a session does with the messages that are not its own business.</summary>
public interface ILinkAgent
{
    /// <summary>The first message of a link, and the way to ask for a snapshot: whatever plan revision is known no longer counts.</summary>
    Hello Greet();

    /// <summary>Null: nothing to answer.</summary>
    AgentMessage? TakePlan(OperatorMessage plan);
}

/// <summary>The agent's end of a link: greets, takes plans, and sends what the ledger has.</summary>
public sealed class AgentEnd : ILinkEnd<AgentMessage, OperatorMessage>, IDisposable
{
    private const int MaxAnswers = 1_000;

    private readonly ILinkAgent _agent;
    private readonly ReportLedger _ledger;
    private readonly ILogger _log;
    private readonly LinkSession<AgentMessage, OperatorMessage> _session;
    private readonly ConcurrentQueue<AgentMessage> _answers = new();

    public AgentEnd(WebSocket socket, ILinkAgent agent, ReportLedger ledger, TimeProvider clock, ILogger log)
    {
        ArgumentNullException.ThrowIfNull(agent);
        (_agent, _ledger, _log) = (agent, ledger, log);
        _session = new(socket, this, LinkJson.Default.AgentMessage, LinkJson.Default.OperatorMessage, clock);
        _answers.Enqueue(agent.Greet());
    }

    public AgentMessage Heartbeat { get; } = new AgentHeartbeat();

    /// <returns>Why the session ended.</returns>
    public async Task<string> RunAsync(CancellationToken stopping)
    {
        _ledger.LinkOpened();
        _ledger.NewsArrived = _session.Signal;
        var end = await _session.RunAsync(stopping);
        _ledger.NewsArrived = null;
        if (end.Defect is { } defect)
            Log.LinkDefect(_log, defect);
        return end.Reason;
    }

    public AgentMessage? Next() => _answers.TryDequeue(out var answer) ? answer : _ledger.TakeBatch();

    public string? Take(LinkReading<OperatorMessage> reading)
    {
        switch (reading)
        {
            case LinkReading<OperatorMessage>.NotUnderstood { Reason: var reason }:
                // If it was a plan, the next delta shows the gap.
                Log.MessageNotUnderstood(_log, reason);
                return null;
            case LinkReading<OperatorMessage>.Understood { Message: ReportAck acknowledged }:
                _ledger.Acknowledge(acknowledged.Sequence);
                return null;
            case LinkReading<OperatorMessage>.Understood { Message: PlanSnapshot or PlanDelta } plan when _agent.TakePlan(plan.Message) is { } answer:
                if (_answers.Count >= MaxAnswers)
                    return "the operator sends plans and takes no answers";
                _answers.Enqueue(answer);
                _session.Signal();
                return null;
            default:
                return null;
        }
    }

    public void Dispose() => _session.Dispose();
}
