using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Plumbline.Kubernetes.Connection;

/// <summary>The <c>exec</c> section of a kubeconfig's user.</summary>
public sealed record ExecPlugin(string Command, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string ApiVersion)
{
    public string? InstallHint { get; init; }

    /// <summary>For messages: file and field that it was read from.</summary>
    public required string Source { get; init; }

    /// <summary>Told to the plugin in <c>KUBERNETES_EXEC_INFO</c>; null where the kubeconfig does not ask for it.</summary>
    public ExecCluster? Cluster { get; init; }
}

/// <summary>What a plugin is told of the cluster.</summary>
public sealed record ExecCluster
{
    public string? Server { get; init; }

    [JsonPropertyName("tls-server-name")]
    public string? TlsServerName { get; init; }

    [JsonPropertyName("insecure-skip-tls-verify")]
    public bool? InsecureSkipTlsVerify { get; init; }

    [JsonPropertyName("certificate-authority-data")]
    public string? CertificateAuthorityData { get; init; }

    [JsonPropertyName("proxy-url")]
    public string? ProxyUrl { get; init; }
}

/// <summary>Credentials that a program prints (client.authentication.k8s.io). It runs again when they expire or the server refuses them.</summary>
public sealed class ExecCredentials(ExecPlugin plugin, TimeProvider time) : ApiCredentials, IDisposable
{
    /// <summary>A plugin may talk to a cloud, but nobody sits at a keyboard here.</summary>
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(1);

    /// <summary>So that a token does not expire on its way.</summary>
    private static readonly TimeSpan Leeway = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile Obtained? _obtained;

    public override X509Certificate2? ClientCertificate => _obtained?.Certificate;

    public override async ValueTask<string?> TokenAsync(CancellationToken cancellationToken)
    {
        if (Fresh(_obtained))
        {
            return _obtained?.Token;
        }

        await _one.WaitAsync(cancellationToken);
        try
        {
            return Fresh(_obtained) ? _obtained?.Token : (_obtained = await RunAsync(cancellationToken)).Token;
        }
        finally
        {
            _one.Release();
        }
    }

    public override bool Invalidate()
    {
        _obtained = null;
        return true;
    }

    public void Dispose() => _one.Dispose();

    private bool Fresh(Obtained? obtained) => obtained is not null && !(obtained.Expires - Leeway <= time.GetUtcNow());

    private async Task<Obtained> RunAsync(CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(RunLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        using var process = Start();
        try
        {
            var errors = process.StandardError.ReadToEndAsync(either.Token);
            var output = await process.StandardOutput.ReadToEndAsync(either.Token);
            await process.WaitForExitAsync(either.Token);
            return process.ExitCode == 0 ? Read(output) : throw Failure($"ended with status {process.ExitCode}: {(await errors).Trim()}");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw Failure($"did not end within {RunLimit.TotalSeconds:0} s");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(plugin.Command, plugin.Arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in plugin.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["KUBERNETES_EXEC_INFO"] = JsonSerializer.Serialize(
            new ExecCredential
            {
                ApiVersion = plugin.ApiVersion,
                Kind = nameof(ExecCredential),
                Spec = new ExecCredentialSpec { Interactive = false, Cluster = plugin.Cluster },
            },
            ExecJson.Default.ExecCredential);
        try
        {
            var process = Process.Start(start) ?? throw Failure("did not start");
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception e)
        {
            throw Failure($"did not start: {e.Message}{(plugin.InstallHint is null ? "" : $" ({plugin.InstallHint.Trim()})")}", e);
        }
    }

    private Obtained Read(string output)
    {
        try
        {
            var credential = JsonSerializer.Deserialize(output, ExecJson.Default.ExecCredential);
            if (credential?.ApiVersion != plugin.ApiVersion)
            {
                throw Failure($"printed apiVersion '{credential?.ApiVersion}' where the kubeconfig says '{plugin.ApiVersion}'");
            }

            var status = credential.Status ?? throw Failure("printed no status");
            var certificate = status is { ClientCertificateData: { } data, ClientKeyData: { } key } ? X509Certificate2.CreateFromPem(data, key) : null;
            return status.Token is null && certificate is null
                ? throw Failure("printed neither a token nor a client certificate with its key")
                : new Obtained(status.Token, certificate, status.ExpirationTimestamp);
        }
        catch (Exception e) when (e is JsonException or CryptographicException)
        {
            throw Failure($"printed something that is no ExecCredential: {e.Message}", e);
        }
    }

    private KubernetesConfigurationException Failure(string what, Exception? inner = null) =>
        new($"{plugin.Source}: '{plugin.Command}' {what}", inner);

    private sealed record Obtained(string? Token, X509Certificate2? Certificate, DateTimeOffset? Expires);
}

internal sealed record ExecCredential
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public ExecCredentialSpec? Spec { get; init; }

    public ExecCredentialStatus? Status { get; init; }
}

internal sealed record ExecCredentialSpec
{
    public bool Interactive { get; init; }

    public ExecCluster? Cluster { get; init; }
}

internal sealed record ExecCredentialStatus
{
    public string? Token { get; init; }

    public string? ClientCertificateData { get; init; }

    public string? ClientKeyData { get; init; }

    public DateTimeOffset? ExpirationTimestamp { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ExecCredential))]
internal sealed partial class ExecJson : JsonSerializerContext;
