using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Resolution;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>A Service by which a port of a row was seen to work.</summary>
/// <param name="Port">Documented port.</param>
/// <param name="LostAt">Since when the Service does not lead to the destination any more; null while it does.</param>
public sealed record ReachedService(NamespacedName Service, int Port, DateTimeOffset? LostAt);

/// <summary>
/// The Services by which a row was reached. A destination that is named by its workload is probed by whatever Services lead to its pods: one that
/// leads there no more, since its selector or its ports were changed, would drop out of the row in silence, and its clients with it. It is kept in
/// the status, so that a restart of the operator forgets nothing.
/// </summary>
/// <remarks>Forgotten when the row or the destination's Component means something else, or the Service is deleted and another one serves the port.</remarks>
public sealed class ReachedServices(ImmutableArray<ReachedService> known)
{
    public const int Most = 16;

    private ImmutableArray<Component> _destination = [];

    public ImmutableArray<ReachedService> All { get; private set; } = known;

    /// <summary>The row was resolved anew.</summary>
    public void Resolved(ConnectionResolution.Resolved resolved, IClusterFacts facts, DateTimeOffset now)
    {
        if (!_destination.IsEmpty && !_destination.Select(d => d.Binding).SequenceEqual(resolved.Destination.Select(d => d.Binding)))
        {
            All = [];
        }

        _destination = resolved.Destination;
        if (All.Length > 0)
        {
            All = [.. All.Where(s => !IsReplaced(s, resolved, facts)).Select(s => s with { LostAt = Leads(s, resolved) ? null : s.LostAt ?? now })];
        }
    }

    /// <summary>A port works by the Service.</summary>
    public void Works(NamespacedName service, int port)
    {
        foreach (var known in All)
        {
            if (known.Port == port && known.Service == service)
            {
                return;
            }
        }

        All = All.Length < Most ? All.Add(new ReachedService(service, port, null)) : All;
    }

    /// <summary>What has been lost for long enough to be no change that is still under way.</summary>
    /// <param name="nextAt">Told when more will have been.</param>
    public ImmutableArray<StaticFact> LostAt(DateTimeOffset now, ProbeSettings settings, IClusterFacts facts, Action<DateTimeOffset> nextAt)
    {
        var lost = ImmutableArray.CreateBuilder<StaticFact>();
        foreach (var (service, port, since) in All)
        {
            if (since is { } at && at + settings.SettledWithin <= now)
            {
                lost.Add(Describe(service, port, at, facts));
            }
            else if (since is not null)
            {
                nextAt(since.Value + settings.SettledWithin);
            }
        }

        return lost.ToImmutable();
    }

    private StaticFact Describe(NamespacedName key, int port, DateTimeOffset at, IClusterFacts facts)
    {
        var until = $"Service {key}, by which the destination was reached until {at.UtcDateTime:u},";
        var fact = facts.Service(key) is not { } service ? new StaticFact(port, Reasons.NoReadyEndpoints, $"{until} is gone")
            : service.Headless || _destination.Any(d => service.Ports.Any(p => p.Port == d.ActualPort(port))) ? new(port, Reasons.NoReadyEndpoints, $"{until} leads to none of its pods any more: look at its selector and at the pods' labels")
            : new(port, Reasons.ServicePortMissing, $"{until} has no port {port} any more (it has {(service.Ports.IsEmpty ? "none" : string.Join(", ", service.Ports.Select(p => p.Port)))})");
        return fact with { Service = key };
    }

    private static bool Leads(ReachedService reached, ConnectionResolution.Resolved resolved) => resolved.Ways.Contains((reached.Service, reached.Port));

    private static bool IsReplaced(ReachedService reached, ConnectionResolution.Resolved resolved, IClusterFacts facts) =>
        !Leads(reached, resolved) && facts.Service(reached.Service) is null or { Headless: true } && resolved.Ways.Any(w => w.Port == reached.Port);
}
