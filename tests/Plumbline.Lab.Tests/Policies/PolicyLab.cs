using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Core.Cluster.Policies;
using Plumbline.Import.Files;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Kubernetes.Contracts.Policies;
using Plumbline.Lab.Cluster;
using Plumbline.Lab.Listeners;
using Plumbline.Lab.Network;
using Plumbline.Lab.Network.Rules;
using Plumbline.Lab.Tests.Network;
using Plumbline.Operator.Cluster;

namespace Plumbline.Lab.Tests.Policies;

/// <summary>
/// A small cluster of real namespaces that listen everywhere. Policies are put into its nftables, and each connection is made and judged.
/// <code>
///   node one (zone a): shop/web, shop/cache, ops/dns, and the host-network pod ops/agent        node two (zone b): shop/db, mon/prom
///   outside: 198.51.100.7; and Service svc, which leads to shop/db, and Service own, which leads to shop/web
/// </code>
/// </summary>
internal sealed class PolicyLab : IAsyncDisposable
{
    private static readonly int[] TcpPorts = [53, 80, 81, 443, 5432, 8080];
    private static readonly int[] UdpPorts = [53, 80];
    private const int Datagrams = 20;

    private static readonly IPAddress OwnService = IPAddress.Parse("10.96.1.2");

    private static readonly (string Name, string Namespace, string Node, (string, string)[] Labels, (string Name, int Port, string Protocol)[] Ports)[] Plan =
    [
        ("web", "shop", "one", [("app", "web"), ("tier", "front")], [("http", 8080, "TCP")]),
        ("cache", "shop", "one", [("app", "cache")], [("http", 80, "TCP")]),
        ("db", "shop", "two", [("app", "db"), ("tier", "back")], [("sql", 5432, "TCP"), ("http", 8080, "TCP"), ("dns", 53, "UDP")]),
        ("prom", "mon", "two", [("app", "prom")], []),
        ("dns", "ops", "one", [("app", "dns")], [("dns", 53, "UDP")]),
    ];

    private static readonly Dictionary<string, (string, string)[]> Namespaces = new()
    {
        ["shop"] = [("team", "shop"), ("stage", "prod")],
        ["mon"] = [("team", "sre")],
        ["ops"] = [("team", "sre"), ("core", "yes")],
    };

    private readonly LabNetwork _network;
    private readonly IReadOnlyList<LabPod> _pods;
    private readonly LabCertificates _certificates = new(TimeProvider.System);
    private readonly ListenerHost _listeners;

    private PolicyLab(LabNetwork network, IReadOnlyList<LabPod> pods)
    {
        (_network, _pods) = (network, pods);
        _listeners = new ListenerHost(network.Namespaces, _certificates, TimeProvider.System, NullLogger.Instance);
    }

    public static async Task<PolicyLab> StartAsync()
    {
        var network = await LabNetwork.CreateAsync(new LabNetworkOptions { Nodes = ["one", "two"], Ipv6 = true }, CancellationToken.None);
        network.AddExternalHost(TestCluster.External);
        var lab = new PolicyLab(network, await network.AddPodsAsync([.. Plan.Select(p => new PodPlacement(p.Node))], CancellationToken.None));
        foreach (var node in network.Nodes)
        {
            // Otherwise the kernel answers about one denied datagram a second.
            await network.Namespaces.RunInAsync(node.Namespace.Path, () =>
            {
                Sysctl.Write("ipv4/icmp_ratelimit", 0);
                return 0;
            });
        }

        foreach (var space in lab._pods.Select(p => p.Namespace).Concat(network.Nodes.Select(n => n.Namespace)))
        {
            await lab.ListenAsync(space, null);
        }

        await lab.ListenAsync(network.Outside, TestCluster.External);
        await network.SetServicesAsync(
            [
                new ServiceRule(TestCluster.ServiceIp, 80, TransportProtocol.Tcp, [new IPEndPoint(lab.Pod("db").Address, 8080)]),
                new ServiceRule(OwnService, 80, TransportProtocol.Tcp, [new IPEndPoint(lab.Pod("web").Address, 8080)]),
            ],
            CancellationToken.None);
        return lab;
    }

    /// <summary>Puts the policies of a manifest into the kernel.</summary>
    /// <returns>The same, as the evaluator wants them.</returns>
    public async Task<PolicyWorld> SetAsync(string yaml)
    {
        var (policies, admin) = Read(yaml);
        var namespaces = Namespaces.Select(n => new V1Namespace { Metadata = new V1ObjectMeta { Name = n.Key, Labels = n.Value.ToDictionary(l => l.Item1, l => l.Item2) } }).ToList();
        var nodes = _network.Nodes.Select(n => new V1Node
        {
            Metadata = new V1ObjectMeta { Name = n.Name, Labels = new Dictionary<string, string> { ["zone"] = n.Name == "one" ? "a" : "b" } },
            Status = new V1NodeStatus { Addresses = [new V1NodeAddress { Type = "InternalIP", Address = n.Address.ToString() }, new V1NodeAddress { Type = "InternalIP", Address = AddressPlan.Node6(n.Number).ToString() }] },
        }).ToList();
        await _network.SetPoliciesAsync(new PodPolicies(policies, namespaces, Objects(), admin, nodes).All(), DenialAction.TcpReset, CancellationToken.None);
        return new PolicyWorld(
            policies.Select(NetworkPolicyMapper.ToPolicy),
            namespaces.Select(n => new KeyValuePair<string, IReadOnlyDictionary<string, string>>(n.Metadata.Name!, n.Metadata.Labels!.AsReadOnly())),
            admin,
            nodes.Select(n => new KeyValuePair<string, IReadOnlyDictionary<string, string>>(n.Metadata.Name!, n.Metadata.Labels!.AsReadOnly())));
    }

    public static string Judge(PolicyWorld world, PolicyLab lab, Attempt attempt)
    {
        var (to, port) = attempt.To switch { "svc" => ("db", 8080), "own" => ("web", 8080), _ => (attempt.To, attempt.Port) };
        return PolicyEvaluator.Evaluate(world, lab.End(attempt.From, attempt.Six), lab.End(to, attempt.Six, isDestination: true), port, attempt.IsUdp ? PolicyProtocol.Udp : PolicyProtocol.Tcp) switch
        {
            PolicyDecision.Allowed => "yes",
            PolicyDecision.Denied => "no",
            _ => "?",
        };
    }

    /// <returns>yes, no, or what else was seen.</returns>
    public async Task<string> TryAsync(Attempt attempt)
    {
        var from = SpaceOf(attempt.From);
        var (address, port) = attempt.To switch
        {
            "svc" => (TestCluster.ServiceIp, 80),
            "own" => (OwnService, 80),
            _ => (AddressOf(attempt.To, attempt.Six, isDestination: true), attempt.Port),
        };
        if (attempt.IsUdp)
        {
            return await AskAsync(from, new IPEndPoint(address, port));
        }

        var seen = await Probe.ConnectAsync(_network, from, address, port);
        return seen.Error switch { null => "yes", SocketError.ConnectionRefused => "no", var other => $"{other}" };
    }

    public async ValueTask DisposeAsync()
    {
        await _listeners.DisposeAsync();
        await _network.DisposeAsync();
        _certificates.Dispose();
    }

    private static (List<V1NetworkPolicy> Policies, List<AdminPolicy> Admin) Read(string yaml)
    {
        var (policies, admin) = (new List<V1NetworkPolicy>(), new List<AdminPolicy>());
        foreach (var json in YamlReader.Documents(yaml, []).Select(YamlReader.ToJson).OfType<System.Text.Json.Nodes.JsonObject>())
        {
            switch ((string?)json["kind"])
            {
                case "NetworkPolicy":
                    policies.Add(As<V1NetworkPolicy>(json));
                    break;
                case "AdminNetworkPolicy":
                    admin.Add(AdminPolicyMapper.ToPolicy(As<AdminNetworkPolicyObject>(json)));
                    break;
                case "BaselineAdminNetworkPolicy":
                    admin.Add(AdminPolicyMapper.ToPolicy(As<BaselineAdminNetworkPolicyObject>(json)));
                    break;
                case "ClusterNetworkPolicy":
                    admin.Add(AdminPolicyMapper.ToPolicy(As<ClusterNetworkPolicyObject>(json)));
                    break;
                case var kind:
                    throw new ArgumentException($"no kind of policy: {kind}", nameof(yaml));
            }
        }

        return (policies, admin);

        static T As<T>(System.Text.Json.Nodes.JsonObject json)
            where T : class, IKubernetesObject<V1ObjectMeta> => json.Deserialize(KindContracts.Models.Full<T>())!;
    }

    private IEnumerable<V1Pod> Objects() => Plan.Select((p, i) => new V1Pod
    {
        Metadata = new V1ObjectMeta { Name = p.Name, NamespaceProperty = p.Namespace, Labels = p.Labels.ToDictionary(l => l.Item1, l => l.Item2) },
        Spec = new V1PodSpec { NodeName = p.Node, Containers = [new V1Container { Name = "c", Ports = [.. p.Ports.Select(n => new V1ContainerPort { Name = n.Name, ContainerPort = n.Port, Protocol = n.Protocol })] }] },
        Status = new V1PodStatus { PodIP = _pods[i].Address.ToString(), PodIPs = [new V1PodIP { Ip = _pods[i].Address.ToString() }, new V1PodIP { Ip = _pods[i].Address6!.ToString() }] },
    }).Append(new V1Pod
    {
        Metadata = new V1ObjectMeta { Name = "agent", NamespaceProperty = "ops", Labels = new Dictionary<string, string> { ["app"] = "agent" } },
        Spec = new V1PodSpec { NodeName = "one", HostNetwork = true, Containers = [] },
        Status = new V1PodStatus { PodIP = _network.Node("one").Address.ToString() },
    });

    private PolicyEndpoint End(string name, bool six, bool isDestination = false)
    {
        if (name == "out")
        {
            return PolicyEndpoint.External(AddressOf(name, six, isDestination).ToString());
        }

        if (name is "one" or "two")
        {
            return PolicyEndpoint.Node(name, [AddressOf(name, six).ToString()]);
        }

        var facts = FactMapper.Pod(Objects().Single(p => p.Metadata.Name == name));
        return PolicyEndpoint.Pod(
            facts.Key.Namespace, name, facts.Labels, [AddressOf(name, six).ToString()], facts.Node, facts.HostNetwork,
            [.. facts.ContainerPorts.Select(p => new NamedPort(p.Name!, p.Port, p.Protocol == "UDP" ? PolicyProtocol.Udp : PolicyProtocol.Tcp))]);
    }

    private LabPod Pod(string name) => _pods[Array.FindIndex(Plan, p => p.Name == name)];

    private NetworkNamespace SpaceOf(string name) => name switch
    {
        "out" => _network.Outside,
        "agent" => _network.Node("one").Namespace,
        "one" or "two" => _network.Node(name).Namespace,
        _ => Pod(name).Namespace,
    };

    private IPAddress AddressOf(string name, bool six, bool isDestination = false) => name switch
    {
        // The outside calls by its router's address.
        "out" => isDestination ? TestCluster.External : six ? AddressPlan.Router6 : AddressPlan.Router,
        "agent" => AddressOf("one", six),
        "one" or "two" => six ? AddressPlan.Node6(_network.Node(name).Number) : _network.Node(name).Address,
        _ => six ? Pod(name).Address6! : Pod(name).Address,
    };

    private async Task ListenAsync(NetworkNamespace space, IPAddress? address)
    {
        foreach (var port in TcpPorts)
        {
            await _listeners.OpenAsync(new ListenerSpec(space, port, ListenerKind.Tcp) { Address = address }, CancellationToken.None);
        }

        foreach (var port in UdpPorts)
        {
            await _listeners.OpenAsync(new ListenerSpec(space, port, ListenerKind.UdpEcho) { Address = address }, CancellationToken.None);
        }
    }

    private async Task<string> AskAsync(NetworkNamespace from, IPEndPoint to)
    {
        using var socket = await Probe.OpenAsync(_network, from, to.AddressFamily, stream: false);
        await socket.ConnectAsync(to);

        // Nobody else sends a datagram again.
        for (var i = 0; i < Datagrams; i++)
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(300), TimeProvider.System);
            try
            {
                await socket.SendAsync("?"u8.ToArray(), timeout.Token);
                await socket.ReceiveAsync(new byte[16], timeout.Token);
                return "yes";
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused)
            {
                return "no";
            }
            catch (OperationCanceledException) when (timeout.IsCancellationRequested)
            {
            }
        }

        return "nothing";
    }
}

/// <summary>A connection and what must come of it, as a line: <c>web db:5432 yes</c>, <c>web db:53/udp no</c>, <c>web db:80/6 no</c> by IPv6; <c>?</c> where the API leaves it open.</summary>
internal sealed record Attempt(string From, string To, int Port, bool IsUdp, bool Six, string Expected)
{
    public static Attempt Parse(string line)
    {
        if (line.Split(' ') is not [var from, var target, "yes" or "no" or "?"])
        {
            throw new FormatException($"'{line}': wanted 'from to:port yes|no|?'");
        }

        var parts = target.Split('/');
        var (to, port) = parts[0].Split(':') is [var name, var number] ? (name, int.Parse(number, System.Globalization.CultureInfo.InvariantCulture)) : (parts[0], 80);
        return new Attempt(from, to, port, parts.Contains("udp"), parts.Contains("6"), line.Split(' ')[2]);
    }
}
