using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Lab.Launch;
using Plumbline.Lab.Listeners;
using Plumbline.Lab.Listeners.Dns;
using Plumbline.Lab.Network;
using Plumbline.Lab.Network.Rules;

namespace Plumbline.Lab.Tests.Network;

/// <summary>The whole of it, as the lab uses it.</summary>
[Scenarios]
internal static class ExampleScenarios
{
    public static async Task ThreeNodes_TwoPods_ServiceDnsAndPolicy(InsideNamespaces inside)
    {
        var (time, log, stopping) = (TimeProvider.System, NullLogger.Instance, inside.Stopping);
        await using var network = await LabNetwork.CreateAsync(new LabNetworkOptions(), stopping);
        var pods = await network.AddPodsAsync([new("node-1"), new("node-2"), new("node-3")], stopping);
        var (web, client, coreDns) = (pods[0], pods[1], pods[2]);

        using var certificates = new LabCertificates(time);
        await using var listeners = new ListenerHost(network.Namespaces, certificates, time, log);
        await listeners.OpenAsync(new ListenerSpec(web.Namespace, 8080, ListenerKind.Http), stopping);
        await using var dns = await DnsServer.StartAsync(
            network.Namespaces, coreDns.Namespace, DnsZone.Create([new DnsService("shop", "web", IPAddress.Parse("10.96.1.1"))], []), time, log);

        var clusterDns = IPAddress.Parse("10.96.0.10");
        await network.SetServicesAsync(
            [
                new ServiceRule(IPAddress.Parse("10.96.1.1"), 80, TransportProtocol.Tcp, [new IPEndPoint(web.Address, 8080)]),
                new ServiceRule(clusterDns, 53, TransportProtocol.Udp, [new IPEndPoint(coreDns.Address, 53)]),
                new ServiceRule(clusterDns, 53, TransportProtocol.Tcp, [new IPEndPoint(coreDns.Address, 53)]),
            ],
            stopping);
        await network.SetPoliciesAsync(
            [
                new PodPolicy(web.Address, PolicyDirection.Ingress,
                    [new PolicyAllow([PolicyPeer.Of(client.Address)], [new PolicyPort(TransportProtocol.Tcp, 8080)])]),
            ],
            DenialAction.Drop,
            stopping);

        Assert.That(await Probe.ConnectAsync(network, client.Namespace, IPAddress.Parse("10.96.1.1"), 80), Is.EqualTo(Seen.Connected));
        Assert.That(await Probe.ConnectAsync(network, coreDns.Namespace, IPAddress.Parse("10.96.1.1"), 80, Probe.DropLimit), Is.EqualTo(Seen.TimedOut));
    }
}
