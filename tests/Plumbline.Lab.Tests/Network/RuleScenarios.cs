using Plumbline.Testing;
using System.Net;
using System.Net.Sockets;
using Plumbline.Lab.Launch;
using Plumbline.Lab.Network.Rules;

namespace Plumbline.Lab.Tests.Network;

/// <summary>Services, policies and faults.</summary>
[Scenarios]
internal static class RuleScenarios
{
    public static async Task Service_WithTwoEndpoints_BalancesOverBoth(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        var one = await cluster.ListenAsync(cluster.B, 8080);
        var two = await cluster.ListenAsync(cluster.C, 9090);
        await cluster.SetServiceAsync(80, new IPEndPoint(cluster.B.Address, 8080), new IPEndPoint(cluster.C.Address, 9090));
        const int Calls = 64; // Both are met unless a coin falls the same way 64 times.
        for (var i = 0; i < Calls; i++)
        {
            Assert.That(await cluster.ConnectAsync(cluster.A, TestCluster.ServiceIp, 80), Is.EqualTo(Seen.Connected));
        }

        await Eventually.TrueAsync(() => one.Accepted + two.Accepted == Calls);
        Assert.That(one.Accepted, Is.Positive);
        Assert.That(two.Accepted, Is.Positive);
    }

    public static async Task Service_FromItsOwnEndpoint_Answers(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.ListenAsync(cluster.A, 8080);
        await cluster.SetServiceAsync(80, new IPEndPoint(cluster.A.Address, 8080));
        Assert.That(await cluster.ConnectAsync(cluster.A, TestCluster.ServiceIp, 80), Is.EqualTo(Seen.Connected));

        await cluster.Network.SetPoliciesAsync(
            [new PodPolicy(cluster.A.Address, PolicyDirection.Ingress, []), new PodPolicy(cluster.A.Address, PolicyDirection.Egress, [])],
            DenialAction.Drop,
            CancellationToken.None);
        Assert.That(await cluster.ConnectAsync(cluster.A, TestCluster.ServiceIp, 80), Is.EqualTo(Seen.Connected), "a pod cannot be isolated from itself");
    }

    public static async Task Service_WithoutEndpointsOrPort_IsRejectedByTheNode(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.SetServiceAsync(80);
        var seen = await cluster.ConnectAsync(cluster.A, TestCluster.ServiceIp, 80);
        Assert.That(seen, Is.EqualTo(new Seen(SocketError.ConnectionRefused, (3, 3, cluster.A.Node.Address))));
        Assert.That(await cluster.ConnectAsync(cluster.A, TestCluster.ServiceIp, 81), Is.EqualTo(seen), "no such port");
        Assert.That(await Probe.ConnectAsync(cluster.Network, cluster.A.Node.Namespace, TestCluster.ServiceIp, 80), Is.EqualTo(seen), "from the node");
        var nowhere = IPAddress.Parse("10.96.99.99");
        Assert.That(await cluster.ConnectAsync(cluster.A, nowhere, 80, Probe.DropLimit), Is.EqualTo(Seen.TimedOut), "no such Service");

        await cluster.ListenAsync(cluster.C, 80);
        await cluster.SetServiceAsync(80, new IPEndPoint(cluster.C.Address, 80));
        Assert.That(await cluster.ConnectAsync(cluster.A, TestCluster.ServiceIp, 80), Is.EqualTo(Seen.Connected), "endpoints came");
    }

    public static async Task Services_Hundreds_LoadAndReplace(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.ListenAsync(cluster.C, 80);
        var rules = Enumerable.Range(0, 400)
            .Select(i => new ServiceRule(new IPAddress([10, 96, 2, (byte)(i / 4)]), 80 + (i % 4), (TransportProtocol)(i % 3), [new(cluster.C.Address, 80), new(cluster.C.Address, 80)]))
            .ToList();
        await cluster.Network.SetServicesAsync(rules, CancellationToken.None);
        var tcp = rules.Last(r => r.Protocol == TransportProtocol.Tcp);
        Assert.That(await cluster.ConnectAsync(cluster.A, tcp.ClusterIp, tcp.Port), Is.EqualTo(Seen.Connected));
        await cluster.Network.SetServicesAsync([], CancellationToken.None);
        Assert.That(await cluster.ConnectAsync(cluster.A, tcp.ClusterIp, tcp.Port, Probe.DropLimit), Is.EqualTo(Seen.TimedOut));
    }

    public static async Task Policy_DeniesOnePair_AndNoOther(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.ListenAsync(cluster.A, 80);
        await cluster.ListenAsync(cluster.C, 80);
        await cluster.ListenAsync(cluster.C, 81);
        await cluster.SetServiceAsync(80, new IPEndPoint(cluster.C.Address, 80));
        await SetPoliciesAsync(cluster, DenialAction.Drop, new PodPolicy(cluster.C.Address, PolicyDirection.Ingress,
            [new PolicyAllow([PolicyPeer.Of(cluster.B.Address)], [new PolicyPort(TransportProtocol.Tcp, 80)])]));

        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.C.Address, 80, Probe.DropLimit), Is.EqualTo(Seen.TimedOut));
        Assert.That(await cluster.ConnectAsync(cluster.A, TestCluster.ServiceIp, 80, Probe.DropLimit), Is.EqualTo(Seen.TimedOut), "through the Service");
        Assert.That(await cluster.ConnectAsync(cluster.B, cluster.C.Address, 80), Is.EqualTo(Seen.Connected));
        Assert.That(await cluster.ConnectAsync(cluster.B, TestCluster.ServiceIp, 80), Is.EqualTo(Seen.Connected), "through the Service");
        Assert.That(await cluster.ConnectAsync(cluster.B, cluster.C.Address, 81, Probe.DropLimit), Is.EqualTo(Seen.TimedOut), "another port");
        Assert.That(await cluster.ConnectAsync(cluster.C, cluster.A.Address, 80), Is.EqualTo(Seen.Connected), "the other way round");
        Assert.That(await Probe.ConnectAsync(cluster.Network, cluster.C.Node.Namespace, cluster.C.Address, 81), Is.EqualTo(Seen.Connected), "its node");

        await SetPoliciesAsync(cluster, DenialAction.Drop);
        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.C.Address, 80), Is.EqualTo(Seen.Connected), "policy gone");
    }

    public static async Task Policy_OnEgress_KnowsExceptsRangesAndNobody(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.ListenAsync(cluster.B, 80);
        await cluster.ListenAsync(cluster.C, 85);
        await cluster.ListenOutsideAsync(85);
        var all = new PolicyPeer(IPNetwork.Parse("0.0.0.0/0"), [IPNetwork.Parse("198.51.100.0/24")]);
        await SetPoliciesAsync(
            cluster,
            DenialAction.AdminProhibited,
            new PodPolicy(cluster.A.Address, PolicyDirection.Egress, [new PolicyAllow([all, all], [new PolicyPort(TransportProtocol.Tcp, 84, 86)])]),
            new PodPolicy(cluster.A.Address, PolicyDirection.Egress, [new PolicyAllow([], null), new PolicyAllow(null, [])]),
            new PodPolicy(cluster.C.Address, PolicyDirection.Ingress, [new PolicyAllow(null, null)]));
        var denied = new Seen(SocketError.HostUnreachable, (3, 13, cluster.A.Node.Address));
        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.C.Address, 85), Is.EqualTo(Seen.Connected));
        Assert.That(await cluster.ConnectAsync(cluster.A, TestCluster.External, 85), Is.EqualTo(denied), "except");
        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.B.Address, 80), Is.EqualTo(denied), "port");
        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.A.Node.Address, 80), Is.EqualTo(Seen.Refused), "its own node, which no policy keeps a pod from");
        Assert.That(await cluster.ConnectAsync(cluster.B, TestCluster.External, 85), Is.EqualTo(Seen.Connected), "another pod");
    }

    public static async Task Fault_OfEachKind_ShowsItsCodeAndHeals(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.ListenAsync(cluster.C, 80);
        await cluster.ListenAsync(cluster.C, 81);
        await cluster.ListenOutsideAsync(80);
        foreach (var (action, error, code) in ((DenialAction, SocketError, int?)[])
            [
                (DenialAction.Drop, SocketError.TimedOut, null), (DenialAction.TcpReset, SocketError.ConnectionRefused, null),
                (DenialAction.NetworkUnreachable, SocketError.NetworkUnreachable, 0), (DenialAction.HostUnreachable, SocketError.HostUnreachable, 1),
                (DenialAction.PortUnreachable, SocketError.ConnectionRefused, 3), (DenialAction.NetworkProhibited, SocketError.NetworkUnreachable, 9),
                (DenialAction.HostProhibited, SocketError.HostUnreachable, 10), (DenialAction.AdminProhibited, SocketError.HostUnreachable, 13),
            ])
        {
            await cluster.Network.SetFaultsAsync(
                [new TrafficFault(cluster.C.Address, 80, action), new TrafficFault(TestCluster.External, null, action, From: IPNetwork.Parse($"{cluster.A.Address}/32"))],
                CancellationToken.None);
            var limit = action == DenialAction.Drop ? Probe.DropLimit : (TimeSpan?)null;
            Assert.That(await cluster.ConnectAsync(cluster.A, cluster.C.Address, 80, limit), Is.EqualTo(Expected(cluster.C.Node.Address)), action.ToString());
            Assert.That(await cluster.ConnectAsync(cluster.A, TestCluster.External, 80, limit), Is.EqualTo(Expected(TestCluster.External)), action.ToString());
            Assert.That(await cluster.ConnectAsync(cluster.B, TestCluster.External, 80), Is.EqualTo(Seen.Connected), "from elsewhere");
            Assert.That(await cluster.ConnectAsync(cluster.A, cluster.C.Address, 81), Is.EqualTo(Seen.Connected), "another port");

            Seen Expected(IPAddress by) => new(error, code is { } c ? (3, c, by) : null);
        }

        await cluster.Network.SetFaultsAsync([], CancellationToken.None);
        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.C.Address, 80), Is.EqualTo(Seen.Connected));
        Assert.That(await cluster.ConnectAsync(cluster.A, TestCluster.External, 80), Is.EqualTo(Seen.Connected));
    }

    public static async Task Rules_ThatMakeNoSense_SayWhichOne(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        var rule = new ServiceRule(TestCluster.ServiceIp, 80, TransportProtocol.Tcp, []);
        await ExpectAsync("10.96.1.1:80/tcp is given twice", () => cluster.Network.SetServicesAsync([rule, rule], CancellationToken.None));
        await ExpectAsync("port 70000 is not within", () => cluster.Network.SetServicesAsync([rule with { Port = 70000 }], CancellationToken.None));
        await ExpectAsync("Service address is never on the wire", () => cluster.Network.SetFaultsAsync([new(TestCluster.ServiceIp, 80, DenialAction.Drop)], CancellationToken.None));

        static async Task ExpectAsync(string words, Func<Task> set)
        {
            var error = await Assert.ThrowsAsync<ArgumentException>(() => set());
            Assert.That(error!.Message, Does.Contain(words));
        }
    }

    private static Task SetPoliciesAsync(TestCluster cluster, DenialAction denial, params PodPolicy[] policies) =>
        cluster.Network.SetPoliciesAsync(policies, denial, CancellationToken.None);
}
