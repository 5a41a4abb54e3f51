using System.Text.Json;
using System.Threading.Channels;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Plumbline.Core.Cluster.Policies;
using Plumbline.Kubernetes.Caching;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Kubernetes.Contracts.Policies;
using Plumbline.Lab.Listeners.Dns;
using Plumbline.Lab.Network;
using Plumbline.Lab.Network.Rules;
using Plumbline.Lab.Pods;
using Plumbline.Operator.Cluster;
using Plumbline.Operator.Running;

namespace Plumbline.Lab.Cluster;

/// <summary>
/// The parts of a cluster that turn objects into a network, all by watching the API, so that what <c>kubectl apply</c> changes takes effect:
/// EndpointSlice controller, kube-proxy, network plugin and cluster DNS. One loop; events only wake it, work reads the caches.
/// </summary>
internal sealed class ClusterControllers
{
    private readonly IKubernetesClient _client;
    private readonly LabNetwork _network;
    private readonly DnsServer _dns;
    private readonly IReadOnlyList<DnsHost> _hosts;
    private readonly ClusterState _state;
    private readonly Kubelet _kubelet;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ResourceCache<V1Service, V1Service> _services;
    private readonly ResourceCache<V1Pod, V1Pod> _pods;
    private readonly ResourceCache<V1EndpointSlice, V1EndpointSlice> _slices;
    private readonly ResourceCache<V1NetworkPolicy, V1NetworkPolicy> _policies;
    private readonly ResourceCache<V1Namespace, V1Namespace> _namespaces;
    private readonly ResourceCache<V1Node, V1Node> _nodes;
    private readonly ResourceCache<AdminNetworkPolicyObject, AdminNetworkPolicyObject> _adminPolicies;
    private readonly ResourceCache<BaselineAdminNetworkPolicyObject, BaselineAdminNetworkPolicyObject> _baselines;
    private readonly ResourceCache<ClusterNetworkPolicyObject, ClusterNetworkPolicyObject> _clusterPolicies;

    public ClusterControllers(
        IKubernetesClient client, LabNetwork network, DnsServer dns, IReadOnlyList<DnsHost> hosts, ClusterState state, Kubelet kubelet, TimeProvider time, Random random, ILogger log)
    {
        (_client, _network, _dns, _hosts, _state, _kubelet, _time, _log) = (client, network, dns, hosts, state, kubelet, time, log);
        _state.Changed += () => _wake.Writer.TryWrite(true);
        _services = Cache<V1Service>(random);
        _pods = Cache<V1Pod>(random);
        _slices = Cache<V1EndpointSlice>(random);
        _policies = Cache<V1NetworkPolicy>(random);
        _namespaces = Cache<V1Namespace>(random);
        _nodes = Cache<V1Node>(random);
        _adminPolicies = Cache<AdminNetworkPolicyObject>(random);
        _baselines = Cache<BaselineAdminNetworkPolicyObject>(random);
        _clusterPolicies = Cache<ClusterNetworkPolicyObject>(random);
    }

    /// <summary>Completes when the network has first been brought in line with the API.</summary>
    public Task Settled => _settled.Task;

    /// <summary>To be run side by side; none of them ends before it is cancelled.</summary>
    public IEnumerable<Func<CancellationToken, Task>> Parts =>
    [
        _services.RunAsync, _pods.RunAsync, _slices.RunAsync, _policies.RunAsync, _namespaces.RunAsync, _nodes.RunAsync,
        _adminPolicies.RunAsync, _baselines.RunAsync, _clusterPolicies.RunAsync, LoopAsync,
    ];

    private IReadOnlyList<CacheState> States =>
    [
        _services.State, _pods.State, _slices.State, _policies.State, _namespaces.State, _nodes.State, _adminPolicies.State, _baselines.State, _clusterPolicies.State,
    ];

    private IEnumerable<AdminPolicy> AdminPolicies =>
    [
        .. _adminPolicies.Snapshot().Values.Select(AdminPolicyMapper.ToPolicy),
        .. _baselines.Snapshot().Values.Select(AdminPolicyMapper.ToPolicy),
        .. _clusterPolicies.Snapshot().Values.Select(AdminPolicyMapper.ToPolicy),
    ];

    private ResourceCache<T, T> Cache<T>(Random random)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        new(_client, o => o, (_, _) => Wake(), _time, random, new ResourceCacheOptions { LongestRetry = TimeSpan.FromSeconds(2) });

    private ValueTask Wake()
    {
        _wake.Writer.TryWrite(true);
        return ValueTask.CompletedTask;
    }

    private static void Forget(Task waking) => _ = waking;

    /// <summary>Wakes the loop when the kubelet wants to look again.</summary>
    private async Task WakeAfterAsync(TimeSpan wait, CancellationToken stop)
    {
        try
        {
            await Task.Delay(wait, _time, stop);
            await Wake();
        }
        catch (OperationCanceledException)
        {
            // Taken down.
        }
    }

    private async Task LoopAsync(CancellationToken stop)
    {
        await foreach (var _ in _wake.Reader.ReadAllAsync(stop))
        {
            if (States.Contains(CacheState.Starting))
            {
                continue;
            }

            try
            {
                // What happens together (a rollout, an apply of many) is taken together.
                await Task.Delay(TimeSpan.FromMilliseconds(20), _time, stop);
                if (await _kubelet.SyncAsync([.. _pods.Snapshot().Values], stop) is { } wait)
                {
                    Forget(WakeAfterAsync(wait, stop));
                }

                var wrote = await WriteSlicesAsync(stop);
                await TranslateAsync(stop);
                if (!wrote)
                {
                    _settled.TrySetResult();
                }
            }
            catch (Exception e) when (e is KubernetesRequestException or IOException or ArgumentException or InvalidOperationException)
            {
                // The API is away, or a rule set was refused (say, two Services with one address): what was in force stays.
                Log.NotInLine(_log, e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), _time, stop);
                await Wake();
            }
        }
    }

    /// <returns>Whether something was written, so that the caches do not know it yet.</returns>
    private async Task<bool> WriteSlicesAsync(CancellationToken stop)
    {
        var pods = _pods.Snapshot().Values.ToList();
        var stale = _state.Troubles.StaleServices;
        var all = _slices.Snapshot();
        var present = all.Where(s => !IsStale(s.Value.Metadata, s.Value.Metadata.Label(EndpointSlices.ServiceLabel))).ToDictionary(s => s.Key, s => s.Value);
        var wanted = _services.Snapshot().Values.Where(s => !IsStale(s.Metadata, s.Metadata.Name)).SelectMany(s => EndpointSlices.Of(s, pods)).ToDictionary(s => s.Metadata.Key());
        var changed = wanted.Where(w => !present.TryGetValue(w.Key, out var slice) || Text(slice) != Text(w.Value)).Select(w => w.Value).ToList();
        var gone = present.Where(p => EndpointSlices.IsOurs(p.Value) && !wanted.ContainsKey(p.Key)).Select(p => p.Key).ToList();
        await Task.WhenAll(changed.Select(s => _client.ApplyAsync(s, new PatchOptions { FieldManager = "endpointslice-controller" }, stop)));
        await Task.WhenAll(gone.Select(k => _client.DeleteAsync<V1EndpointSlice>(k.Name, k.Namespace, null, stop)));
        return changed.Count + gone.Count > 0;

        bool IsStale(V1ObjectMeta slice, string? service) => stale.Contains($"{slice.NamespaceProperty}/{service}");
    }

    private async Task TranslateAsync(CancellationToken stop)
    {
        var services = _services.Snapshot().Values.ToList();
        var slices = _slices.Snapshot().Values.ToList();
        var troubles = _state.Troubles;
        _dns.Zone = ServiceRules.Zone(services, slices, _hosts, troubles.Dns);
        await _network.SetServicesAsync(ServiceRules.Of(services, slices, _network.Nodes.ToDictionary(n => n.Name, n => n.Addresses)), stop);
        var policies = new PodPolicies(_policies.Snapshot().Values, _namespaces.Snapshot().Values, _pods.Snapshot().Values, AdminPolicies, _nodes.Snapshot().Values);
        await _network.SetPoliciesAsync(troubles.PoliciesUnenforced ? [] : policies.Except(troubles.Unenforced), DenialAction.Drop, stop);
    }

    /// <summary>The parts that we write, as text: comparing anything else would never end.</summary>
    private static string Text(V1EndpointSlice slice) => JsonSerializer.Serialize(
        new V1EndpointSlice { AddressType = slice.AddressType, Endpoints = slice.Endpoints ?? [], Ports = slice.Ports ?? [] }, KindContracts.Models.Full<V1EndpointSlice>());
}

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The network is not in line with the API: {Problem}; trying again")]
    public static partial void NotInLine(ILogger log, string problem);
}
