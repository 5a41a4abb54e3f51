using System.Collections.Concurrent;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Plumbline.Core.Loop;
using Plumbline.Core.Probes;
using Plumbline.Kubernetes.Client;
using Plumbline.Link;
using Plumbline.Operator.Running;

namespace Plumbline.Operator.Dispatch;

/// <summary>What the hub needs to know of leadership to turn agents away politely.</summary>
public interface ILeadership
{
    bool IsLeader { get; }

    /// <summary>Link address of the present leader (<c>host:port</c>), when it is known.</summary>
    string? LeaderAddress { get; }
}

/// <summary>
/// The operator's end of the links: one a node, the newest wins. Plans go out as a snapshot and then deltas; reports come in as loop events.
/// </summary>
public sealed class AgentHub(
    IAgentAuthenticator authenticator,
    ILeadership leadership,
    Action<LoopEvent> post,
    TimeProvider time,
    ILogger<AgentHub> logger)
{
    private readonly ConcurrentDictionary<string, AgentLink> _links = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RevisedPlan> _plans = new(StringComparer.Ordinal);
    private readonly Lock _opening = new();
    private long _lastLink;

    public int Count => _links.Count;

    /// <summary>Called by one caller at a time (the loop's effects), in the order of the changes.</summary>
    public void ChangePlan(string node, PlanChange change)
    {
        // Revisions rise across operator restarts as well, so that an agent never takes an old delta for a new one.
        var old = _plans.GetValueOrDefault(node, RevisedPlan.Empty);
        var next = old.With(change, Math.Max(old.Revision + 1, time.GetUtcNow().ToUnixTimeMilliseconds()));
        _plans[node] = next;
        if (_links.TryGetValue(node, out var link))
        {
            link.Offer(next);
        }
    }

    /// <summary>Leadership is lost: plans are no longer ours to give, and agents go to the new leader.</summary>
    public void DropAll()
    {
        _plans.Clear();
        foreach (var link in _links.Values)
        {
            link.Abort();
        }
    }

    public async Task HandleAsync(HttpContext context)
    {
        if (!leadership.IsLeader)
        {
            await SendToLeader(context);
            return;
        }

        if (!context.WebSockets.IsWebSocketRequest || !context.WebSockets.WebSocketRequestedProtocols.Contains(LinkProtocol.SubProtocol))
        {
            await Refuse(context, StatusCodes.Status400BadRequest, $"dial with a WebSocket of sub-protocol {LinkProtocol.SubProtocol}");
            return;
        }

        var authorization = context.Request.Headers.Authorization.ToString();
        var token = authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? authorization["Bearer ".Length..].Trim() : "";
        switch (token.Length == 0 ? new AgentAuthentication.Denied("no bearer token") : await authenticator.AuthenticateAsync(token, context.RequestAborted))
        {
            case AgentAuthentication.Accepted when !leadership.IsLeader:
                // Lost while the token was reviewed.
                await SendToLeader(context);
                break;
            case AgentAuthentication.Accepted accepted:
                await RunLink(context, accepted.Node);
                break;
            case AgentAuthentication.Denied denied:
                Log.LinkDenied(logger, context.Connection.RemoteIpAddress, denied.Why);
                await Refuse(context, StatusCodes.Status401Unauthorized, denied.Why);
                break;
            case AgentAuthentication.Unavailable unavailable:
                await Refuse(context, StatusCodes.Status503ServiceUnavailable, unavailable.Why);
                break;
        }
    }

    private async Task RunLink(HttpContext context, string node)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync(LinkProtocol.SubProtocol);
        using var link = Open(node, socket);
        var id = link.Id;
        Log.LinkOpened(logger, node, id);
        if (_plans.TryGetValue(node, out var plan))
        {
            link.Offer(plan);
        }

        if (!leadership.IsLeader)
        {
            // Lost just now: DropAll may have come before this link was there to be dropped.
            link.Abort();
        }

        try
        {
            await link.RunAsync(batch => post(new LoopEvent.AgentReported(node, batch.Reports)), context.RequestAborted);
        }
        finally
        {
            _links.TryRemove(KeyValuePair.Create(node, link));
            post(new LoopEvent.AgentUnlinked(node, id));
            Log.LinkClosed(logger, node, id, link.CloseReason);
        }
    }

    /// <summary>In one step, so that of two links of a node the one with the higher number is the one that stays, for the loop as well.</summary>
    private AgentLink Open(string node, WebSocket socket)
    {
        lock (_opening)
        {
            var link = new AgentLink(++_lastLink, node, socket, time, logger);
            if (_links.TryGetValue(node, out var older))
            {
                // A ghost of the same agent, or another pod on its way out.
                older.Abort();
            }

            _links[node] = link;
            post(new LoopEvent.AgentLinked(node, link.Id));
            return link;
        }
    }

    private Task SendToLeader(HttpContext context)
    {
        if (leadership.LeaderAddress is { } leader)
        {
            context.Response.Headers[LinkProtocol.LeaderHeader] = leader;
        }

        return Refuse(context, StatusCodes.Status503ServiceUnavailable, "this replica is not the leader");
    }

    private static Task Refuse(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(why + "\n", context.RequestAborted);
    }
}
