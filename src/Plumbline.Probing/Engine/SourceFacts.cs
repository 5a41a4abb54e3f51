using System.Net.Sockets;
using Plumbline.Probing.Namespaces;

namespace Plumbline.Probing.Engine;

/// <summary>What the source's namespace looks like after an attempt failed.</summary>
/// <param name="Gone">Why nothing that failed there counts; null when the source is as it was.</param>
/// <param name="LacksIpv4">No IPv4 address beyond loopback and link-local ones, so clients there would not try that family.</param>
internal readonly record struct SourceFacts(string? Gone, bool LacksIpv4, bool LacksIpv6)
{
    public static SourceFacts Unseen { get; }

    /// <param name="families">Look at the address families even if the source's own addresses need no confirmation.</param>
    public static SourceFacts Read(NamespaceDoor door, ProbeOrigin origin, bool families)
    {
        if (!NamespaceDoor.IsThere(origin.Namespace))
            return new SourceFacts($"the source's network namespace {origin.Namespace} went away during the probe", false, false);

        var known = !origin.Addresses.IsDefaultOrEmpty && origin.Namespace.Path is not null;
        if (!known && !families)
            return Unseen;

        var inside = NamespaceAddresses.Read(door, origin.Namespace);
        if (inside.Failure is not null)
            return Unseen;
        if (known && !inside.Addresses.Any(origin.Addresses.Contains))
            return new SourceFacts("the source lost its address during the probe", false, false);
        return new SourceFacts(null, Lacks(AddressFamily.InterNetwork), Lacks(AddressFamily.InterNetworkV6));

        bool Lacks(AddressFamily family) =>
            !inside.Addresses.Any(address => address.AddressFamily == family) || (known && !origin.Addresses.Any(address => address.AddressFamily == family));
    }
}
