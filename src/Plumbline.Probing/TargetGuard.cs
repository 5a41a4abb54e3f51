using System.Net;

namespace Plumbline.Probing;

/// <summary>
/// Targets that no document means and that an agent must not be talked into reaching: cloud metadata, which hands out credentials, and
/// loopback, where services listen that trust whoever gets there.
/// </summary>
internal sealed class TargetGuard(IReadOnlyList<IPNetwork> allowed)
{
    private static readonly (IPNetwork Network, string What)[] Refused =
    [
        (IPNetwork.Parse("127.0.0.0/8"), "loopback"),
        (IPNetwork.Parse("::1/128"), "loopback"),
        (IPNetwork.Parse("0.0.0.0/8"), "this host"),
        (IPNetwork.Parse("::/128"), "this host"),
        (IPNetwork.Parse("169.254.169.254/32"), "cloud metadata"),
        (IPNetwork.Parse("fd00:ec2::254/128"), "cloud metadata"),
    ];

    /// <summary>Null when the address may be probed.</summary>
    public string? Refusal(IPAddress address)
    {
        // ::ffff:127.0.0.1 reaches 127.0.0.1.
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var (network, what) in Refused)
        {
            if (network.Contains(plain))
                return IsAllowed(plain) ? null : $"{plain} is {what}: not probed unless the agent's AllowTargets holds it";
        }

        return null;
    }

    private bool IsAllowed(IPAddress address)
    {
        foreach (var network in allowed)
        {
            if (network.Contains(address))
                return true;
        }

        return false;
    }
}
