using System.Net;
using System.Net.Sockets;
using Plumbline.Agent.Tests.Fixtures;
using Plumbline.Core.Cluster;
using Plumbline.Core.Probes;
using Plumbline.Link;
using Plumbline.Probing.Namespaces;
using Plumbline.Probing.Tests.Fixtures;
using Plumbline.Testing;

namespace Plumbline.Agent.Tests;

/// <summary>A machine that has no IPv4, not even on loopback: operator and agent as processes, with the options that they have by default or from the manifests.</summary>
internal sealed class Ipv6OnlyTests
{
    private const string Address = "fd00:10:244::5";
    private static readonly IPAddress Here = IPAddress.Parse(Address);

    private TestNetwork _network = null!;
    private NetworkNamespace _where = null!;

    [SetUp]
    public void MakeNamespace()
    {
        _network = TestNetwork.Create();
        _network.Add("six");
        _network.Ip("six", $"link set lo up\naddr del 127.0.0.1/8 dev lo\naddr add {Address}/128 dev lo nodad\n");
        _where = _network.At("six");
    }

    [TearDown]
    public void RemoveNamespace() => _network?.Dispose();

    [Test]
    public async Task Operator_WithDefaults_AnswersOnThePodsAddress()
    {
        var kubeconfig = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(kubeconfig, $$"""
                apiVersion: v1
                kind: Config
                clusters: [{name: c, cluster: {server: "https://[{{Address}}]:6443", insecure-skip-tls-verify: true} }]
                users: [{name: u, user: {token: x} }]
                contexts: [{name: c, context: {cluster: c, user: u} }]
                current-context: c
                """);
            using var process = Plumbline("operator", "--kubeconfig", kubeconfig);

            Assert.That(await GetAsync(8080, "/healthz", process), Does.StartWith("HTTP/1.1 200"));
            using var link = TestNetwork.Bind(_where, IPAddress.IPv6Any, 0);
            await link.ConnectAsync(new IPEndPoint(Here, 8443));
        }
        finally
        {
            File.Delete(kubeconfig);
        }
    }

    [Test]
    public async Task Agent_WithTheManifestsOptions_GetsReadyAndProbes()
    {
        await using var fake = await FakeOperator.StartAsync("plumbline-operator", Listen(8443));
        await using var files = new RunningAgent(fake);
        using var target = TcpServer.Start(_where, 5432, TcpServer.UntilLeft, IPAddress.IPv6Any);
        using var process = Plumbline(
            "agent", "--operator=wss://plumbline-operator:8443", $"--operator-address={Address}", "--token-file", files.TokenFile, "--ca-file", files.CaFile, "--node-name=node-a",
            "--metrics-listen=[::]:19790");
        await fake.NextAsync<Hello>();

        await fake.SendAsync(new PlanSnapshot(1, [new ProbeSource { Id = ProbeSource.NodeId, Vantage = VantageKind.Node, Dns = DnsSettings.Node }], [new PlannedProbe
        {
            Id = new ProbeId(1),
            Source = ProbeSource.NodeId,
            Host = Address,
            Port = 5432,
            Protocol = ProbeProtocol.Tcp,
            IntervalMilliseconds = 60_000,
            TimeoutMilliseconds = 5_000,
        }]));
        var report = (await fake.NextAsync<ReportBatch>()).Reports.Single();

        Assert.That(report.Last.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), $"{report.Last.Detail}\n{process.Said}");
        Assert.That(await GetAsync(19790, "/readyz", process), Does.StartWith("HTTP/1.1 200"));
    }

    private Socket Listen(int port) => TestNetwork.Bind(_where, IPAddress.IPv6Any, port);

    private NamespaceProcess Plumbline(params string[] arguments) => NamespaceProcess.Start(
        _where, "the .NET SDK", Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet", [Path.Combine(AppContext.BaseDirectory, "Plumbline.dll"), .. arguments]);

    /// <summary>The answer as it comes, once there is one.</summary>
    private async Task<string> GetAsync(int port, string path, NamespaceProcess process)
    {
        var answer = "";
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    using var socket = TestNetwork.Bind(_where, IPAddress.IPv6Any, 0);
                    await socket.ConnectAsync(new IPEndPoint(Here, port));
                    await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: [{Address}]\r\nConnection: close\r\n\r\n"));
                    using var reader = new StreamReader(new NetworkStream(socket));
                    answer = await reader.ReadToEndAsync();
                    return answer.Length > 0;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            () => $"port {port} answers: {process.Said}");
        return answer;
    }
}
