using Plumbline.Testing;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Plumbline.Lab.Launch;
using Plumbline.Lab.Listeners;

namespace Plumbline.Lab.Tests.Network;

/// <summary>What listeners say and do.</summary>
[Scenarios]
internal static class ListenerScenarios
{
    private const string HostName = "web.example.com";

    public static async Task Http_AnswersWithKeepAliveAndMetrics(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.ListenAsync(cluster.C, 80, ListenerKind.Http);
        await cluster.ListenAsync(cluster.C, 81, ListenerKind.Http);
        var connections = 0;
        using var client = Client(cluster, 80, () => connections++);
        Assert.That(await client.GetStringAsync(new Uri("http://c/")), Is.EqualTo("ok\n"));
        Assert.That((await client.PostAsync(new Uri("http://c/x?y"), new ByteArrayContent(new byte[100_000]))).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await client.GetStringAsync(new Uri("http://c/metrics")), Does.Contain("# TYPE process_start_time_seconds gauge\n"));
        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "http://c/"));
        Assert.That(head.Content.Headers.ContentLength, Is.EqualTo(3));
        Assert.That(connections, Is.EqualTo(1), "kept alive");

        // Written by hand: split anywhere, pipelined, and nonsense.
        Assert.That(await SayAsync(cluster, 80, "GET / HTT", "P/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.0\r\n\r\n"), Does.Match("200 OK(.|\n)*ok\n(.|\n)*200 OK(.|\n)*ok\n$"));
        Assert.That(await SayAsync(cluster, 80, "EHLO me\r\n\r\n"), Does.StartWith("HTTP/1.1 400 "));
        Assert.That(await SayAsync(cluster, 80, new string('x', 40_000)), Does.StartWith("HTTP/1.1 431 "));
    }

    public static async Task HttpsAndTls_ShowACertificateOfTheAuthority(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.Listeners.OpenAsync(new ListenerSpec(cluster.C.Namespace, 443, ListenerKind.Https) { HostNames = [HostName], HttpStatus = 503 }, CancellationToken.None);
        await cluster.Listeners.OpenAsync(new ListenerSpec(cluster.C.Namespace, 6380, ListenerKind.Tls) { HostNames = [HostName] }, CancellationToken.None);
        using var client = Client(cluster, 443, () => { });
        using var answer = await client.GetAsync(new Uri($"https://{HostName}/"));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));

        await using var tls = await HandshakeAsync(cluster, 6380, HostName);
        await tls.WriteAsync("PING\r\n"u8.ToArray());
        Assert.That(tls.RemoteCertificate!.Subject, Is.EqualTo($"CN={HostName}"));
        await Assert.ThrowsAsync<System.Security.Authentication.AuthenticationException>(async () => await HandshakeAsync(cluster, 6380, "other.example.com"));
    }

    public static async Task BannerAndHostileKinds_DoWhatTheySay(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        var port = 1000;
        foreach (var kind in (ListenerKind[])[ListenerKind.Banner, ListenerKind.ClosesAtOnce, ListenerKind.Resets, ListenerKind.Silent, ListenerKind.Tcp])
        {
            await using var listener = await cluster.ListenAsync(cluster.C, ++port, kind);
            var buffer = new byte[256];
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(kind is ListenerKind.Silent or ListenerKind.Tcp ? 0.3 : 5), TimeProvider.System);
            string heard;
            try
            {
                await using var stream = await Probe.StreamAsync(cluster.Network, cluster.A.Namespace, new IPEndPoint(cluster.C.Address, port));
                heard = Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, limit.Token));
            }
            catch (Exception e) when ((e as SocketException ?? e.InnerException) is SocketException { SocketErrorCode: SocketError.ConnectionReset })
            {
                // While reading, or so fast that the handshake's end had not been told yet.
                heard = "reset";
            }
            catch (OperationCanceledException)
            {
                heard = "nothing";
            }

            Assert.That(heard, Is.EqualTo(kind switch
            {
                ListenerKind.Banner => "220 lab.example.com ESMTP\r\n",
                ListenerKind.ClosesAtOnce => "",
                ListenerKind.Resets => "reset",
                _ => "nothing",
            }), kind.ToString());
        }
    }

    public static async Task Listener_ClosedAndReopened_IsRefusedMeanwhile(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        var listener = await cluster.ListenAsync(cluster.C, 80);
        await using var open = await Probe.StreamAsync(cluster.Network, cluster.A.Namespace, new IPEndPoint(cluster.C.Address, 80));
        await Eventually.TrueAsync(() => listener.Open == 1);
        await cluster.Listeners.CloseAsync(listener);
        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.C.Address, 80), Is.EqualTo(Seen.Refused));
        Assert.That(await open.ReadAsync(new byte[1]), Is.Zero, "its connections go with it");

        var again = await cluster.Listeners.OpenAsync(listener.Spec, CancellationToken.None);
        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.C.Address, 80), Is.EqualTo(Seen.Connected));
        var taken = await Assert.ThrowsAsync<IOException>(() => cluster.Listeners.OpenAsync(again.Spec, CancellationToken.None));
        Assert.That(taken!.Message, Does.Contain(":80 in cni-").And.Contain("in use"));
        await cluster.Listeners.OpenAsync(new ListenerSpec(cluster.C.Namespace, 81, ListenerKind.Tcp) { Address = IPAddress.Loopback }, CancellationToken.None);
        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.C.Address, 81), Is.EqualTo(Seen.Refused), "listens on loopback only");
        Assert.That(await cluster.ConnectAsync(cluster.C, IPAddress.Loopback, 81), Is.EqualTo(Seen.Connected));
    }

    public static async Task Listeners_AfterThousandsOfConnections_HoldNone(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        var http = await cluster.ListenAsync(cluster.C, 80, ListenerKind.Http);
        var tcp = await cluster.ListenAsync(cluster.C, 81);
        var before = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        const int Calls = 3000;
        await Parallel.ForEachAsync(Enumerable.Range(0, Calls), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
            Assert.That(await cluster.ConnectAsync(cluster.A, cluster.C.Address, 80 + (i % 2)), Is.EqualTo(Seen.Connected)));
        await Eventually.TrueAsync(() => http.Accepted + tcp.Accepted == Calls && http.Open + tcp.Open == 0);
        await Eventually.TrueAsync(() => Directory.GetFileSystemEntries("/proc/self/fd").Length <= before + 8, "descriptors to be closed");
    }

    private static HttpClient Client(TestCluster cluster, int port, Action connected)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, _) =>
            {
                connected();
                return await Probe.StreamAsync(cluster.Network, cluster.A.Namespace, new IPEndPoint(cluster.C.Address, port));
            },
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Trusting(cluster) },
        };
        return new HttpClient(handler, disposeHandler: true);
    }

    private static X509ChainPolicy Trusting(TestCluster cluster) => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { X509Certificate2.CreateFromPem(cluster.Certificates.AuthorityPem) },
        RevocationMode = X509RevocationMode.NoCheck,
    };

    private static async Task<SslStream> HandshakeAsync(TestCluster cluster, int port, string name)
    {
        var stream = new SslStream(await Probe.StreamAsync(cluster.Network, cluster.A.Namespace, new IPEndPoint(cluster.C.Address, port)));
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name, CertificateChainPolicy = Trusting(cluster) });
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static async Task<string> SayAsync(TestCluster cluster, int port, params string[] pieces)
    {
        await using var stream = await Probe.StreamAsync(cluster.Network, cluster.A.Namespace, new IPEndPoint(cluster.C.Address, port));
        foreach (var piece in pieces)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(piece));
        }

        // As it may come with a reset where not all that was said has been read.
        var heard = new MemoryStream();
        var buffer = new byte[4096];
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer)) > 0)
            {
                heard.Write(buffer, 0, read);
            }
        }
        catch (IOException)
        {
        }

        return Encoding.ASCII.GetString(heard.ToArray());
    }
}
