using System.Net;
using System.Net.Sockets;

namespace Plumbline.Lab.Network.Rules;

/// <summary>Says which rule is wrong before nft says which column is.</summary>
internal static class RulePorts
{
    public static void Check(int? port, string of)
    {
        if (port is < 1 or > 65535)
        {
            throw new ArgumentException($"{of}: port {port} is not within 1 to 65535");
        }
    }

    public static void CheckIpv4(IPAddress address, string of)
    {
        if (address.AddressFamily != AddressFamily.InterNetwork)
        {
            throw new ArgumentException($"{of}: {address} is not IPv4, and Services are IPv4 here");
        }
    }
}
