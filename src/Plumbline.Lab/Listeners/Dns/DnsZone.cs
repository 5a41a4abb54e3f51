using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;

namespace Plumbline.Lab.Listeners.Dns;

/// <summary>A Service as cluster DNS knows it.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="ClusterIp">Null: headless, the name stands for the endpoints.</param>
/// <param name="Endpoints">Ready ones, of headless Services.</param>
public sealed record DnsService(string Namespace, string Name, IPAddress? ClusterIp, IReadOnlyList<DnsEndpoint>? Endpoints = null)
{
    /// <summary>All its addresses. Default: <see cref="ClusterIp"/>.</summary>
    public IReadOnlyList<IPAddress> ClusterIps { get; init; } = ClusterIp is null ? [] : [ClusterIp];

    /// <summary>The name that it is an alias of (type ExternalName). Default: none.</summary>
    public string? ExternalName { get; init; }
}

/// <param name="Address">The pod's address.</param>
/// <param name="HostName">Of StatefulSet pods: gives the pod a name below the Service's; null: its address with dashes is its name.</param>
public sealed record DnsEndpoint(IPAddress Address, string? HostName = null);

/// <summary>A name outside the cluster.</summary>
public sealed record DnsHost(string Name, IReadOnlyList<IPAddress> Addresses);

/// <summary>A name whose lookup goes wrong.</summary>
public sealed record DnsFault(string Name, DnsFailure Failure);

/// <summary>A name that is answered otherwise than the cluster has it.</summary>
/// <param name="Name">A leading <c>*.</c> stands for every name below, but for those that there are.</param>
/// <param name="Address">Null: no such name.</param>
public sealed record DnsOverride(string Name, IPAddress? Address);

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

/// <summary>What a name leads to.</summary>
/// <param name="Aliases">Names on the way (CNAME), in order; the addresses are the last one's.</param>
/// <param name="Addresses">Of the family that was asked for.</param>
public sealed record DnsAnswer(IReadOnlyList<string> Aliases, IReadOnlyList<IPAddress> Addresses);

/// <summary>All that cluster DNS knows, immutable: a change is a new zone (<see cref="DnsServer.Zone"/>).</summary>
public sealed class DnsZone
{
    /// <summary>As many as resolvers follow.</summary>
    private const int MostAliases = 8;

    private readonly FrozenDictionary<string, IReadOnlyList<IPAddress>> _names;
    private readonly FrozenDictionary<string, string> _aliases;
    private readonly FrozenDictionary<string, DnsFailure> _failures;
    private readonly FrozenDictionary<string, DnsOverride> _overrides;

    private DnsZone(
        string domain, Dictionary<string, List<IPAddress>> names, Dictionary<string, string> aliases, IEnumerable<DnsFault> faults, IEnumerable<DnsOverride> overrides)
    {
        Domain = domain;
        _names = names.ToFrozenDictionary(n => n.Key, n => (IReadOnlyList<IPAddress>)n.Value, StringComparer.OrdinalIgnoreCase);
        _aliases = aliases.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _failures = faults.DistinctBy(f => f.Name, StringComparer.OrdinalIgnoreCase).ToFrozenDictionary(
            f => f.Name.TrimEnd('.'), f => f.Failure, StringComparer.OrdinalIgnoreCase);
        _overrides = overrides.DistinctBy(o => o.Name, StringComparer.OrdinalIgnoreCase).ToFrozenDictionary(
            o => o.Name.TrimEnd('.'), o => o, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The cluster domain, <c>cluster.local</c>.</summary>
    public string Domain { get; }

    public static DnsZone Empty { get; } = Create([], []);

    public static DnsZone Create(
        IEnumerable<DnsService> services, IEnumerable<DnsHost> hosts, IEnumerable<DnsFault>? faults = null, IEnumerable<DnsOverride>? overrides = null,
        string domain = "cluster.local")
    {
        var names = new Dictionary<string, List<IPAddress>>(StringComparer.OrdinalIgnoreCase);
        var aliases = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        Add(names, $"svc.{domain}", []);
        foreach (var service in services)
        {
            var name = $"{service.Name}.{service.Namespace}.svc.{domain}";
            if (service.ExternalName is { Length: > 0 } target)
            {
                Add(names, name, []);
                aliases[name] = target.TrimEnd('.');
                continue;
            }

            var headless = service.ClusterIps.Count == 0;
            Add(names, name, headless ? (service.Endpoints ?? []).Select(e => e.Address) : service.ClusterIps);
            foreach (var endpoint in service.Endpoints ?? [])
            {
                var label = endpoint.HostName ?? endpoint.Address.ToString().Replace('.', '-').Replace(':', '-');
                Add(names, $"{label}.{name}", [endpoint.Address]);
            }
        }

        foreach (var host in hosts)
        {
            Add(names, host.Name.TrimEnd('.'), host.Addresses);
        }

        return new DnsZone(domain, names, aliases, faults ?? [], overrides ?? []);
    }

    /// <returns>Null: no such name. Empty: the name is there, but has no address of that family.</returns>
    public IReadOnlyList<IPAddress>? Find(string name, AddressFamily family) => Answer(name, family)?.Addresses;

    /// <returns>Null: no such name. An alias of a name that is not known is an answer without addresses, as a forwarder's would be that its upstream does not know.</returns>
    public DnsAnswer? Answer(string name, AddressFamily family)
    {
        var aliases = new List<string>();
        for (var current = name; ;)
        {
            if (Override(current) is { } instead)
            {
                return instead.Address is null && aliases.Count == 0 ? null : new DnsAnswer(aliases, [.. Only([instead.Address], family)]);
            }

            if (_aliases.TryGetValue(current, out var target) && aliases.Count < MostAliases)
            {
                aliases.Add(current = target);
                continue;
            }

            return _names.TryGetValue(current, out var addresses) ? new DnsAnswer(aliases, [.. Only(addresses, family)])
                : aliases.Count > 0 ? new DnsAnswer(aliases, []) : null;
        }
    }

    public DnsFailure? FailureOf(string name) => _failures.TryGetValue(name, out var failure) ? failure : null;

    private static IEnumerable<IPAddress> Only(IEnumerable<IPAddress?> addresses, AddressFamily family) => addresses.OfType<IPAddress>().Where(a => a.AddressFamily == family);

    /// <summary>A wildcard stands for names that there are not, the nearest parent's first (RFC 4592).</summary>
    private DnsOverride? Override(string name)
    {
        if (_overrides.TryGetValue(name, out var exact))
        {
            return exact;
        }

        for (var dot = _names.ContainsKey(name) ? -1 : name.IndexOf('.'); dot >= 0; dot = name.IndexOf('.', dot + 1))
        {
            if (_overrides.TryGetValue($"*{name[dot..]}", out var wildcard))
            {
                return wildcard;
            }
        }

        return null;
    }

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
