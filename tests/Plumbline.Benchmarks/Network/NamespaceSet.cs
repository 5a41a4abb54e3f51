using System.Globalization;

namespace Plumbline.Benchmarks.Network;

/// <summary>
/// Namespaces as a node's pods have them: a veth pair each, routed. They live in the sandbox's own mount and network namespaces (see
/// <see cref="Setup.Sandbox"/>) and vanish with it. Neighbours are permanent, so that no ARP falls into the figures.
/// </summary>
internal sealed class NamespaceSet
{
    public const int Most = 500;

    /// <summary>Addresses of the node that probes go to.</summary>
    public const string TargetAddress = "10.78.0.1";

    public const int Targets = 32;

    /// <summary>The file of namespace i is this and i.</summary>
    public const string FilePrefix = "/run/netns/bench";

    private NamespaceSet(int count) => Count = count;

    public int Count { get; }

    public static string NameOf(int i) => $"bench{i}";

    public static string AddressOf(int i) => $"10.77.{i / 250}.{(i % 250) + 1}";

    public static async Task<NamespaceSet> CreateAsync(int count, CancellationToken cancellation)
    {
        var all = Enumerable.Range(0, count).ToList();
        await Ip.BatchAsync(null, all.Select(i => $"netns add {NameOf(i)}"), cancellation);
        await Ip.BatchAsync(null, TargetAddresses().Select(a => $"addr add {a}/32 dev lo"), cancellation);
        await Ip.BatchAsync(null, all.SelectMany(NodeSide), cancellation);
        await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = cancellation }, async (i, stop) => await Ip.BatchAsync(NameOf(i), PodSide(i), stop));
        return new NamespaceSet(count);
    }

    public static IEnumerable<string> TargetAddresses() => Enumerable.Range(1, Targets).Select(i => $"10.78.0.{i}");

    private static IEnumerable<string> NodeSide(int i) =>
    [
        $"link add pod{i} address {Mac(1, i)} type veth peer name eth0 address {Mac(2, i)} netns {NameOf(i)}",
        $"link set pod{i} up",
        $"route add {AddressOf(i)}/32 dev pod{i}",
        $"neigh add {AddressOf(i)} lladdr {Mac(2, i)} dev pod{i} nud permanent",
    ];

    private static IEnumerable<string> PodSide(int i) =>
    [
        $"addr add {AddressOf(i)}/32 dev eth0",
        "link set eth0 up",
        "link set lo up",
        "neigh add 169.254.1.1 lladdr " + Mac(1, i) + " dev eth0 nud permanent",
        "route add 169.254.1.1/32 dev eth0",
        "route add default via 169.254.1.1 dev eth0",
    ];

    private static string Mac(int side, int i) => string.Create(CultureInfo.InvariantCulture, $"02:00:00:{side:x2}:{i / 256:x2}:{i % 256:x2}");
}
