using System.Runtime.CompilerServices;
using Plumbline.Core.Cluster;

namespace Plumbline.Core.Resolution;

/// <summary>
/// Pods as places where probes start. Most pods are that of many rows; each is described once, for as long as its facts are known.
/// </summary>
public sealed class Places
{
    private readonly ConditionalWeakTable<PodFacts, PairSource> _places = [];

    internal PairSource Of(PodFacts pod, DnsSettings dns, Func<PodFacts, DnsSettings, PairSource> make)
    {
        if (_places.TryGetValue(pod, out var known) && (ReferenceEquals(known.Probe.Dns, dns) || known.Probe.Dns.Equals(dns)))
        {
            return known;
        }

        var place = make(pod, dns);
        _places.AddOrUpdate(pod, place);
        return place;
    }
}
