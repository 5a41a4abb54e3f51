using System.Globalization;
using Plumbline.Lab.Launch;

namespace Plumbline.Lab.Network.Rules;

/// <summary>What is wrong with a node's uplink, in both directions.</summary>
public sealed record LinkTrouble
{
    /// <summary>How many of a hundred packets are lost. Default: 0.</summary>
    public int LossPercent { get; init; }

    /// <summary>Longer packets vanish without a word, as where a tunnel is narrower than both ends believe and ICMP is filtered. Bytes with IP header; default: no limit.</summary>
    public int? Mtu { get; init; }

    /// <summary>How much later packets leave. Needs netem in the kernel. Default: 0.</summary>
    public TimeSpan Delay { get; init; }
}

/// <summary>Losses of a node's uplink as an nftables table in the node's namespace. What a node's pods say to each other never touches it.</summary>
internal static class LinkTable
{
    public const string Name = "plumbline-link";

    public static string Render(LinkTrouble? trouble)
    {
        var rules = "";
        if (trouble is { LossPercent: > 0 })
        {
            rules += string.Create(CultureInfo.InvariantCulture, $"    {(trouble.LossPercent < 100 ? $"numgen random mod 100 < {trouble.LossPercent} " : "")}drop\n");
        }

        if (trouble?.Mtu is { } mtu)
        {
            rules += string.Create(CultureInfo.InvariantCulture, $"    meta length > {mtu} drop\n");
        }

        // Long before all others: what is lost on the wire was never seen.
        return $$"""
            table inet {{Name}} {
              chain uplink {
            {{rules}}  }
              chain prerouting { type filter hook prerouting priority -300; policy accept; iifname "eth0" jump uplink
              }
              chain postrouting { type filter hook postrouting priority 300; policy accept; oifname "eth0" jump uplink
              }
            }

            """;
    }
}

/// <summary>Delay of a node's uplink, which only the kernel's netem gives.</summary>
internal static class LinkDelay
{
    /// <exception cref="IOException">The kernel has no netem, or the machine no <c>tc</c>.</exception>
    public static async Task SetAsync(LabNode node, TimeSpan delay, CancellationToken cancellation)
    {
        if (node.Delay == delay)
        {
            return;
        }

        if (Tool.Find("tc") is not { } tc)
        {
            throw new IOException("delay cannot be had: tc is not installed (Debian: apt-get install iproute2)");
        }

        string[] change = delay > TimeSpan.Zero
            ? ["qdisc", "replace", "dev", "eth0", "root", "netem", "delay", string.Create(CultureInfo.InvariantCulture, $"{delay.TotalMilliseconds:0}ms")]
            : ["qdisc", "del", "dev", "eth0", "root"];
        var run = await Tool.RunAsync(NamespaceProcess.Prefix(node.Namespace.Path, [tc, .. change]), null, cancellation);
        if (run.ExitCode != 0)
        {
            throw new IOException($"delay cannot be had: this machine's kernel has no netem (sch_netem), the only thing that delays packets (tc: {run.Error.Trim()}). Loss and mtu work without it.");
        }

        node.Delay = delay;
    }
}
