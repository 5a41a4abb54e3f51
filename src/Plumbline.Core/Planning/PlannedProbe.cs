using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Plumbline.Core.Planning;

/// <summary>
/// Identity of a probe: a hash of everything that makes its answer (source, target, port, protocol, request). Two connections that
/// ask the same question share one probe; a changed question is a new probe, so an old answer can never be taken for it.
/// </summary>
[JsonConverter(typeof(ProbeIdJsonConverter))]
public readonly record struct ProbeId(ulong Value)
{
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}

public sealed class ProbeIdJsonConverter : JsonConverter<ProbeId>
{
    public override ProbeId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ulong.TryParse(reader.GetString(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? new ProbeId(value)
            : throw new JsonException("a probe id is 16 hexadecimal digits");

    public override void Write(Utf8JsonWriter writer, ProbeId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

public enum VantageKind
{
    /// <summary>The pod's own network namespace.</summary>
    Pod,

    /// <summary>The node's network namespace: kubelet, host daemons, host-network pods, Services as a source, controls.</summary>
    Node,
}

/// <summary>How names are resolved at the source, as its pod would; the operator fills in what the cluster knows.</summary>
/// <param name="UseNodeResolver">dnsPolicy Default: the node's own resolv.conf. The lists below then hold only the pod's additions.</param>
public sealed record DnsSettings(
    bool UseNodeResolver,
    ImmutableArray<string> Nameservers,
    ImmutableArray<string> Searches,
    int Ndots)
{
    public static DnsSettings Node { get; } = new(true, [], [], 1);

    public bool Equals(DnsSettings? other) =>
        other is not null && UseNodeResolver == other.UseNodeResolver && Ndots == other.Ndots
        && Nameservers.SequenceEqual(other.Nameservers) && Searches.SequenceEqual(other.Searches);

    public override int GetHashCode() => HashCode.Combine(UseNodeResolver, Ndots, Nameservers.Length, Searches.Length);
}

public sealed record HostAlias(string Address, string Name);

/// <summary>Where probes start. <see cref="Id"/> is the pod's UID, or <c>node</c> for the node itself.</summary>
public sealed record ProbeSource
{
    public const string NodeId = "node";

    public required string Id { get; init; }

    public required VantageKind Vantage { get; init; }

    /// <summary>Namespace and name of the pod; empty for the node.</summary>
    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>The pod's addresses, which find its network namespace.</summary>
    public ImmutableArray<string> Addresses { get; init; } = [];

    public DnsSettings Dns { get; init; } = DnsSettings.Node;

    public ImmutableArray<HostAlias> HostAliases { get; init; } = [];

    public bool Equals(ProbeSource? other) =>
        other is not null && Id == other.Id && Vantage == other.Vantage && Namespace == other.Namespace && Name == other.Name
        && Addresses.SequenceEqual(other.Addresses) && Dns.Equals(other.Dns) && HostAliases.SequenceEqual(other.HostAliases);

    public override int GetHashCode() => HashCode.Combine(Id, Vantage, Addresses.Length);
}

public enum ProbeProtocol
{
    Tcp,
    Tls,
    Http,
    Https,

    /// <summary>A DNS question over UDP: the one datagram protocol that owes an answer.</summary>
    Dns,
}

/// <param name="ExpectedStatuses">Empty: any status proves the connection.</param>
/// <param name="Host">Host header; the target's host when null.</param>
public sealed record HttpRequestSpec(string Method, string Path, string? Host, ImmutableArray<int> ExpectedStatuses)
{
    public bool Equals(HttpRequestSpec? other) =>
        other is not null && Method == other.Method && Path == other.Path && Host == other.Host && ExpectedStatuses.SequenceEqual(other.ExpectedStatuses);

    public override int GetHashCode() => HashCode.Combine(Method, Path, Host, ExpectedStatuses.Length);
}

/// <summary>A question, never an answer: what to try, from where, how often. Holds no expectation of the outcome.</summary>
public sealed record PlannedProbe
{
    public required ProbeId Id { get; init; }

    /// <summary><see cref="ProbeSource.Id"/> of a source of the same plan.</summary>
    public required string Source { get; init; }

    /// <summary>An IP literal, or a name that is resolved as the source would.</summary>
    public required string Host { get; init; }

    public required int Port { get; init; }

    public required ProbeProtocol Protocol { get; init; }

    /// <summary>TLS server name; the host when null and the host is a name.</summary>
    public string? ServerName { get; init; }

    public HttpRequestSpec? Http { get; init; }

    /// <summary>Milliseconds between two probes.</summary>
    public required int IntervalMilliseconds { get; init; }

    /// <summary>Milliseconds that one probe may take, name resolution included.</summary>
    public required int TimeoutMilliseconds { get; init; }
}

/// <summary>All that one node's agent has to do.</summary>
public sealed record ProbePlan(ImmutableSortedDictionary<string, ProbeSource> Sources, ImmutableDictionary<ProbeId, PlannedProbe> Probes)
{
    public static ProbePlan Empty { get; } = new(ImmutableSortedDictionary<string, ProbeSource>.Empty, ImmutableDictionary<ProbeId, PlannedProbe>.Empty);
}
