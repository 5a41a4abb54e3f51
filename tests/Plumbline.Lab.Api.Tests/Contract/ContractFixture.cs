using System.Net.Http.Headers;
using System.Net.Security;
using Plumbline.Kubernetes.Connection;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Tests.Contract;

/// <summary>Who answers.</summary>
public enum ApiServer
{
    /// <summary>The server of this project, a new one for each test.</summary>
    Embedded,

    /// <summary>The kube-apiserver of <see cref="RealApi"/>. It is for tests only, and collects no garbage.</summary>
    Real,
}

/// <summary>
/// What the embedded API promises to have in common with a real one: the same requests, the same assertions, each test in a namespace of its own.
/// Where the two differ, the embedded one is wrong.
/// </summary>
[TestFixture(ApiServer.Embedded)]
[TestFixture(ApiServer.Real)]
internal abstract class ContractFixture(ApiServer server) : ApiFixture
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private SocketsHttpHandler? _handler;

    protected ApiServer Api => server;

    protected string Namespace { get; private set; } = "";

    protected ApiConnection Connection => server is ApiServer.Real
        ? RealApiOfTheRun.Connection!
        : new ApiConnection { Server = Server.Url, UseProxy = false, Credentials = new StaticCredentials(Token, null) };

    public override async Task StartServer()
    {
        if (server is ApiServer.Embedded)
        {
            await base.StartServer();
        }
        else if (RealApiOfTheRun.Connection is { } connection)
        {
            Http = await ClientOfAsync(connection);
        }
        else
        {
            Assert.Ignore("no API server at hand: set PLUMBLINE_TEST_KUBECONFIG, or KUBEBUILDER_ASSETS (etcd and kube-apiserver)");
        }

        var made = await PostAsync("/api/v1/namespaces", """{"metadata":{"generateName":"contract-"}}""");
        Namespace = made.Json.Text("metadata", "name") ?? throw new AssertionException(made.Text);
    }

    public override async Task StopServer()
    {
        if (server is ApiServer.Embedded)
        {
            await base.StopServer();
        }
        else if (Namespace.Length > 0)
        {
            await DeleteAsync($"/api/v1/namespaces/{Namespace}");
            Http.Dispose();
        }
    }

    /// <summary>A client with a token that nobody gave out.</summary>
    protected HttpClient Stranger()
    {
        var client = new HttpClient(_handler ?? new SocketsHttpHandler(), disposeHandler: false) { BaseAddress = Http.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "wrong");
        return client;
    }

    /// <summary>Where a test needs what only we can do to a server, or what it has only with its controllers.</summary>
    protected void EmbeddedOnly(string why)
    {
        if (server is not ApiServer.Embedded)
        {
            Assert.Ignore($"on the embedded API only: {why}");
        }
    }

    protected void RealOnly(string why)
    {
        if (server is not ApiServer.Real)
        {
            Assert.Ignore($"the rest on a real API only: {why}");
        }
    }

    /// <summary>The definition as it is in the file, and its kind served.</summary>
    protected override async Task DefineGaugesAsync()
    {
        var made = await PostAsync(Definitions, GaugeDefinition, "application/yaml");
        if (made.Json.Text("reason") == "AlreadyExists")
        {
            await UndefineGaugesAsync();
            made = await PostAsync(Definitions, GaugeDefinition, "application/yaml");
        }

        Assert.That((int)made.Code, Is.EqualTo(201), made.Text);
        await EventuallyAsync(GaugesPath, answer => (int)answer.Code == 200);
    }

    protected async Task UndefineGaugesAsync()
    {
        await DeleteAsync($"{Definitions}/gauges.lab.example.com");
        await EventuallyAsync($"{Definitions}/gauges.lab.example.com", answer => (int)answer.Code == 404);
    }

    private string GaugesPath => $"/apis/lab.example.com/v1/namespaces/{Namespace}/gauges";

    private async Task<HttpClient> ClientOfAsync(ApiConnection connection)
    {
        var handler = _handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = connection.Trust.Callback } };
        if (connection.Credentials.ClientCertificate is { } certificate)
        {
            handler.SslOptions.ClientCertificates = [certificate];
        }

        var client = new HttpClient(handler) { BaseAddress = connection.Server, Timeout = Timeout.InfiniteTimeSpan };
        if (await connection.Credentials.TokenAsync(CancellationToken.None) is { } token)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        client.DefaultRequestHeaders.UserAgent.ParseAdd("tests/1.0");
        return client;
    }
}
