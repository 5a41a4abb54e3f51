using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Lab.Launch;
using Plumbline.Lab.Listeners.Dns;
using Plumbline.Lab.Network;
using Plumbline.Lab.Network.Rules;

namespace Plumbline.Lab.Tests.Network;

/// <summary>Cluster DNS as pods use it: by its Service address.</summary>
[Scenarios]
internal static class DnsScenarios
{
    private static readonly IPAddress ClusterDns = IPAddress.Parse("10.96.0.10");

    public static async Task Pod_ResolvesExternalHostAndConnects(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var dns = await StartAsync(cluster, DnsZone.Create([], [new DnsHost("imap.example.com", [TestCluster.External])]));
        await cluster.ListenOutsideAsync(993);
        foreach (var pod in (LabPod[])[cluster.A, cluster.B, cluster.C])
        {
            var reply = await AskUdpAsync(cluster, pod, DnsQuestions.Query("imap.example.com"));
            Assert.That(DnsQuestions.Addresses(reply), Is.EqualTo([TestCluster.External]), pod.ToString());
            Assert.That(await cluster.ConnectAsync(pod, DnsQuestions.Addresses(reply)[0], 993), Is.EqualTo(Seen.Connected));
        }
    }

    public static async Task Zone_Replaced_AnswersFromTheNewOne(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var dns = await StartAsync(cluster, DnsZone.Empty);
        var query = DnsQuestions.Query("tenant.voice.svc.cluster.local");
        Assert.That(DnsQuestions.Rcode(await AskUdpAsync(cluster, cluster.C, query)), Is.EqualTo(3));
        dns.Zone = DnsZone.Create([new DnsService("voice", "tenant", TestCluster.ServiceIp)], []);
        Assert.That(DnsQuestions.Addresses(await AskUdpAsync(cluster, cluster.C, query)), Is.EqualTo([TestCluster.ServiceIp]));
    }

    public static async Task LongAnswer_IsTruncatedByUdpAndWholeByTcp(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        var endpoints = Enumerable.Range(1, 100).Select(i => new DnsEndpoint(new IPAddress([10, 244, 1, (byte)i]), $"pod-{i}")).ToList();
        await using var dns = await StartAsync(cluster, DnsZone.Create([new DnsService("infra", "kafka", null, endpoints)], []));
        var query = DnsQuestions.Query("kafka.infra.svc.cluster.local");
        var cut = await AskUdpAsync(cluster, cluster.A, query);
        Assert.That(cut, Has.Length.LessThanOrEqualTo(512));
        Assert.That(cut[2] & 2, Is.EqualTo(2), "TC");

        await using var stream = await Probe.StreamAsync(cluster.Network, cluster.A.Namespace, new IPEndPoint(ClusterDns, 53));
        await stream.WriteAsync((byte[])[0, (byte)query.Length, .. query]);
        var length = new byte[2];
        await stream.ReadExactlyAsync(length);
        var whole = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(whole);
        Assert.That(DnsQuestions.Addresses(whole), Is.EqualTo(endpoints.Select(e => e.Address)));
    }

    private static async Task<DnsServer> StartAsync(TestCluster cluster, DnsZone zone)
    {
        var pod = cluster.B;
        await cluster.Network.SetServicesAsync(
            [
                new ServiceRule(ClusterDns, 53, TransportProtocol.Udp, [new IPEndPoint(pod.Address, DnsServer.Port)]),
                new ServiceRule(ClusterDns, 53, TransportProtocol.Tcp, [new IPEndPoint(pod.Address, DnsServer.Port)]),
            ],
            CancellationToken.None);
        return await DnsServer.StartAsync(cluster.Network.Namespaces, pod.Namespace, zone, TimeProvider.System, NullLogger.Instance);
    }

    private static async Task<byte[]> AskUdpAsync(TestCluster cluster, LabPod from, byte[] query)
    {
        using var socket = await Probe.OpenAsync(cluster.Network, from.Namespace, AddressFamily.InterNetwork, stream: false);
        await socket.ConnectAsync(new IPEndPoint(ClusterDns, 53));
        await socket.SendAsync(query);
        var buffer = new byte[2048];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5), TimeProvider.System);
        return buffer[..await socket.ReceiveAsync(buffer, limit.Token)];
    }
}
