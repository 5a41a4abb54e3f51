using System.Net;

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

    public static void CheckFamily(IPAddress endpoint, IPAddress service, string of)
    {
        if (endpoint.AddressFamily != service.AddressFamily)
        {
            throw new ArgumentException($"{of}: {endpoint} is not of the same IP family as {service}");
        }
    }
}
