namespace Plumbline.Kubernetes.Client;

/// <summary>How a client behaves, apart from where it connects to.</summary>
public sealed record KubernetesClientOptions
{
    /// <summary>Who owns the fields that this client writes. Changing it orphans the fields written under the old name.</summary>
    /// <value>Default: <c>plumbline</c>.</value>
    public string FieldManager { get; init; } = "plumbline";

    /// <value>Default: <c>plumbline/</c> and the version.</value>
    public string UserAgent { get; init; } = $"plumbline/{typeof(KubernetesClientOptions).Assembly.GetName().Version?.ToString(3) ?? "0"}";

    /// <summary>For one attempt, with its whole answer; a watch has it only for the answer's head.</summary>
    /// <value>Default: 30 seconds.</value>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Attempts after the first, on transport errors, 429 and 5xx, where repeating does no harm. 0 turns retries off.</summary>
    /// <value>Default: 3.</value>
    public int Retries { get; init; } = 3;

    /// <summary>Before the first retry; doubles with each, with jitter. A <c>Retry-After</c> of the server takes its place.</summary>
    /// <value>Default: 200 milliseconds.</value>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait between attempts; a server that asks for more gets its error passed on to the caller.</summary>
    /// <value>Default: 30 seconds.</value>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(30);
}
