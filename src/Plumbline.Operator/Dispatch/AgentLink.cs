using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using Plumbline.Core.Probes;
using Plumbline.Link;

namespace Plumbline.Operator.Dispatch;

/// <summary>The operator's end of one link: the newest plan out, reports in.</summary>
internal sealed class AgentLink : ILinkEnd<OperatorMessage, AgentMessage>, IDisposable
{
    private readonly string _node;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LinkSession<OperatorMessage, AgentMessage> _session;
    private readonly Lock _lock = new();
    private Action<ReportBatch> _received = _ => { };

    // Only the newest plan matters, so a slow agent never makes a queue of plans. What is sent is the plan that the agent has, as far as we
    // sent it; null until it greets, and again when it greets anew after a gap.
    private RevisedPlan? _newest;
    private RevisedPlan? _sent;
    private bool _greeted;

    // The newest batch that was taken and is to be acknowledged; it stands for those before it.
    private long? _taken;

    // Parts of a plan on their way: they follow each other, and a newer plan waits for the last.
    private IEnumerator<OperatorMessage>? _parts;

    public AgentLink(long id, string node, WebSocket socket, TimeProvider time, ILogger logger)
    {
        (Id, _node, _time, _logger) = (id, node, time, logger);
        _session = new(socket, this, LinkJson.Default.OperatorMessage, LinkJson.Default.AgentMessage, time);
    }

    public long Id { get; }

    public string CloseReason { get; private set; } = "closed";

    public OperatorMessage Heartbeat { get; } = new OperatorHeartbeat();

    public void Offer(RevisedPlan plan)
    {
        lock (_lock)
        {
            // A plan that was made meanwhile may overtake the one that was current when the link opened.
            if (_newest is not null && plan.Revision <= _newest.Revision)
            {
                return;
            }

            _newest = plan;
        }

        _session.Signal();
    }

    public void Abort() => _session.End("replaced or not the leader any more");

    public async Task RunAsync(Action<ReportBatch> received, CancellationToken cancellationToken)
    {
        _received = received;
        var end = await _session.RunAsync(cancellationToken);
        CloseReason = end.Reason;
        if (end.Defect is { } defect)
        {
            Log.LinkDefect(_logger, _node, Id, defect);
        }
    }

    /// <summary>Acknowledgements first: an agent that waits for them sends nothing more.</summary>
    public OperatorMessage? Next()
    {
        lock (_lock)
        {
            if (_taken is { } sequence)
            {
                _taken = null;
                return new ReportAck(sequence);
            }

            if (_parts is null && _greeted && _newest is { } plan && plan != _sent)
            {
                _parts = plan.From(_sent).GetEnumerator();
                _sent = plan;
            }

            if (_parts?.MoveNext() == true)
            {
                return _parts.Current;
            }

            (_parts, var wasSending) = (null, _parts is not null);
            return wasSending ? Next() : null;
        }
    }

    public string? Take(LinkReading<AgentMessage> reading)
    {
        switch (reading)
        {
            case LinkReading<AgentMessage>.NotUnderstood { Reason: var reason }:
                return reason;
            case LinkReading<AgentMessage>.Understood { Message: Hello hello } when hello.Node != _node:
                return $"the agent says it is on node {hello.Node}, its token says {_node}";
            case LinkReading<AgentMessage>.Understood { Message: Hello hello }:
                Log.AgentHello(_logger, _node, hello.Version);
                Greet();
                return null;
            case LinkReading<AgentMessage>.Understood { Message: ReportBatch batch }:
                Accept(batch);
                return null;
            case LinkReading<AgentMessage>.Understood { Message: PlanAck ack }:
                Log.PlanAcknowledged(_logger, _node, ack.Revision);
                return null;
            default:
                return null;
        }
    }

    public void Dispose() => _session.Dispose();

    /// <summary>Each Hello asks for a snapshot: the first of a link, and those after a gap in the revisions.</summary>
    private void Greet()
    {
        lock (_lock)
        {
            (_greeted, _sent, _parts) = (true, null, null);
        }

        _session.Signal();
    }

    private void Accept(ReportBatch batch)
    {
        var reports = batch.Reports ?? [];
        ProbeReport[] usable = [.. reports.Select(r => ReportIntake.Clean(r, _time.GetUtcNow())).OfType<ProbeReport>()];
        if (usable.Length < reports.Length)
        {
            Log.ReportsUnusable(_logger, _node, reports.Length - usable.Length);
        }

        _received(batch with { Reports = usable });
        lock (_lock)
        {
            _taken = batch.Sequence;
        }

        _session.Signal();
    }
}
