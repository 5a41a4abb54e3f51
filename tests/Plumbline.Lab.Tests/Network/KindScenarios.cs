using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Plumbline.Lab.Launch;
using Plumbline.Lab.Listeners;
using Plumbline.Lab.Listeners.Dns;
using Plumbline.Lab.Network;
using Plumbline.Lab.Network.Rules;

namespace Plumbline.Lab.Tests.Network;

/// <summary>Servers that are particular about their clients, those that speak first, and UDP.</summary>
[Scenarios]
internal static class KindScenarios
{
    private const string HostName = "front.example.com";

    public static async Task TlsThatDemandsAClientCertificate_TakesTheAuthoritysAndRefusesNone(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        using var own = cluster.Certificates.RsaCertificate(["client"]);
        foreach (var (port, kind) in new[] { (1, ListenerKind.TlsMutual12), (2, ListenerKind.TlsMutual13) })
        {
            await cluster.ListenAsync(cluster.C, port, kind);
            Assert.That(await GetAsync(cluster, port, HostName, own), Does.StartWith("HTTP/1.1 200"), kind.ToString());
            Assert.That(await GetAsync(cluster, port, HostName, null), Does.StartWith("refused"), kind.ToString());
        }
    }

    public static async Task TlsByName_KnowsItsNamesOnly(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.Listeners.OpenAsync(new ListenerSpec(cluster.C.Namespace, 443, ListenerKind.TlsByName) { HostNames = [HostName] }, CancellationToken.None);
        Assert.That(await GetAsync(cluster, 443, HostName, null), Does.StartWith("HTTP/1.1 200"));
        Assert.That(await GetAsync(cluster, 443, "other.example.com", null), Does.StartWith("refused").And.Contain("unrecognized name"));
        Assert.That(await GetAsync(cluster, 443, "", null), Does.StartWith("refused").And.Contain("unrecognized name"));
    }

    public static async Task Http2_AnswersWhoKnowsItAndHangsUpOnOthers(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.ListenAsync(cluster.C, 80, ListenerKind.Http2);
        await cluster.ListenAsync(cluster.C, 81, ListenerKind.Grpc);
        await cluster.ListenAsync(cluster.C, 82, ListenerKind.GrpcWithoutHealth);
        Assert.That(await Http2Async(cluster, 80), Is.EqualTo("200 ok "));
        Assert.That(await Http2Async(cluster, 81), Is.EqualTo("200 \0\0\0\0\u0002\b\u0001 0"));
        Assert.That(await Http2Async(cluster, 82), Is.EqualTo("200  12"));

        await using var stream = await StreamAsync(cluster, 80);
        await stream.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        var all = new MemoryStream();
        await stream.CopyToAsync(all);
        Assert.That(all.ToArray(), Is.EqualTo(new byte[] { 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }), "SETTINGS and GOAWAY");
    }

    public static async Task MySql_CountsBrokenHandshakesAndBlocksTheClient(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.ListenAsync(cluster.C, 3306, ListenerKind.MySql);
        for (var i = 0; i < 9; i++)
        {
            Assert.That(await GreetingAsync(cluster, 3306), Does.Contain("8.0.36"));
        }

        Assert.That(await GreetingAsync(cluster, 3306, farewell: [1, 0, 0, 1, 1]), Does.Contain("8.0.36"), "an answer clears the count");
        for (var i = 0; i < 10; i++)
        {
            Assert.That(await GreetingAsync(cluster, 3306), Does.Contain("8.0.36"));
        }

        Assert.That(await GreetingAsync(cluster, 3306), Does.Contain($"Host '{cluster.A.Address}' is blocked because of many connection errors"));
    }

    public static async Task Greetings_AreThoseOfTheirServers(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        foreach (var (kind, greeting) in new[]
        {
            (ListenerKind.Smtp, "220 "), (ListenerKind.SmtpBlocked, "554 "), (ListenerKind.Ssh, "SSH-2.0-"), (ListenerKind.Ftp, "220 "), (ListenerKind.MySqlBlocked, "is blocked"),
        })
        {
            await using var listener = await cluster.ListenAsync(cluster.C, 1000 + (int)kind, kind);
            Assert.That(await GreetingAsync(cluster, 1000 + (int)kind), Does.Contain(greeting), kind.ToString());
        }
    }

    public static async Task ConnectProxy_LeadsToAddressesAndNames(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        var zone = DnsZone.Create([], [new DnsHost("web.example.com", [cluster.B.Address])]);
        cluster.Listeners.Zone = () => zone;
        await cluster.ListenAsync(cluster.C, 3128, ListenerKind.ConnectProxy);
        await cluster.ListenAsync(cluster.B, 80, ListenerKind.Http);
        foreach (var (target, status) in new[] { ("web.example.com:80", "200"), ($"{cluster.B.Address}:80", "200"), ($"{cluster.B.Address}:81", "502"), ("none.example.com:80", "502") })
        {
            await using var stream = await StreamAsync(cluster, 3128);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"CONNECT {target} HTTP/1.1\r\n\r\n"));
            Assert.That(await ReadAsync(stream), Does.StartWith($"HTTP/1.1 {status}"), target);
            if (status == "200")
            {
                await stream.WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray());
                Assert.That(await ReadAsync(stream), Does.Contain("ok"));
            }
        }
    }

    public static async Task Udp_EchoesAnswersOrIsSilent(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.ListenAsync(cluster.C, 7, ListenerKind.UdpEcho);
        await cluster.ListenAsync(cluster.C, 123, ListenerKind.UdpNtp);
        await using var silent = await cluster.ListenAsync(cluster.C, 9, ListenerKind.UdpSilent);
        Assert.That(await DatagramAsync(cluster, 7, "hello"u8.ToArray()), Is.EqualTo("hello"u8.ToArray()));
        byte[] ask = [0x23, .. new byte[39], .. "12345678"u8];
        var answer = await DatagramAsync(cluster, 123, ask);
        Assert.That((answer![0] & 7, answer.Length), Is.EqualTo((4, 48)));
        Assert.That(answer[24..32], Is.EqualTo("12345678"u8.ToArray()), "the client's time as its origin");
        Assert.That(await DatagramAsync(cluster, 9, "x"u8.ToArray()), Is.Null);
        Assert.That(silent.Accepted, Is.EqualTo(1));
        Assert.That(async () => await DatagramAsync(cluster, 10, "x"u8.ToArray()), Throws.InstanceOf<SocketException>().With.Property("SocketErrorCode").EqualTo(SocketError.ConnectionRefused));
    }

    public static async Task LocalService_OnANodeWithoutEndpoint_IsDropped(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.ListenAsync(cluster.C, 80);
        var endpoint = new IPEndPoint(cluster.C.Address, 80);
        await cluster.Network.SetServicesAsync(
            [
                new ServiceRule(TestCluster.ServiceIp, 80, TransportProtocol.Tcp, [endpoint]) { Local = new Dictionary<string, IReadOnlyList<IPEndPoint>> { ["node-two"] = [endpoint], ["one"] = [] } },
                new ServiceRule(TestCluster.ServiceIp, 81, TransportProtocol.Tcp, [endpoint]) { Sticky = true },
            ],
            CancellationToken.None);
        Assert.That(await cluster.ConnectAsync(cluster.C, TestCluster.ServiceIp, 80), Is.EqualTo(Seen.Connected));
        Assert.That(await cluster.ConnectAsync(cluster.A, TestCluster.ServiceIp, 80, Probe.DropLimit), Is.EqualTo(Seen.TimedOut));
        Assert.That(await cluster.ConnectAsync(cluster.A, TestCluster.ServiceIp, 81), Is.EqualTo(Seen.Connected));
        Assert.That(await cluster.ConnectAsync(cluster.A, TestCluster.ServiceIp, 82), Has.Property("Error").EqualTo(SocketError.ConnectionRefused));
    }

    public static async Task Ipv6Service_IsTranslated(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync(ipv6: true);
        await cluster.ListenAsync(cluster.C, 80);
        var address = IPAddress.Parse("fd00:10:96::1");
        await cluster.Network.SetServicesAsync([new ServiceRule(address, 80, TransportProtocol.Tcp, [new IPEndPoint(cluster.C.Address6!, 80)])], CancellationToken.None);
        Assert.That(await cluster.ConnectAsync(cluster.A, address, 80), Is.EqualTo(Seen.Connected));
        Assert.That(await cluster.ConnectAsync(cluster.A, address, 81), Has.Property("Error").EqualTo(SocketError.ConnectionRefused));
    }

    public static async Task Link_ThatLosesAll_CutsItsNodeOffAndNothingElse(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.ListenAsync(cluster.C, 80);
        await cluster.ListenAsync(cluster.B, 80);
        await cluster.Network.SetLinksAsync(new Dictionary<string, LinkTrouble> { ["one"] = new() { LossPercent = 100 } }, CancellationToken.None);
        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.C.Address, 80, Probe.DropLimit), Is.EqualTo(Seen.TimedOut));
        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.B.Address, 80), Is.EqualTo(Seen.Connected));
        await cluster.Network.SetLinksAsync(new Dictionary<string, LinkTrouble>(), CancellationToken.None);
        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.C.Address, 80), Is.EqualTo(Seen.Connected));
    }

    public static async Task Namespace_LeftBehind_SendsAndHearsNothing(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.ListenAsync(cluster.C, 80);
        var fresh = await cluster.Network.LeaveBehindAsync(cluster.A);
        Assert.That(fresh.Address, Is.EqualTo(cluster.A.Address));
        Assert.That(await cluster.ConnectAsync(fresh, cluster.C.Address, 80), Is.EqualTo(Seen.Connected));
        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.C.Address, 80, Probe.DropLimit), Is.EqualTo(Seen.TimedOut));
        cluster.Network.ClearAway(cluster.A);
        Assert.That(File.Exists(cluster.A.Namespace.Path), Is.False);
        Assert.That(await cluster.ConnectAsync(fresh, cluster.C.Address, 80), Is.EqualTo(Seen.Connected));
    }

    private static Task<NetworkStream> StreamAsync(TestCluster cluster, int port) =>
        Probe.StreamAsync(cluster.Network, cluster.A.Namespace, new IPEndPoint(cluster.C.Address, port));

    /// <returns>The head of the answer, or "refused" and why.</returns>
    private static async Task<string> GetAsync(TestCluster cluster, int port, string name, X509Certificate2? own)
    {
        await using var stream = new SslStream(await StreamAsync(cluster, port));
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = name,
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
                ClientCertificateContext = own is null ? null : SslStreamCertificateContext.Create(own, [cluster.Certificates.Authority], offline: true),
            });
            await stream.WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray());
            return await ReadAsync(stream);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            return $"refused: {e.Message} {e.InnerException?.Message} {e.InnerException?.InnerException?.Message}";
        }
    }

    private static async Task<string> ReadAsync(Stream stream)
    {
        var buffer = new byte[4096];
        return Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer));
    }

    private static async Task<string> GreetingAsync(TestCluster cluster, int port, byte[]? farewell = null)
    {
        await using var stream = await StreamAsync(cluster, port);
        var greeting = await ReadAsync(stream);
        if (farewell is not null)
        {
            await stream.WriteAsync(farewell);
        }

        // Until the server has noticed, which it tells by closing.
        stream.Socket.Shutdown(SocketShutdown.Send);
        while (await stream.ReadAsync(new byte[512]) > 0)
        {
        }

        return greeting;
    }

    /// <returns>Status, body and gRPC status.</returns>
    private static async Task<string> Http2Async(TestCluster cluster, int port)
    {
        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = async (_, _) => await StreamAsync(cluster, port) });
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://c/grpc.health.v1.Health/Check")
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent([0, 0, 0, 0, 0]),
        };
        using var answer = await client.SendAsync(request);
        var body = await answer.Content.ReadAsStringAsync();
        var status = answer.TrailingHeaders.Concat(answer.Headers).FirstOrDefault(h => h.Key == "grpc-status").Value?.Single();
        return $"{(int)answer.StatusCode} {body} {status}";
    }

    /// <returns>Null when nothing came.</returns>
    private static async Task<byte[]?> DatagramAsync(TestCluster cluster, int port, byte[] datagram)
    {
        using var socket = await Probe.OpenAsync(cluster.Network, cluster.A.Namespace, AddressFamily.InterNetwork, stream: false);
        await socket.ConnectAsync(new IPEndPoint(cluster.C.Address, port));
        await socket.SendAsync(datagram);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1), TimeProvider.System);
        try
        {
            var buffer = new byte[512];
            return buffer[..await socket.ReceiveAsync(buffer, limit.Token)];
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
