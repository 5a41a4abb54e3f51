using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Contracts;

namespace Plumbline.Kubernetes.Leadership;

/// <summary>
/// The Lease and when we saw it change. Clocks of the replicas may differ by any amount: the times in the record only serve as a sign of life, and how
/// long ago that sign came is measured here.
/// </summary>
internal sealed class LeaseRecord(IKubernetesClient client, LeaderElectionOptions options, TimeProvider time)
{
    private V1Lease? _lease;
    private long _observedAt;

    public string? Holder => string.IsNullOrEmpty(_lease?.Spec?.HolderIdentity) ? null : _lease.Spec.HolderIdentity;

    public bool IsOurs => Holder == options.Identity;

    /// <summary>Nobody holds it, or its holder gave no sign of life for the time that it promised.</summary>
    public bool IsFree => Holder is null || time.GetElapsedTime(_observedAt) >= Duration;

    private TimeSpan Duration => _lease?.Spec?.LeaseDurationSeconds is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : options.LeaseDuration;

    public async Task ReadAsync(CancellationToken cancellationToken) =>
        Observe(await client.GetAsync<V1Lease>(options.Name, options.Namespace, cancellationToken));

    /// <exception cref="KubernetesRequestException">Conflict or AlreadyExists: somebody was faster.</exception>
    public async Task TakeOrRenewAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var spec = new V1LeaseSpec
        {
            HolderIdentity = options.Identity,
            LeaseDurationSeconds = (int)options.LeaseDuration.TotalSeconds,
            AcquireTime = IsOurs ? _lease!.Spec!.AcquireTime : now,
            RenewTime = now,
            LeaseTransitions = _lease is null ? 0 : (_lease.Spec?.LeaseTransitions ?? 0) + (IsOurs ? 0 : 1),
        };
        if (_lease is null)
        {
            var metadata = new V1ObjectMeta { Name = options.Name, NamespaceProperty = options.Namespace };
            Observe(await client.CreateAsync(new V1Lease { Metadata = metadata, Spec = spec }, cancellationToken));
        }
        else
        {
            Observe(await PatchAsync(JsonSerializer.SerializeToNode(spec, KindContracts.Models.Full<V1LeaseSpec>())!.AsObject(), cancellationToken));
        }
    }

    /// <summary>Lets the others start at once.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        // Read again: a renewal that was cut off by the shutdown may still have reached the server.
        await ReadAsync(cancellationToken);
        if (IsOurs)
        {
            Observe(await PatchAsync(new JsonObject { ["holderIdentity"] = "", ["leaseDurationSeconds"] = 1 }, cancellationToken));
        }
    }

    private Task<V1Lease> PatchAsync(JsonObject spec, CancellationToken cancellationToken)
    {
        var metadata = new JsonObject { ["resourceVersion"] = _lease!.Metadata.ResourceVersion };
        var patch = new JsonObject { ["metadata"] = metadata, ["spec"] = spec };
        return client.PatchAsync<V1Lease>(options.Name, options.Namespace, patch, null, cancellationToken);
    }

    private void Observe(V1Lease? lease)
    {
        // Only what the holder writes is a sign of its life; a label that somebody adds is not.
        if (lease?.Spec != _lease?.Spec)
        {
            _observedAt = time.GetTimestamp();
        }

        _lease = lease;
    }
}
