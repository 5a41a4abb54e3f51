using System.Net;

namespace Plumbline.Probing;

/// <summary>
/// Targets that no document means and that an agent must not be talked into reaching: cloud metadata, which hands out credentials,
/// loopback, where services listen that trust whoever gets there, and what the agent's options add. Asked for every address on its
/// own, after resolution: a name says nothing about where it leads.
/// </summary>
internal sealed class TargetGuard(IReadOnlyList<IPNetwork> allowed, IReadOnlyList<RefusedTarget> refused)
{
    private static readonly RefusedTarget[] AlwaysRefused =
    [
        Refuse("127.0.0.0/8", "loopback"),
        Refuse("::1/128", "loopback"),
        Refuse("0.0.0.0/8", "this host"),
        Refuse("::/128", "this host"),
        Refuse("169.254.169.254/32", "cloud metadata"),
        Refuse("fd00:ec2::254/128", "cloud metadata"),
        Refuse("fd20:ce::254/128", "cloud metadata"),
        Refuse("100.100.100.200/32", "cloud metadata"),
        Refuse("169.254.170.2/32", "cloud credentials"),
        Refuse("169.254.170.23/32", "cloud credentials"),
        Refuse("fd00:ec2::23/128", "cloud credentials"),
    ];

    private readonly IPNetwork[] _allowed = [.. allowed];
    private readonly RefusedTarget[] _refused = [.. AlwaysRefused, .. refused];

    /// <summary>Null when the address may be probed.</summary>
    public string? Refusal(IPAddress address, int port)
    {
        // ::ffff:127.0.0.1 reaches 127.0.0.1.
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var target in _refused)
        {
            if ((target.Port is null || target.Port == port) && target.Network.Contains(plain))
                return IsAllowed(plain) ? null : $"{plain} is {target.What}: probed only if the agent has it as --allow-target";
        }

        return null;
    }

    private static RefusedTarget Refuse(string network, string what) => new(IPNetwork.Parse(network), null, what);

    private bool IsAllowed(IPAddress address)
    {
        foreach (var network in _allowed)
        {
            if (network.Contains(address))
                return true;
        }

        return false;
    }
}
