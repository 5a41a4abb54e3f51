using Plumbline.Core.Probes;

namespace Plumbline.Agent.Intake;

/// <summary>Values that many probes of a plan have in common, once each: a plan that was read from JSON has a copy of its own for every probe.</summary>
internal sealed class SharedValues(int max)
{
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<HttpRequestSpec, HttpRequestSpec> _requests = [];
    private readonly Dictionary<ProxySpec, ProxySpec> _proxies = [];

    public PlannedProbe Share(PlannedProbe probe) => probe with
    {
        Source = Of(_texts, probe.Source),
        Host = Of(_texts, probe.Host),
        ServerName = probe.ServerName is { } name ? Of(_texts, name) : null,
        MinTls = probe.MinTls is { } version ? Of(_texts, version) : null,
        Proxy = probe.Proxy is { } proxy ? Of(_proxies, proxy) : null,
        Http = probe.Http is { } http ? Of(_requests, http) : null,
    };

    private T Of<T>(Dictionary<T, T> known, T value)
        where T : notnull
    {
        if (known.TryGetValue(value, out var shared))
            return shared;

        // Hosts come and go with deltas; what is forgotten here is only no longer shared.
        if (known.Count >= max)
            known.Clear();
        known[value] = value;
        return value;
    }
}
