using System.ComponentModel;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Plumbline.Probing.Namespaces;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Tests.Fixtures;

internal sealed record Pod(string Name, string Address, string Gateway);

/// <summary>
/// Three network namespaces in a row: source (10.201.1.2, fd01::2), router (.1 on either side), target (10.201.2.2, fd02::2). Named by
/// process id, gone on dispose.
/// </summary>
internal sealed class TestNetwork : IDisposable
{
    public const string SourceAddress = "10.201.1.2";
    public const string RouterAddress = "10.201.1.1";
    public const string TargetAddress = "10.201.2.2";
    public const string DeadAddress = "10.201.2.99";
    public const string SourceAddress6 = "fd01::2";
    public const string RouterAddress6 = "fd01::1";
    public const string TargetAddress6 = "fd02::2";

    private static int _count;
    private readonly List<string> _names = [];
    private readonly string _prefix = string.Create(CultureInfo.InvariantCulture, $"plt{Environment.ProcessId}x{Interlocked.Increment(ref _count)}");

    private TestNetwork()
    {
    }

    public NetworkNamespace Source => At("s");

    public NetworkNamespace Router => At("r");

    public NetworkNamespace Target => At("t");

    /// <summary>Ignores the running test with the reason where the machine does not permit namespaces.</summary>
    public static TestNetwork Create()
    {
        var network = new TestNetwork();
        try
        {
            network.Build();
            return network;
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            network.Dispose();
            Assert.Ignore($"network namespaces cannot be made here: {e.Message}");
            throw;
        }
    }

    public NetworkNamespace At(string name) =>
        NetworkNamespace.AtPath($"/run/netns/{_prefix}{name}") ?? throw new InvalidOperationException($"no namespace {_prefix}{name}");

    public string Add(string name)
    {
        Shell.Run("ip", "", "netns", "add", _prefix + name);
        _names.Add(_prefix + name);
        return _prefix + name;
    }

    public void Remove(string name)
    {
        Shell.Run("ip", "", "netns", "del", _prefix + name);
        _names.Remove(_prefix + name);
    }

    public void Ip(string name, string batch) => Shell.Run("ip", batch, "-n", _prefix + name, "-batch", "-");

    public void Nft(string name, string rules) => Shell.Run("ip", rules, "netns", "exec", _prefix + name, "nft", "-f", "-");

    public void Sysctl(string name, params string[] settings) =>
        Shell.Run("ip", "", ["netns", "exec", _prefix + name, "sysctl", "-qw", .. settings]);

    /// <summary>Another pod at the router, at 10.201.<paramref name="subnet"/>.2.</summary>
    public NetworkNamespace AddPod(string name, int subnet)
    {
        var full = Add(name);
        Ip("r", $"""
            link add to{name} type veth peer name eth0 netns {full}
            addr add 10.201.{subnet}.1/24 dev to{name}
            link set to{name} up
            """);
        Ip(name, $"""
            link set lo up
            addr add 10.201.{subnet}.2/24 dev eth0
            link set eth0 up
            route add default via 10.201.{subnet}.1
            """);
        return At(name);
    }

    /// <summary>
    /// Many pods at the router, a /31 each: pod i at 10.202.(i / 100).(i % 100 * 2 + 1). Few processes, since one a step would take most
    /// of a test's time.
    /// </summary>
    public IReadOnlyList<Pod> AddPods(int count)
    {
        var pods = Enumerable.Range(0, count).Select(i => new Pod($"p{i}", $"10.202.{i / 100}.{(i % 100 * 2) + 1}", $"10.202.{i / 100}.{i % 100 * 2}")).ToList();
        _names.AddRange(pods.Select(pod => _prefix + pod.Name));
        Shell.Run("ip", string.Join('\n', pods.Select(pod => $"netns add {_prefix}{pod.Name}")), "-batch", "-");
        Ip("r", string.Join('\n', pods.Select(pod => $"""
            link add {pod.Name} type veth peer name eth0 netns {_prefix}{pod.Name}
            addr add {pod.Gateway}/31 dev {pod.Name}
            link set {pod.Name} up
            """)));
        Parallel.ForEach(pods, new ParallelOptions { MaxDegreeOfParallelism = 4 }, pod => Ip(pod.Name, $"""
            addr add {pod.Address}/31 dev eth0
            link set eth0 up
            route add default via {pod.Gateway}
            """));
        return pods;
    }

    /// <summary>A bound socket inside a namespace.</summary>
    public static Socket Bind(NetworkNamespace where, IPAddress address, int port, SocketType type = SocketType.Stream)
    {
        Socket? socket = null;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var door = new NamespaceDoor();
                var domain = address.AddressFamily == AddressFamily.InterNetworkV6 ? Libc.AddressFamilyInet6 : Libc.AddressFamilyInet;
                var opened = door.Open(where, domain, type == SocketType.Stream ? Libc.Stream : Libc.Datagram, 0);
                socket = new Socket(new SafeSocketHandle(opened.Descriptor, ownsHandle: true));
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
            throw new InvalidOperationException(failure.Message, failure);

        socket!.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(address, port));
        return socket;
    }

    public void Dispose()
    {
        try
        {
            // -force: what the test has deleted itself is no reason to leave the rest.
            Shell.Run("ip", string.Join('\n', _names.Select(name => $"netns del {name}")), "-force", "-batch", "-");
        }
        catch (InvalidOperationException)
        {
            // Some were already gone.
        }

        _names.Clear();
    }

    private void Build()
    {
        var source = Add("s");
        Add("r");
        var target = Add("t");

        // Link-local addresses under duplicate detection keep the router from finding neighbours for the first second.
        foreach (var name in new[] { "s", "r", "t" })
            Sysctl(name, "net.ipv6.conf.default.dad_transmits=0", "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0");
        Ip("r", $"""
            link set lo up
            link add tos type veth peer name eth0 netns {source}
            link add tot type veth peer name eth0 netns {target}
            addr add 10.201.1.1/24 dev tos
            addr add 10.201.2.1/24 dev tot
            addr add fd01::1/64 dev tos nodad
            addr add fd02::1/64 dev tot nodad
            link set tos up
            link set tot up
            """);
        Ip("s", """
            link set lo up
            addr add 10.201.1.2/24 dev eth0
            addr add fd01::2/64 dev eth0 nodad
            link set eth0 up
            route add default via 10.201.1.1
            route add default via fd01::1
            """);
        Ip("t", """
            link set lo up
            addr add 10.201.2.2/24 dev eth0
            addr add fd02::2/64 dev eth0 nodad
            link set eth0 up
            route add default via 10.201.2.1
            route add default via fd02::1
            """);

        // Without the rate limit on ICMP errors, and with an impatient neighbour table: the tests would otherwise wait for both.
        Sysctl("r", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1", "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0",
            "net.ipv4.neigh.tot.retrans_time_ms=200", "net.ipv6.neigh.tot.retrans_time_ms=200");
        Sysctl("t", "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0");
        Sysctl("s", "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0", "net.ipv4.neigh.eth0.retrans_time_ms=200", "net.ipv6.neigh.eth0.retrans_time_ms=200");
    }
}
