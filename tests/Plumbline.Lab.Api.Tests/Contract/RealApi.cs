using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Plumbline.Kubernetes.Connection;

namespace Plumbline.Lab.Api.Tests.Contract;

/// <summary>
/// A real API server: the one that the kubeconfig in <c>PLUMBLINE_TEST_KUBECONFIG</c> names, else etcd and kube-apiserver from
/// <c>KUBEBUILDER_ASSETS</c>, started for these tests on free loopback ports.
/// </summary>
internal sealed class RealApi : IAsyncDisposable
{
    private const string Token = "plumbline-test-admin";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly List<Process> _processes = [];
    private string? _directory;

    private RealApi(ApiConnection connection) => Connection = connection;

    public ApiConnection Connection { get; }

    /// <summary>Null where no server is at hand.</summary>
    public static async Task<RealApi?> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("PLUMBLINE_TEST_KUBECONFIG") is { Length: > 0 } kubeconfig)
        {
            return new RealApi(ApiConnection.BuildConfigFromConfigFile(TimeProvider.System, kubeconfig));
        }

        var assets = Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS");
        return File.Exists(Path.Combine(assets ?? "", "kube-apiserver")) ? await StartAsync(assets!) : null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        if (_directory is not null)
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private static async Task<RealApi> StartAsync(string assets)
    {
        var directory = Directory.CreateTempSubdirectory("plumbline-apiserver-").FullName;
        var (etcd, peer, port) = (FreePort(), FreePort(), FreePort());
        using (var key = RSA.Create(2048))
        {
            await File.WriteAllTextAsync(Path.Combine(directory, "sa.key"), key.ExportRSAPrivateKeyPem());
        }

        await File.WriteAllTextAsync(Path.Combine(directory, "tokens.csv"), $"{Token},admin,admin,\"system:masters\"\n");
        var certificates = Path.Combine(directory, "certs");
        var connection = new ApiConnection
        {
            Server = new Uri($"https://127.0.0.1:{port}"),
            UseProxy = false,
            Credentials = new StaticCredentials(Token, null),
        };
        var starting = new RealApi(connection) { _directory = directory };
        try
        {
            starting.Start(directory, Path.Combine(assets, "etcd"),
                $"--data-dir={directory}/etcd", "--unsafe-no-fsync", "--log-level=error",
                $"--listen-client-urls=http://127.0.0.1:{etcd}", $"--advertise-client-urls=http://127.0.0.1:{etcd}",
                $"--listen-peer-urls=http://127.0.0.1:{peer}", $"--initial-advertise-peer-urls=http://127.0.0.1:{peer}", $"--initial-cluster=default=http://127.0.0.1:{peer}");
            starting.Start(directory, Path.Combine(assets, "kube-apiserver"),
                $"--etcd-servers=http://127.0.0.1:{etcd}", "--bind-address=127.0.0.1", $"--secure-port={port}", $"--cert-dir={certificates}",
                $"--token-auth-file={directory}/tokens.csv", "--authorization-mode=RBAC", "--service-cluster-ip-range=10.96.0.0/16",
                "--service-account-issuer=https://kubernetes.default.svc",
                $"--service-account-key-file={directory}/sa.key", $"--service-account-signing-key-file={directory}/sa.key");
            await starting.ReadyAsync();
            var trusted = connection with { Trust = ServerTrust.AuthorityFile(Path.Combine(certificates, "apiserver.crt")) };
            var ready = new RealApi(trusted) { _directory = directory };
            ready._processes.AddRange(starting._processes);
            return ready;
        }
        catch
        {
            await starting.DisposeAsync();
            throw;
        }
    }

    private void Start(string directory, string program, params string[] arguments)
    {
        // Through a shell only for its redirection: both write more than a pipe that nobody reads would hold.
        var log = Path.Combine(directory, Path.GetFileName(program) + ".log");
        var start = new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1", "sh", log, program, .. arguments]);
        _processes.Add(Process.Start(start)!);
    }

    private async Task ReadyAsync()
    {
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
        using var http = new HttpClient(handler) { DefaultRequestHeaders = { { "Authorization", $"Bearer {Token}" } } };
        using var limit = new CancellationTokenSource(StartLimit);
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(Connection.Server, "/readyz"), limit.Token);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (_processes.TrueForAll(process => !process.HasExited))
            {
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>The one real server of a run, if there is one.</summary>
[SetUpFixture]
public sealed class RealApiOfTheRun
{
    private static RealApi? _api;

    internal static ApiConnection? Connection => _api?.Connection;

    [OneTimeSetUp]
    public async Task StartAsync() => _api = await RealApi.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await (_api?.DisposeAsync() ?? ValueTask.CompletedTask);
}
