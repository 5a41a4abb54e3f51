using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Lab.Listeners;
using Plumbline.Lab.Network;
using Plumbline.Lab.Network.Rules;

namespace Plumbline.Lab.Tests.Network;

/// <summary>Two nodes; pods <c>A</c> and <c>B</c> on the first, <c>C</c> on the second; an external host; nothing listens yet.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    public static readonly IPAddress External = IPAddress.Parse("198.51.100.7");
    public static readonly IPAddress ServiceIp = IPAddress.Parse("10.96.1.1");

    private TestCluster(LabNetwork network, IReadOnlyList<LabPod> pods)
    {
        Network = network;
        (A, B, C) = (pods[0], pods[1], pods[2]);
        Certificates = new LabCertificates(TimeProvider.System);
        Listeners = new ListenerHost(network.Namespaces, Certificates, TimeProvider.System, NullLogger.Instance);
    }

    public LabNetwork Network { get; }

    public LabPod A { get; }

    public LabPod B { get; }

    public LabPod C { get; }

    public LabCertificates Certificates { get; }

    public ListenerHost Listeners { get; }

    public static async Task<TestCluster> StartAsync(bool ipv6 = false)
    {
        var network = await LabNetwork.CreateAsync(new LabNetworkOptions { Nodes = ["one", "node-two"], Ipv6 = ipv6 }, CancellationToken.None);
        network.AddExternalHost(External);
        return new TestCluster(network, await network.AddPodsAsync([new("one"), new("one"), new("node-two")], CancellationToken.None));
    }

    public Task<Listener> ListenAsync(LabPod pod, int port, ListenerKind kind = ListenerKind.Tcp) =>
        Listeners.OpenAsync(new ListenerSpec(pod.Namespace, port, kind), CancellationToken.None);

    public Task<Listener> ListenOutsideAsync(int port, ListenerKind kind = ListenerKind.Tcp) =>
        Listeners.OpenAsync(new ListenerSpec(Network.Outside, port, kind) { Address = External }, CancellationToken.None);

    public Task<Seen> ConnectAsync(LabPod from, IPAddress to, int port, TimeSpan? limit = null) =>
        Probe.ConnectAsync(Network, from.Namespace, to, port, limit);

    public Task SetServiceAsync(int port, params IPEndPoint[] endpoints) =>
        Network.SetServicesAsync([new ServiceRule(ServiceIp, port, TransportProtocol.Tcp, endpoints)], CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Listeners.DisposeAsync();
        await Network.DisposeAsync();
        Certificates.Dispose();
    }
}
