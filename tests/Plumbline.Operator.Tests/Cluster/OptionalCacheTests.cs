using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Contracts.Policies;
using Plumbline.Operator.Cluster;
using Plumbline.Testing;

namespace Plumbline.Operator.Tests.Cluster;

/// <summary>A kind that comes and goes with its CustomResourceDefinition.</summary>
public sealed class OptionalCacheTests
{
    private ManualTimeProvider _time = null!;
    private ConcurrentQueue<string> _told = null!;
    private CancellationTokenSource _stop = null!;
    private ScriptedClient _client = null!;
    private OptionalCache<CiliumNetworkPolicyObject, string> _cache = null!;
    private Task _running = null!;

    [SetUp]
    public void Start()
    {
        (_time, _told, _stop, _client) = (new ManualTimeProvider(), [], new CancellationTokenSource(), new ScriptedClient());
        _cache = new(
            _client, p => p.Metadata.Name!, (key, facts) => _told.Enqueue($"{key.Name} {(facts is null ? "gone" : "there")}"), _time, new Random(1), NullLoggerFactory.Instance);
    }

    [TearDown]
    public async Task Stop()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    [Test]
    public async Task Kind_ThatIsMissing_IsNeverListed_AndHoldsNothingUp()
    {
        _running = _cache.RunAsync(_stop.Token);
        await _cache.FirstAsync(CancellationToken.None);
        await LookAgainAsync();

        Assert.That((_client.Lists, _told), Is.EqualTo((0, Array.Empty<string>())));
    }

    [Test]
    public async Task Kind_ThatComesLater_IsNoticed_AndTakenBackWhenItGoes()
    {
        _running = _cache.RunAsync(_stop.Token);
        await _cache.FirstAsync(CancellationToken.None);
        _client.IsServed = true;
        await LookAgainAsync(() => _told.Count == 2);
        Assert.That(_told, Is.EqualTo(new[] { "a there", "b there" }));

        _client.IsServed = false;
        await LookAgainAsync(() => _told.Count == 4);
        Assert.That(_told.Skip(2), Is.EquivalentTo(new[] { "a gone", "b gone" }));

        _client.IsServed = true;
        await LookAgainAsync(() => _told.Count == 6);
    }

    [Test]
    public async Task Discovery_ThatFails_ChangesNothing()
    {
        _client.IsServed = true;
        _running = _cache.RunAsync(_stop.Token);
        await _cache.FirstAsync(CancellationToken.None);
        Assert.That(_told, Has.Count.EqualTo(2));
        _client.Fails = true;
        await LookAgainAsync();

        Assert.That(_told, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Kind_ThatMayNotBeListed_HoldsNothingUpForLong()
    {
        (_client.IsServed, _client.ListsNothing) = (true, true);
        _running = _cache.RunAsync(_stop.Token);
        var first = _cache.FirstAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => _client.Lists == 1);
        Assert.That(first.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromSeconds(10));
        await first;
    }

    /// <summary>Lets the cache look once more, and then for what is to come of it.</summary>
    private async Task LookAgainAsync(Func<bool>? until = null)
    {
        var looks = _client.Looks;
        await Eventually.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            return _client.Looks > looks && (until is null || until());
        });
    }

    private sealed class ScriptedClient : IKubernetesClient
    {
        private int _looks;
        private int _lists;

        public volatile bool IsServed;
        public volatile bool Fails;
        public volatile bool ListsNothing;

        public int Looks => Volatile.Read(ref _looks);

        public int Lists => Volatile.Read(ref _lists);

        public Task<bool> ServesAsync<T>(CancellationToken cancellationToken)
            where T : class, IKubernetesObject<V1ObjectMeta>
        {
            Interlocked.Increment(ref _looks);
            return Fails ? Task.FromException<bool>(new KubernetesRequestException("away", KubernetesErrorKind.Transport)) : Task.FromResult(IsServed);
        }

        public async Task<Plumbline.Kubernetes.Client.KubernetesList<T>> ListPageAsync<T>(ListOptions options, CancellationToken cancellationToken)
            where T : class, IKubernetesObject<V1ObjectMeta>
        {
            Interlocked.Increment(ref _lists);
            if (ListsNothing)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            return new Plumbline.Kubernetes.Client.KubernetesList<T>([.. new[] { "a", "b" }.Select(n => (T)(object)new CiliumNetworkPolicyObject { Metadata = new V1ObjectMeta { Name = n, NamespaceProperty = "ns", Uid = n, ResourceVersion = "1" } })], "1");
        }

        public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(WatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
            where T : class, IKubernetesObject<V1ObjectMeta>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            yield break;
        }

        public Task<T?> GetAsync<T>(string name, string? namespaceName, CancellationToken cancellationToken)
            where T : class, IKubernetesObject<V1ObjectMeta> => throw new NotSupportedException();

        public Task<T> CreateAsync<T>(T entity, CancellationToken cancellationToken)
            where T : class, IKubernetesObject<V1ObjectMeta> => throw new NotSupportedException();

        public Task<T> ApplyAsync<T>(T entity, PatchOptions? options, CancellationToken cancellationToken)
            where T : class, IKubernetesObject<V1ObjectMeta> => throw new NotSupportedException();

        public Task<T> PatchAsync<T>(string name, string? namespaceName, JsonObject patch, PatchOptions? options, CancellationToken cancellationToken)
            where T : class, IKubernetesObject<V1ObjectMeta> => throw new NotSupportedException();

        public Task<DeleteOutcome> DeleteAsync<T>(string name, string? namespaceName, V1DeleteOptions? options, CancellationToken cancellationToken)
            where T : class, IKubernetesObject<V1ObjectMeta> => throw new NotSupportedException();

        public Task<V1TokenReview> ReviewTokenAsync(V1TokenReviewSpec review, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<V1TokenRequestStatus> CreateTokenAsync(string serviceAccount, string namespaceName, V1TokenRequestSpec request, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
