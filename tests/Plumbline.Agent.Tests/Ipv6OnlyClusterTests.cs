using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api;
using Plumbline.Probing.Namespaces;
using Plumbline.Probing.Tests.Fixtures;
using Plumbline.Testing;

namespace Plumbline.Agent.Tests;

/// <summary>
/// A cluster without IPv4, down to loopback: API server, operator, agent and destination have one address of IPv6 and nothing else. The test itself writes objects by a second
/// endpoint of the API server, on the machine's own loopback.
/// </summary>
internal sealed class Ipv6OnlyClusterTests
{
    private const string Address = "fd00:10:244::6";
    private const string Admin = "the-admin";
    private const int ApiPort = 6443;
    private const int DestinationPort = 5432;

    private readonly List<IDisposable> _made = [];
    private TestNetwork _network = null!;
    private NetworkNamespace _where = null!;
    private DirectoryInfo _folder = null!;
    private HttpClient _api = null!;

    [SetUp]
    public void MakeNamespace()
    {
        _network = TestNetwork.Create();
        _network.Add("six");
        _network.Ip("six", $"link set lo up\naddr del 127.0.0.1/8 dev lo\naddr add {Address}/128 dev lo nodad\n");
        _where = _network.At("six");
        _folder = Directory.CreateTempSubdirectory("plumbline-six-");
    }

    [TearDown]
    public void TakeDown()
    {
        foreach (var made in Enumerable.Reverse(_made))
            made.Dispose();
        _made.Clear();
        _api?.Dispose();
        _folder?.Delete(recursive: true);
        _network?.Dispose();
    }

    [Test]
    public async Task Row_FromANodeToAnAddress_IsJudged()
    {
        WriteCertificate();
        await using var server = await StartApiAsync();
        _api = new HttpClient { BaseAddress = server.Urls[0] };
        _api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Admin);
        await WriteObjectsAsync();
        await File.WriteAllTextAsync(PathOf("token"), await AgentTokenAsync());
        await File.WriteAllTextAsync(PathOf("kubeconfig"), $$"""
            apiVersion: v1
            kind: Config
            clusters: [{name: c, cluster: {server: "https://[{{Address}}]:{{ApiPort}}", certificate-authority: "{{PathOf("cert.pem")}}"} }]
            users: [{name: u, user: {token: {{Admin}}} }]
            contexts: [{name: c, context: {cluster: c, user: u} }]
            current-context: c
            """);
        Keep(TcpServer.Start(_where, DestinationPort, TcpServer.UntilLeft, IPAddress.IPv6Any));

        var operatorProcess = Plumbline(
            "operator", "--kubeconfig", PathOf("kubeconfig"), "--namespace", "plumbline-system", "--identity", "plumbline-operator-0", "--link-cert", PathOf("cert.pem"), "--link-key", PathOf("key.pem"),
            "--link-address", $"[{Address}]:8443");
        var agent = Plumbline(
            "agent", "--operator", $"wss://[{Address}]:8443", "--token-file", PathOf("token"), "--ca-file", PathOf("cert.pem"), "--node-name", "node-a", "--metrics-listen", "[::]:19791");

        var verified = "no status yet";
        await Eventually.TrueAsync(
            async () => (verified = await VerifiedAsync("row-1")).StartsWith("True Reachable", StringComparison.Ordinal) && (await VerifiedAsync("row-2")).StartsWith("False ", StringComparison.Ordinal),
            () => $"row-1 is {verified}\noperator: {operatorProcess.Said}\nagent: {agent.Said}");
    }

    private string PathOf(string file) => Path.Combine(_folder.FullName, file);

    private T Keep<T>(T made)
        where T : IDisposable
    {
        _made.Add(made);
        return made;
    }

    /// <summary>One certificate for API server and link: an authority of its own, valid for the address.</summary>
    private void WriteCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=six", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(Address));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(2));
        File.WriteAllText(PathOf("cert.pem"), made.ExportCertificatePem());
        File.WriteAllText(PathOf("key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    private async Task<LabApiServer> StartApiAsync()
    {
        var listener = TestNetwork.Bind(_where, IPAddress.IPv6Any, ApiPort);
        listener.Listen();
        var server = await LabApiServer.StartAsync(new LabApiOptions
        {
            Endpoints =
            [
                new LabApiEndpoint.Tcp(new IPEndPoint(IPAddress.Loopback, 0)),
                new LabApiEndpoint.Handle((ulong)listener.Handle, new TlsFiles(PathOf("cert.pem"), PathOf("key.pem"))),
            ],
            Tokens = [new StaticToken(Admin, "admin", "system:masters")],
        });

        // The descriptor is the server's to close from here on.
        listener.SafeHandle.SetHandleAsInvalid();
        return server;
    }

    private async Task WriteObjectsAsync()
    {
        foreach (var file in Directory.GetFiles(Repository.PathOf("deploy", "crds"), "*.yaml"))
            await ApplyAsync($"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{Path.GetFileNameWithoutExtension(file).Replace("plumbline.dev_", "", StringComparison.Ordinal)}.plumbline.dev", await File.ReadAllTextAsync(file));
        foreach (var name in new[] { "plumbline-system", "docs" })
            await ApplyAsync($"/api/v1/namespaces/{name}", $"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n");
        await ApplyAsync("/api/v1/namespaces/plumbline-system/serviceaccounts/plumbline-agent", "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: plumbline-agent, namespace: plumbline-system}\n");
        await ApplyAsync("/api/v1/nodes/node-a", "apiVersion: v1\nkind: Node\nmetadata: {name: node-a}\n");
        await ApplyAsync("/api/v1/nodes/node-a/status", $$"""
            apiVersion: v1
            kind: Node
            metadata: {name: node-a}
            status:
              addresses: [{type: InternalIP, address: "{{Address}}"}]
              conditions: [{type: Ready, status: "True", reason: KubeletReady}]
              nodeInfo: {operatingSystem: linux, architecture: amd64, bootID: b, containerRuntimeVersion: c, kernelVersion: k, kubeProxyVersion: p, kubeletVersion: v1.33.0, machineID: m, osImage: o, systemUUID: s}

            """);
        await ApplyAsync(Docs("components", "node"), "apiVersion: plumbline.dev/v1alpha1\nkind: Component\nmetadata: {name: node, namespace: docs}\nspec: {names: [Node], nodes: {selector: {}, scope: All}}\n");
        await ApplyAsync(Docs("components", "database"), $"apiVersion: plumbline.dev/v1alpha1\nkind: Component\nmetadata: {{name: database, namespace: docs}}\nspec: {{names: [Database], external: {{hosts: [\"{Address}\"]}}}}\n");
        await ApplyAsync(Docs("connectionmaps", "row"), $$"""
            apiVersion: plumbline.dev/v1alpha1
            kind: ConnectionMap
            metadata: {name: row, namespace: docs}
            spec:
              defaults: {intervalSeconds: 5}
              connections:
              - {id: "1", from: Node, to: Database, protocol: TCP, ports: [{{DestinationPort}}]}
              - {id: "2", from: Node, to: Database, protocol: TCP, ports: [{{DestinationPort + 1}}]}

            """);
    }

    private static string Docs(string kind, string name) => $"/apis/plumbline.dev/v1alpha1/namespaces/docs/{kind}/{name}";

    private async Task ApplyAsync(string path, string yaml)
    {
        using var content = new StringContent(yaml, Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/apply-patch+yaml");
        using var answer = await _api.PatchAsync(new Uri($"{path}?fieldManager=test&force=true", UriKind.Relative), content);
        Assert.That(answer.IsSuccessStatusCode, Is.True, $"{path}: {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>As the kubelet projects it: bound to the node, for the operator to read.</summary>
    private async Task<string> AgentTokenAsync()
    {
        var node = await _api.GetFromJsonAsync<JsonObject>(new Uri("/api/v1/nodes/node-a", UriKind.Relative));
        using var content = new StringContent($$"""
            {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"audiences": ["plumbline"], "expirationSeconds": 3600,
             "boundObjectRef": {"apiVersion": "v1", "kind": "Node", "name": "node-a", "uid": "{{node!["metadata"]!["uid"]}}"} } }
            """, Encoding.UTF8, "application/json");
        using var answer = await _api.PostAsync(new Uri("/api/v1/namespaces/plumbline-system/serviceaccounts/plumbline-agent/token", UriKind.Relative), content);
        var token = JsonNode.Parse(await answer.Content.ReadAsStringAsync());
        return token?["status"]?["token"]?.ToString() ?? throw new InvalidOperationException($"no token: {token}");
    }

    private async Task<string> VerifiedAsync(string name)
    {
        using var answer = await _api.GetAsync(new Uri(Docs("connections", name), UriKind.Relative));
        if (!answer.IsSuccessStatusCode)
            return $"not there yet ({answer.StatusCode})";

        var connection = JsonNode.Parse(await answer.Content.ReadAsStringAsync());
        var verified = (connection?["status"]?["conditions"] as JsonArray)?.FirstOrDefault(c => c?["type"]?.ToString() == "Verified");
        return $"{verified?["status"]} {verified?["reason"]}: {connection?["status"]?["explanation"]}";
    }

    private NamespaceProcess Plumbline(params string[] arguments) => Keep(NamespaceProcess.Start(
        _where, "the .NET SDK", Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet", [Path.Combine(AppContext.BaseDirectory, "Plumbline.dll"), .. arguments]));
}
