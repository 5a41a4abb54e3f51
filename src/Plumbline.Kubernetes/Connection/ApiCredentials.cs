using System.Security.Cryptography.X509Certificates;

namespace Plumbline.Kubernetes.Connection;

/// <summary>Who the client is. Safe for concurrent use.</summary>
public abstract class ApiCredentials
{
    /// <summary>Presented when the server asks for one; a change takes effect with the next connection.</summary>
    public virtual X509Certificate2? ClientCertificate => null;

    /// <summary>The bearer token of now; null for none.</summary>
    /// <exception cref="KubernetesConfigurationException">It cannot be had.</exception>
    public abstract ValueTask<string?> TokenAsync(CancellationToken cancellationToken);

    /// <summary>Forgets what the server refused. False where the next answer of <see cref="TokenAsync"/> would be the same.</summary>
    public virtual bool Invalidate() => false;
}

/// <summary>A token that never changes, or none, with or without a client certificate.</summary>
public sealed class StaticCredentials(string? token, X509Certificate2? clientCertificate) : ApiCredentials
{
    public override X509Certificate2? ClientCertificate => clientCertificate;

    public override ValueTask<string?> TokenAsync(CancellationToken cancellationToken) => ValueTask.FromResult(token);
}

/// <summary>A token in a file that somebody else keeps fresh, such as the kubelet.</summary>
/// <param name="fallback">Used until the file could be read once.</param>
public sealed class TokenFileCredentials(string path, string? fallback, X509Certificate2? clientCertificate, TimeProvider time) : ApiCredentials
{
    /// <summary>The kubelet rotates long before the token expires, so a minute late is early enough.</summary>
    private static readonly TimeSpan RereadAfter = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private string? _token = fallback;
    private long? _readAt;

    public override X509Certificate2? ClientCertificate => clientCertificate;

    public override ValueTask<string?> TokenAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_readAt is { } at && time.GetElapsedTime(at) < RereadAfter)
            {
                return ValueTask.FromResult(_token);
            }

            try
            {
                var text = File.ReadAllText(path).Trim();
                _token = text.Length > 0 ? text : _token ?? throw new KubernetesConfigurationException($"{path}: the token file is empty");
                _readAt = time.GetTimestamp();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException && _token is not null)
            {
                // The last token is very likely still good, and the server is the judge of that.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new KubernetesConfigurationException($"{path}: the token file cannot be read: {e.Message}", e);
            }

            return ValueTask.FromResult<string?>(_token);
        }
    }

    public override bool Invalidate()
    {
        lock (_lock)
        {
            _readAt = null;
            return true;
        }
    }
}
