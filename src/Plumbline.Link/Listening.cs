using System.Net;
using System.Net.Sockets;

namespace Plumbline.Link;

public static class Listening
{
    /// <summary>Every address of the machine, of either family, at that port: what a pod of an IPv4-only, an IPv6-only and a dual-stack cluster has to listen on.</summary>
    public static IPEndPoint Everywhere(int port) => new(IPAddress.IPv6Any, port);

    /// <summary>What to listen on here: <c>[::]</c> takes both families, and where the machine has no IPv6 it means all there is.</summary>
    public static IPEndPoint Here(IPEndPoint wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        return wanted.Address.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6 ? new IPEndPoint(IPAddress.Any, wanted.Port) : wanted;
    }

    /// <summary>host:port, with brackets around an IPv6 address.</summary>
    public static string Join(string host, int port) => IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port).ToString() : $"{host}:{port}";
}
