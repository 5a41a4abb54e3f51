using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Probes;
using Plumbline.Core.Words;

namespace Plumbline.Agent.Intake;

/// <summary>
/// What one entry of a plan may be. The operator is trusted, but it may be of another version, hold a defect, or be somebody else's by now;
/// an agent has the node's network, so it takes nothing that costs it more than a probe does.
/// </summary>
internal static class PlanBounds
{
    public const int MinTimeoutMilliseconds = 100;
    public const int MaxTimeoutMilliseconds = 60_000;
    public const int MinIntervalMilliseconds = 1_000;
    private const int MaxName = 255;
    private const int MaxMethod = 32;
    private const int MaxPath = 2_048;
    private const int MaxVersion = 3;
    private const int MaxAddresses = 16;
    private const int MaxResolverEntries = 64;
    private const int MaxHostAliases = 512;
    private const int MaxConfirmations = 100;

    /// <summary>Null when the source is in bounds.</summary>
    public static string? Refusal(ProbeSource source) => source switch
    {
        _ when !Enum.IsDefined(source.Vantage) => "a vantage that this agent does not know",
        { Namespace.Length: > MaxName } or { Name.Length: > MaxName } => "its name is too long",
        { Addresses.Length: > MaxAddresses } => $"{source.Addresses.Length} addresses; {MaxAddresses} are taken",
        { HostAliases.Length: > MaxHostAliases } => $"{source.HostAliases.Length} host aliases; {MaxHostAliases} are taken",
        { Dns.Nameservers.Length: > MaxResolverEntries } or { Dns.Searches.Length: > MaxResolverEntries } => $"more than {MaxResolverEntries} nameservers or search domains",
        _ when Texts(source).Any(text => text.Length > MaxName) => $"an address or name of more than {MaxName} characters",
        _ => null,
    };

    /// <summary>Null when the probe is in bounds.</summary>
    public static string? Refusal(PlannedProbe probe) => probe switch
    {
        { Port: < 1 or > 65535 } => $"port {probe.Port} is none",
        { TimeoutMilliseconds: < MinTimeoutMilliseconds or > MaxTimeoutMilliseconds } =>
            $"timeout of {probe.TimeoutMilliseconds} ms; {MinTimeoutMilliseconds} to {MaxTimeoutMilliseconds} are taken",
        { IntervalMilliseconds: < MinIntervalMilliseconds } => $"interval of {probe.IntervalMilliseconds} ms; at least {MinIntervalMilliseconds} are taken",
        { Host.Length: 0 or > MaxName } => "the host is empty or too long",
        { ServerName.Length: > MaxName } => "the TLS server name is too long",
        { MinTls: not (null or "1.0" or "1.1" or "1.2" or "1.3") } => "its least TLS version is none of 1.0, 1.1, 1.2 and 1.3",
        { Proxy: { } proxy } when proxy.Host.Length is 0 or > MaxName || proxy.Port is < 1 or > 65535 => "its proxy has no host or no port, or too long a name",
        { Http: { } http } when http.Method.Length > MaxMethod || http.Path.Length > MaxPath || http.Host?.Length > MaxName => "the HTTP request is too long",
        { Confirmations: < 1 or > MaxConfirmations } => $"{probe.Confirmations} confirmations; 1 to {MaxConfirmations} are taken",
        _ when !Enum.IsDefined(probe.Protocol) => "a protocol that this agent does not know",
        _ => null,
    };

    /// <summary>
    /// A member that the JSON leaves out is null or default, whatever its initializer says. What is too long is cut to just that: it is
    /// refused all the same, and a plan that is kept stays small.
    /// </summary>
    public static ProbeSource Complete(ProbeSource source) => source with
    {
        Namespace = Cut(source.Namespace ?? "", MaxName),
        Name = Cut(source.Name ?? "", MaxName),
        Addresses = Complete(source.Addresses, MaxAddresses),
        HostAliases = source.HostAliases.IsDefaultOrEmpty
            ? []
            : [.. source.HostAliases.Where(alias => alias is { Name: not null, Address: not null }).Take(MaxHostAliases + 1).Select(alias => new HostAlias(Cut(alias.Address, MaxName), Cut(alias.Name, MaxName)))],
        Dns = source.Dns is null
            ? DnsSettings.Node
            : source.Dns with { Nameservers = Complete(source.Dns.Nameservers, MaxResolverEntries), Searches = Complete(source.Dns.Searches, MaxResolverEntries) },
    };

    public static PlannedProbe Complete(PlannedProbe probe) => probe with
    {
        Host = Cut(probe.Host ?? "", MaxName),
        Confirmations = probe.Confirmations == 0 ? ProbeSettings.Default.FailureThreshold : probe.Confirmations,
        Source = Cut(probe.Source ?? "", MaxName),
        ServerName = probe.ServerName is { } name ? Cut(name, MaxName) : null,
        MinTls = probe.MinTls is { } version ? Cut(version, MaxVersion) : null,
        Proxy = probe.Proxy is { } proxy ? proxy with { Host = Cut(proxy.Host ?? "", MaxName) } : null,
        Http = probe.Http is { } http
            ? http with
            {
                Method = Cut(http.Method ?? "", MaxMethod),
                Path = Cut(http.Path ?? "", MaxPath),
                Host = http.Host is { } host ? Cut(host, MaxName) : null,
            }
            : null,
    };

    private static ImmutableArray<string> Complete(ImmutableArray<string> texts, int max) =>
        texts.IsDefaultOrEmpty ? [] : [.. texts.OfType<string>().Take(max + 1).Select(text => Cut(text, MaxName))];

    private static string Cut(string text, int max) => text.Length <= max + 1 ? text : text[..(max + 1)];

    private static IEnumerable<string> Texts(ProbeSource source) =>
        [.. source.Addresses, .. source.Dns.Nameservers, .. source.Dns.Searches, .. source.HostAliases.SelectMany(alias => new[] { alias.Address, alias.Name })];
}
