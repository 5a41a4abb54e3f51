using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Plumbline.Benchmarks.Measuring;
using Plumbline.Benchmarks.Processes;
using Plumbline.Benchmarks.Reporting;
using Plumbline.Benchmarks.Setup;
using Plumbline.Lab.Api;
using Plumbline.Operator.Dispatch.Identity;
using Plumbline.Testing;

namespace Plumbline.Benchmarks.Lists;

/// <summary>Resident memory of the operator as it is shipped, in a cluster of many pods: over TLS, from an API server with its own lists and watches.</summary>
internal static class OperatorMemory
{
    private const string AdminToken = "benchmark";
    private const int Creators = 8;

    /// <summary>After the operator is ready: what the first lists left behind has been collected or not, as it would be.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(2);

    public static Task<int> RunAsync(string[] args)
    {
        var pods = new Option<int>("--pods") { Description = "Pods in the cluster.", DefaultValueFactory = _ => 10_000 };
        var rounds = new Option<int>("--rounds") { Description = "Starts of the operator; the median counts.", DefaultValueFactory = _ => 3 };
        var program = new Option<FileInfo?>("--operator") { Description = "A published 'plumbline' program to measure. Default: publish one now." };
        var write = new Option<bool>("--write") { Description = "Put the table into docs/benchmarks.md." };
        var command = new RootCommand("Measures the resident memory of the published operator with many pods. Needs no root.") { pods, rounds, program, write };
        command.SetAction(async (parsed, stop) =>
        {
            try
            {
                var table = await MeasureAsync(parsed.GetValue(pods), parsed.GetValue(rounds), parsed.GetValue(program)?.FullName, stop);
                Console.WriteLine(table);
                if (parsed.GetValue(write))
                    await DocsPage.WriteAsync("operator-memory", table, stop);
                return 0;
            }
            catch (BenchmarkException e)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return 1;
            }
        });
        return command.Parse(args).InvokeAsync();
    }

    private static async Task<string> MeasureAsync(int pods, int rounds, string? program, CancellationToken cancellation)
    {
        var directory = Directory.CreateTempSubdirectory("plumbline-operator-memory-");
        try
        {
            program ??= await Builds.AgentAsync(directory.FullName, cancellation);
            var tls = MakeCertificate(directory.FullName);
            await using var api = await LabApiServer.StartAsync(
                new LabApiOptions { Endpoints = [new LabApiEndpoint.Tcp(new IPEndPoint(IPAddress.Loopback, 0), tls)], Tokens = [new StaticToken(AdminToken, "admin", "system:masters")] }, cancellation);
            var kubeconfig = Path.Combine(directory.FullName, "kubeconfig");
            await File.WriteAllTextAsync(kubeconfig, Kubeconfig(api.Url, tls.CertificatePath), cancellation);
            await FillAsync(api.Url, tls, pods, cancellation);
            List<OperatorFigures> figures = [];
            for (var round = 0; round < rounds; round++)
                figures.Add(await StartAsync(program, kubeconfig, cancellation));
            return Table(pods, figures);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static TlsFiles MakeCertificate(string directory)
    {
        using var certificate = SelfSigned.Create(["127.0.0.1"], TimeProvider.System.GetUtcNow(), TimeSpan.FromDays(1));
        var files = new TlsFiles(Path.Combine(directory, "server.crt"), Path.Combine(directory, "server.key"));
        File.WriteAllText(files.CertificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(files.KeyPath, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return files;
    }

    private static string Kubeconfig(Uri server, string authority) => $"""
        apiVersion: v1
        kind: Config
        current-context: benchmark
        clusters:
        - name: benchmark
          cluster:
            server: {server}
            certificate-authority: {authority}
        users:
        - name: benchmark
          user:
            token: {AdminToken}
        contexts:
        - name: benchmark
          context:
            cluster: benchmark
            user: benchmark
        """;

    private static async Task FillAsync(Uri server, TlsFiles tls, int pods, CancellationToken cancellation)
    {
        await Console.Error.WriteLineAsync($"creating {pods:N0} pods");
        using var own = X509CertificateLoader.LoadCertificateFromFile(tls.CertificatePath);
        using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => own.Equals(shown) } };
        using var client = new HttpClient(handler) { BaseAddress = server };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("deploy", "crds"), "*.yaml").Order(StringComparer.Ordinal))
            await SendAsync(HttpMethod.Post, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", await File.ReadAllTextAsync(file, cancellation), "application/yaml");
        await CreateNamespaceAsync("plumbline-system");
        await SendAsync(HttpMethod.Post, "/api/v1/namespaces/plumbline-system/configmaps", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"plumbline-link-trust"}}""");
        var all = Enumerable.Range(0, pods).Select(i => JsonNode.Parse(Encoding.UTF8.GetString(PodTemplate.Render(i)).Replace(PodTemplate.VersionPlaceholder, "", StringComparison.Ordinal).Replace(PodTemplate.ReadyPlaceholder, "True", StringComparison.Ordinal))!).ToList();
        foreach (var name in all.Select(NamespaceOf).Distinct())
            await CreateNamespaceAsync(name);
        var owners = new Dictionary<string, string>();
        foreach (var pod in all)
        {
            // Pods whose owner is not there would be collected as garbage.
            var owner = pod["metadata"]!["ownerReferences"]![0]!;
            var name = (string)owner["name"]!;
            if (!owners.TryGetValue(name, out var uid))
                owners.Add(name, uid = await CreateReplicaSetAsync(NamespaceOf(pod), name));
            owner["uid"] = uid;
        }

        await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = Creators, CancellationToken = cancellation }, async (pod, _) =>
        {
            var path = $"/api/v1/namespaces/{NamespaceOf(pod)}/pods";
            await SendAsync(HttpMethod.Post, path, pod.ToJsonString());
            var status = new JsonObject { ["status"] = pod["status"]!.DeepClone() };
            await SendAsync(HttpMethod.Patch, $"{path}/{(string)pod["metadata"]!["name"]!}/status", status.ToJsonString(), "application/merge-patch+json");
        });

        async Task<string> CreateReplicaSetAsync(string @namespace, string name)
        {
            var text = await SendAsync(HttpMethod.Post, $"/apis/apps/v1/namespaces/{@namespace}/replicasets", """
                {"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"@"},
                "spec":{"replicas":40,"selector":{"matchLabels":{"app":"@"}},"template":{"metadata":{"labels":{"app":"@"}},"spec":{"containers":[{"name":"api","image":"api"}]}}}}
                """.Replace("@", name, StringComparison.Ordinal));
            return (string)JsonNode.Parse(text)!["metadata"]!["uid"]!;
        }

        Task CreateNamespaceAsync(string name) => SendAsync(HttpMethod.Post, "/api/v1/namespaces", $$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{name}}}"}}""");

        async Task<string> SendAsync(HttpMethod method, string path, string body, string type = "application/json")
        {
            using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, Encoding.UTF8, type) };
            using var response = await client.SendAsync(request, cancellation);
            var answer = await response.Content.ReadAsStringAsync(cancellation);
            return response.IsSuccessStatusCode ? answer : throw new BenchmarkException($"{method} {path}: {(int)response.StatusCode} {answer}");
        }

        static string NamespaceOf(JsonNode pod) => (string)pod["metadata"]!["namespace"]!;
    }

    private static async Task<OperatorFigures> StartAsync(string program, string kubeconfig, CancellationToken cancellation)
    {
        var (link, metrics) = (Listening.FreePort(), Listening.FreePort());
        await Console.Error.WriteLineAsync("starting the operator");
        await using var running = PinnedProcess.Start(
            Environment.ProcessorCount - 1, Builds.AgentEnvironment(), program,
            ["operator", "--kubeconfig", kubeconfig, "--link-listen", $"127.0.0.1:{link}", "--metrics-listen", $"127.0.0.1:{metrics}", "--link-name", "127.0.0.1"]);
        running.DropOutput();
        using var client = new HttpClient();
        var began = TimeProvider.System.GetTimestamp();
        while (!await IsReadyAsync())
        {
            if (TimeProvider.System.GetElapsedTime(began) > ReadyLimit)
                throw running.Broken("did not become ready");
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellation);
        }

        var cpu = CpuClock.OfProcess(running.Id);
        await Task.Delay(Settle, TimeProvider.System, cancellation);
        return new OperatorFigures(ProcessStatus.Bytes(running.Id, "VmRSS"), ProcessStatus.Bytes(running.Id, "VmHWM"), ProcessStatus.Bytes(running.Id, "RssAnon"), cpu.TotalSeconds);

        async Task<bool> IsReadyAsync()
        {
            try
            {
                using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{metrics}/readyz"), cancellation);
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }

    private static string Table(int pods, List<OperatorFigures> figures)
    {
        var resident = new Series("", [.. figures.Select(f => f.Resident / 1e6)]);
        var target = Target.Most(130);
        return string.Create(CultureInfo.InvariantCulture, $"""
            | the operator with {pods:N0} pods | | target | met |
            | --- | --- | --- | --- |
            | memory resident, {Settle.TotalSeconds:0} s after it became ready | **{Span(f => f.Resident / 1e6)} MB** | ≤ {target.Limit:0} MB | {(target.IsMetBy(resident.Median) ? "yes" : "**no**")} |
            | of it anonymous | {Span(f => f.Anonymous / 1e6)} MB | | |
            | most memory resident | {Span(f => f.MostResident / 1e6)} MB | | |
            | CPU until ready | {Span(f => f.CpuUntilReady)} s | | |

            {Environment.ProcessorCount} x64 CPUs, .NET {Environment.Version}. Medians of {figures.Count} starts (least–most).
            """);

        string Span(Func<OperatorFigures, double> figure) => string.Create(
            CultureInfo.InvariantCulture, $"{Statistics.Median(figures.Select(figure)):0.0} ({figures.Min(figure):0.0}–{figures.Max(figure):0.0})");
    }

    private sealed record OperatorFigures(long Resident, long MostResident, long Anonymous, double CpuUntilReady);
}
