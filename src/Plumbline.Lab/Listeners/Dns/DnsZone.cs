using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;

namespace Plumbline.Lab.Listeners.Dns;

/// <summary>A Service as cluster DNS knows it.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="ClusterIp">Null: headless, the name stands for the endpoints.</param>
/// <param name="Endpoints">Ready ones, of headless Services.</param>
public sealed record DnsService(string Namespace, string Name, IPAddress? ClusterIp, IReadOnlyList<DnsEndpoint>? Endpoints = null);

/// <param name="Address">The pod's address.</param>
/// <param name="HostName">Of StatefulSet pods: gives the pod a name below the Service's; null: none.</param>
public sealed record DnsEndpoint(IPAddress Address, string? HostName = null);

/// <summary>A name outside the cluster.</summary>
public sealed record DnsHost(string Name, IReadOnlyList<IPAddress> Addresses);

/// <summary>A name whose lookup goes wrong.</summary>
public sealed record DnsFault(string Name, DnsFailure Failure);

/// <summary>How a lookup goes wrong; a name that is not there at all needs no fault.</summary>
public enum DnsFailure
{
    /// <summary>SERVFAIL, as when the upstream server is down.</summary>
    ServerFailure,

    /// <summary>REFUSED, as by an access list.</summary>
    Refused,

    /// <summary>No answer at all.</summary>
    NoAnswer,
}

/// <summary>All that cluster DNS knows, immutable: a change is a new zone (<see cref="DnsServer.Zone"/>).</summary>
public sealed class DnsZone
{
    private readonly FrozenDictionary<string, IReadOnlyList<IPAddress>> _names;
    private readonly FrozenDictionary<string, DnsFailure> _failures;

    private DnsZone(string domain, Dictionary<string, List<IPAddress>> names, IEnumerable<DnsFault> faults)
    {
        Domain = domain;
        _names = names.ToFrozenDictionary(n => n.Key, n => (IReadOnlyList<IPAddress>)n.Value, StringComparer.OrdinalIgnoreCase);
        _failures = faults.DistinctBy(f => f.Name, StringComparer.OrdinalIgnoreCase).ToFrozenDictionary(
            f => f.Name.TrimEnd('.'), f => f.Failure, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The cluster domain, <c>cluster.local</c>.</summary>
    public string Domain { get; }

    public static DnsZone Empty { get; } = Create([], []);

    public static DnsZone Create(
        IEnumerable<DnsService> services, IEnumerable<DnsHost> hosts, IEnumerable<DnsFault>? faults = null, string domain = "cluster.local")
    {
        var names = new Dictionary<string, List<IPAddress>>(StringComparer.OrdinalIgnoreCase);
        Add(names, $"svc.{domain}", []);
        foreach (var service in services)
        {
            var name = $"{service.Name}.{service.Namespace}.svc.{domain}";
            Add(names, name, service.ClusterIp is { } ip ? [ip] : (service.Endpoints ?? []).Select(e => e.Address));
            foreach (var endpoint in (service.Endpoints ?? []).Where(e => e.HostName is not null))
            {
                Add(names, $"{endpoint.HostName}.{name}", [endpoint.Address]);
            }
        }

        foreach (var host in hosts)
        {
            Add(names, host.Name.TrimEnd('.'), host.Addresses);
        }

        return new DnsZone(domain, names, faults ?? []);
    }

    /// <returns>Null: no such name. Empty: the name is there, but has no address of that family.</returns>
    public IReadOnlyList<IPAddress>? Find(string name, AddressFamily family) =>
        _names.TryGetValue(name, out var addresses) ? [.. addresses.Where(a => a.AddressFamily == family)] : null;

    public DnsFailure? FailureOf(string name) => _failures.TryGetValue(name, out var failure) ? failure : null;

    /// <summary>Every parent of a name exists too, without records (RFC 8020): asking for one gives no addresses rather than "no such name".</summary>
    private static void Add(Dictionary<string, List<IPAddress>> names, string name, IEnumerable<IPAddress> addresses)
    {
        for (var parent = name; parent.Length > 0; parent = parent.IndexOf('.') is >= 0 and var dot ? parent[(dot + 1)..] : "")
        {
            names.TryAdd(parent, []);
        }

        names[name].AddRange(addresses.Except(names[name]).Distinct());
    }
}
