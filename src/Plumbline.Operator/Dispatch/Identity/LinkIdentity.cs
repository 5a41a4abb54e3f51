using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Plumbline.Kubernetes.Client;
using Plumbline.Operator.Rbac;
using Plumbline.Operator.Running;
using Polly;
using Polly.Retry;

namespace Plumbline.Operator.Dispatch.Identity;

/// <summary>
/// The replica's own identity: a key that never leaves the pod, and its certificate in a ConfigMap that agents mount. Needs no Secret and
/// no authority; who may write that ConfigMap can pose as the operator.
/// <code>
///   made ──▶ published ──▶ in use ───────── 10 days before it expires ──▶ in use, next one made
///                             ▲                                                  │
///                             └── next one in use ◀── 10 min ── both published ◀─┘
/// </code>
/// </summary>
[EntityRbac(typeof(V1ConfigMap), Name = LinkIdentityOptions.DefaultConfigMap, OwnNamespace = true, Verbs = RbacVerb.Get | RbacVerb.Patch, Why = "the public certificates of the link")]
[EntityRbac(typeof(V1Pod), OwnNamespace = true, Verbs = RbacVerb.List, Why = "which replicas are gone")]
public sealed class LinkIdentity : ILinkCertificate
{
    private const string Current = "current";
    private const string Next = "next";

    private readonly LinkIdentityOptions _options;
    private readonly IKubernetesClient _client;
    private readonly Func<bool> _leads;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly KeyDirectory _keys;
    private readonly ResiliencePipeline<string?> _patience;
    private volatile X509Certificate2 _current;
    private X509Certificate2? _next;

    // Monotonic, so that a wall clock that jumps does not bring a certificate into use before agents know it.
    private long? _nextPublished;
    private volatile string? _notReady = "agents cannot know this replica yet: its certificate is not published";

    public LinkIdentity(LinkIdentityOptions options, IKubernetesClient client, Func<bool> leads, TimeProvider time, Random random, ILogger<LinkIdentity> logger)
    {
        (_options, _client, _leads, _time, _logger) = (options, client, leads, time, logger);
        _keys = new KeyDirectory(options.Directory, logger);
        _current = Usable(_keys.Load(Current)) ?? Make(Current);
        _next = Usable(_keys.Load(Next));
        _patience = new ResiliencePipelineBuilder<string?> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<string?>
            {
                ShouldHandle = static attempt => ValueTask.FromResult(attempt.Outcome.Result is not null),
                MaxRetryAttempts = int.MaxValue,
                Delay = TimeSpan.FromSeconds(1),
                MaxDelay = TimeSpan.FromSeconds(30),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Randomizer = () =>
                {
                    lock (random)
                    {
                        return random.NextDouble();
                    }
                },
                OnRetry = attempt =>
                {
                    Log.TrustNotPublished(_logger, _options.ConfigMap, attempt.RetryDelay, attempt.Outcome.Result!);
                    return default;
                },
            })
            .Build();
    }

    public string? NotReady => _notReady;

    public X509Certificate2 Get() => _current;

    /// <summary>Publishes, renews and, on the leader, tidies up after replicas that are gone, until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            Renew();
            await _patience.ExecuteAsync(async cancellation => await PublishAsync(cancellation), stop);
            await Task.Delay(_options.CheckEvery, _time, stop);
        }
    }

    private X509Certificate2? Usable(X509Certificate2? certificate) =>
        certificate is not null && !SelfSigned.IsExpired(certificate, _time.GetUtcNow()) && SelfSigned.IsFor(certificate, _options.Names) ? certificate : null;

    private X509Certificate2 Make(string name)
    {
        var made = SelfSigned.Create(_options.Names, _time.GetUtcNow(), _options.Validity);
        _keys.Keep(name, made);
        Log.CertificateMade(_logger, made.Thumbprint, made.NotAfter.ToUniversalTime());
        return made;
    }

    private void Renew()
    {
        var now = _time.GetUtcNow();
        if (_next is null && _current.NotAfter.ToUniversalTime() - _options.RenewBefore <= now)
        {
            _nextPublished = null;
            _next = Make(Next);
        }

        // One that has expired serves nobody: its successor is used as soon as it is published at all.
        var announced = _nextPublished is { } at && (_time.GetElapsedTime(at) >= _options.AnnounceFor || SelfSigned.IsExpired(_current, now));
        if (_next is null || !announced)
        {
            return;
        }

        _current = _next;
        _keys.Keep(Current, _next);
        _keys.Keep(Next, null);
        (_next, _nextPublished) = (null, null);
        Log.CertificateInUse(_logger, _current.Thumbprint);
    }

    /// <returns>Why it did not work; null when the ConfigMap holds what it should.</returns>
    private async Task<string?> PublishAsync(CancellationToken cancellation)
    {
        try
        {
            var trust = await _client.GetAsync<V1ConfigMap>(_options.ConfigMap, _options.Namespace, cancellation);
            if (trust is null)
            {
                return $"there is no such ConfigMap in namespace {_options.Namespace}; it comes, empty, with the manifests";
            }

            var (key, entry) = (LinkTrust.KeyOf(_options.Replica), LinkTrust.EntryOf(_current, _next));
            if (trust.Data?.TryGetValue(key, out var published) != true || published != entry)
            {
                trust = await PatchAsync(new JsonObject { [key] = entry }, null, cancellation);
                Log.TrustPublished(_logger, _options.ConfigMap, key);
            }

            _nextPublished ??= _next is null ? null : _time.GetTimestamp();
            _notReady = null;
            if (_leads())
            {
                await PruneAsync(trust, cancellation);
            }

            return null;
        }
        catch (KubernetesRequestException e)
        {
            return e.Message;
        }
    }

    private async Task PruneAsync(V1ConfigMap trust, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        var others = (trust.Data ?? new Dictionary<string, string>()).Where(e => LinkTrust.ReplicaOf(e.Key) is { } replica && replica != _options.Replica).ToList();
        if (others.Count == 0)
        {
            return;
        }

        // A replica that is no pod itself (a developer's machine) cannot tell whether the others are gone because they are no pods.
        var knowsPods = !await IsGoneAsync(_options.Replica, cancellation);
        var dead = new JsonObject();
        foreach (var (key, entry) in others)
        {
            if (LinkTrust.IsDead(entry, now) || (knowsPods && await IsGoneAsync(LinkTrust.ReplicaOf(key)!, cancellation)))
            {
                dead[key] = null;
            }
        }

        if (dead.Count == 0)
        {
            return;
        }

        try
        {
            // An entry that a replica wrote meanwhile makes this a conflict, and the next round looks again.
            await PatchAsync(dead, trust.Metadata.ResourceVersion, cancellation);
            Log.TrustPruned(_logger, _options.ConfigMap, string.Join(", ", dead.Select(e => e.Key)));
        }
        catch (KubernetesRequestException e) when (e.Kind is KubernetesErrorKind.Conflict)
        {
            // Next round.
        }
    }

    /// <summary>A list, not a get, since listing pods is what the operator may do already; served from no cache, so that a pod just made is there.</summary>
    private async Task<bool> IsGoneAsync(string pod, CancellationToken cancellation)
    {
        var options = new ListOptions { Namespace = _options.Namespace, FieldSelector = $"metadata.name={pod}" };
        var pods = await _client.ListPageAsync<V1Pod>(options, cancellation);

        // An evicted pod stays as an object, but never runs again. One that does not read is there all the same.
        return pods.Unreadable.Count == 0 && pods.Items.All(p => p.Metadata.Name != pod || p.Status?.Phase is "Succeeded" or "Failed");
    }

    private Task<V1ConfigMap> PatchAsync(JsonObject data, string? resourceVersion, CancellationToken cancellation)
    {
        var patch = new JsonObject { ["data"] = data };
        if (resourceVersion is not null)
        {
            patch["metadata"] = new JsonObject { ["resourceVersion"] = resourceVersion };
        }

        return _client.PatchAsync<V1ConfigMap>(_options.ConfigMap, _options.Namespace, patch, null, cancellation);
    }
}
