using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Plumbline.Lab.Api.Tests;

internal sealed class EndpointTests
{
    private TestAuthority _authority = null!;

    [SetUp]
    public void MakeCertificates() => _authority = new TestAuthority();

    [TearDown]
    public void RemoveCertificates() => _authority.Dispose();

    [Test]
    public async Task Tls_SpeaksHttp2AndKnowsClientCertificates()
    {
        var seen = new List<string>();
        await using var server = await LabApiServer.StartAsync(new LabApiOptions
        {
            Endpoints = [new LabApiEndpoint.Tcp(new IPEndPoint(IPAddress.Loopback, 0), _authority.Server)],
            ClientAuthorityFile = _authority.CertificatePath,
            OnRequest = record => seen.Add($"{record.User} {record.Verb} {record.Resource}"),
        });
        Assert.That(server.Url.Scheme, Is.EqualTo("https"));
        using var handler = new SocketsHttpHandler { SslOptions = Trusting() };
        using var client = new HttpClient(handler) { BaseAddress = server.Url, DefaultRequestVersion = HttpVersion.Version20 };
        using var anonymous = await client.GetAsync(new Uri("/api/v1/nodes", UriKind.Relative));
        Assert.That(anonymous.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(anonymous.Version, Is.EqualTo(HttpVersion.Version20));

        using var certificate = X509Certificate2.CreateFromPemFile(_authority.PathOf("client.crt"), _authority.PathOf("client.key"));
        using var known = new SocketsHttpHandler { SslOptions = Trusting(certificate) };
        using var alice = new HttpClient(known) { BaseAddress = server.Url };
        using var answer = await alice.GetAsync(new Uri("/api/v1/nodes", UriKind.Relative));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(seen, Is.EqualTo(new[] { "alice list nodes" }));
    }

    [Test]
    public async Task UnixSocket_AfterACrash_IsReplacedAndServes()
    {
        var path = _authority.PathOf("api.sock");
        await File.WriteAllTextAsync(path, "left over");
        await using var server = await LabApiServer.StartAsync(new LabApiOptions { Endpoints = [new LabApiEndpoint.Unix(path)] });
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler);
        Assert.That(await client.GetStringAsync(new Uri("http://api/readyz")), Is.EqualTo("ok"));
        Assert.That(server.Urls, Is.Empty);
    }

    [Test]
    public async Task Descriptor_OfAListeningSocket_Serves()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        await using var server = await LabApiServer.StartAsync(new LabApiOptions { Endpoints = [new LabApiEndpoint.Handle((ulong)listener.Handle)] });
        using var client = new HttpClient();
        Assert.That(await client.GetStringAsync(new Uri($"http://{listener.LocalEndPoint}/readyz")), Is.EqualTo("ok"));

        // the descriptor is the server's to close now; closed twice, it might be somebody else's by then
        listener.SafeHandle.SetHandleAsInvalid();
#pragma warning disable CA1816 // not a Dispose method: the object is let go of without closing
        GC.SuppressFinalize(listener);
        GC.SuppressFinalize(listener.SafeHandle);
#pragma warning restore CA1816
    }

    [Test]
    public void Start_WithoutTheCertificate_NamesTheFile()
    {
        var missing = new TlsFiles(_authority.PathOf("none.crt"), _authority.PathOf("none.key"));
        Assert.That(
            async () => await LabApiServer.StartAsync(new LabApiOptions { Endpoints = [new LabApiEndpoint.Tcp(new IPEndPoint(IPAddress.Loopback, 0), missing)] }),
            Throws.InvalidOperationException.With.Message.Contains("none.crt"));
    }

    [Test]
    public async Task Run_PortTaken_EndsWithStatus1()
    {
        await using var server = await LabApiServer.StartAsync(new LabApiOptions());
        var taken = new LabApiOptions { Endpoints = [new LabApiEndpoint.Tcp(new IPEndPoint(IPAddress.Loopback, server.Url.Port))] };
        Assert.That(await LabApiServer.RunAsync(taken, CancellationToken.None), Is.EqualTo(1));
    }

    [Test]
    public async Task Run_Cancelled_EndsWithStatus0()
    {
        using var stop = new CancellationTokenSource();
        var run = LabApiServer.RunAsync(new LabApiOptions(), stop.Token);
        await stop.CancelAsync();
        Assert.That(await run, Is.Zero);
    }

    [Test]
    public async Task Stop_WithOpenWatch_DoesNotWait()
    {
        var server = await LabApiServer.StartAsync(new LabApiOptions { Tokens = [new StaticToken("t", "u")], OnRequest = null });
        using var client = new HttpClient { BaseAddress = server.Url };
        client.DefaultRequestHeaders.Authorization = new("Bearer", "t");
        await using var watch = await WatchReader.OpenAsync(client, "/api/v1/pods?watch=true");
        var stopped = server.DisposeAsync().AsTask();
        Assert.That(await watch.NextOrEndAsync(), Is.Null);
        await stopped.WaitAsync(TimeSpan.FromSeconds(4));
    }

    private SslClientAuthenticationOptions Trusting(X509Certificate2? own = null) => new()
    {
        ClientCertificates = own is null ? null : [own],
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { _authority.Certificate }, RevocationMode = X509RevocationMode.NoCheck,
        },
    };
}
