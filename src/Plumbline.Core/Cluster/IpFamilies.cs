using System.Net;

namespace Plumbline.Core.Cluster;

/// <summary>IP families that something has addresses of.</summary>
[Flags]
public enum IpFamilies
{
    /// <summary>No address is known: a host name, or a pod that has none yet. Compatible with everything.</summary>
    Unknown = 0,
    IPv4 = 1,
    IPv6 = 2,
}

public static class IpFamily
{
    /// <returns><see cref="IpFamilies.Unknown"/> for anything that is no IP literal.</returns>
    public static IpFamilies Of(string host) => !IPAddress.TryParse(host, out var address) ? IpFamilies.Unknown
        : IsVersion6(address) ? IpFamilies.IPv6 : IpFamilies.IPv4;

    public static IpFamilies Of(IEnumerable<string> hosts) => hosts.Aggregate(IpFamilies.Unknown, (all, host) => all | Of(host));

    /// <summary>Whether something with addresses of <paramref name="own"/> can talk to <paramref name="host"/> at all.</summary>
    public static bool CanReach(this IpFamilies own, string host) => own == IpFamilies.Unknown || Of(host) is var other && (other == IpFamilies.Unknown || (own & other) != 0);

    /// <summary>Whether one of these is the address, however it is written.</summary>
    public static bool Holds(IEnumerable<string> addresses, string address) =>
        addresses.Contains(address, StringComparer.Ordinal)
        || (IPAddress.TryParse(address, out var wanted) && addresses.Any(a => IPAddress.TryParse(a, out var one) && one.Equals(wanted)));

    // Not AddressFamily: its type is the sockets', and nothing here opens one.
    private static bool IsVersion6(IPAddress address) => address.TryWriteBytes(stackalloc byte[16], out var length) && length == 16;
}
