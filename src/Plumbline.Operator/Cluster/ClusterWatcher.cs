using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Plumbline.Api;
using Plumbline.Core.Cluster;
using Plumbline.Core.Cluster.Policies;
using Plumbline.Core.Connections;
using Plumbline.Core.Loop;
using Plumbline.Core.Rows;
using Plumbline.Core.Words;
using Plumbline.Kubernetes.Caching;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Kubernetes.Contracts.Policies;
using Plumbline.Operator.Publishing.Status;
using Plumbline.Operator.Rbac;

namespace Plumbline.Operator.Cluster;

/// <summary>Watches every kind that resolution looks at, and tells the loop. Says <see cref="LoopEvent.Synced"/> once all have their first list.</summary>
[EntityRbac(
    typeof(V1Pod), typeof(V1Service), typeof(V1EndpointSlice), typeof(V1Node), typeof(V1Namespace),
    typeof(V1Deployment), typeof(V1ReplicaSet), typeof(V1StatefulSet), typeof(V1DaemonSet), typeof(V1Job), typeof(V1CronJob),
    Verbs = RbacVerb.List | RbacVerb.Watch, Why = "what the parties of a connection can be")]
[EntityRbac(typeof(V1NetworkPolicy), Verbs = RbacVerb.List | RbacVerb.Watch, Why = "what stands between the parties")]
[EntityRbac(
    typeof(AdminNetworkPolicyObject), typeof(BaselineAdminNetworkPolicyObject), typeof(ClusterNetworkPolicyObject),
    Verbs = RbacVerb.List | RbacVerb.Watch, Why = "what administrators put between the parties, where the cluster has these kinds")]
[EntityRbac(
    typeof(CiliumNetworkPolicyObject), typeof(CiliumClusterwideNetworkPolicyObject), typeof(CalicoNetworkPolicyObject), typeof(CalicoGlobalNetworkPolicyObject),
    Verbs = RbacVerb.List | RbacVerb.Watch, Why = "what else may stand between the parties; only that it is there, never what it says")]
[EntityRbac(typeof(V1Alpha1Component), typeof(V1Alpha1ConnectionMap), typeof(V1Alpha1Connection), Verbs = RbacVerb.List | RbacVerb.Watch, Why = "what people document")]
public sealed class ClusterWatcher(IKubernetesClient client, Action<LoopEvent> post, ConditionTimes conditions, TimeProvider time, Random random, ILoggerFactory loggers)
{
    private readonly List<Task> _caches = [];
    private int _waiting;
    private volatile bool _synced;

    public bool Synced => _synced;

    public Task RunAsync(CancellationToken stop)
    {
        // One more than the kinds, released last, so that a fast first list cannot announce before all are counted.
        _waiting = 1;
        Watch<V1Pod, PodFacts>(FactMapper.Pod, (key, pod) => new LoopEvent.PodChanged(key, pod), stop);
        Watch<V1Service, ServiceFacts>(FactMapper.Service, (key, service) => new LoopEvent.ServiceChanged(key, service), stop);
        Watch<V1EndpointSlice, EndpointSliceFacts?>(FactMapper.Slice, (key, slice) => new LoopEvent.EndpointSliceChanged(key, slice), stop);
        Watch<V1Node, NodeFacts>(FactMapper.Node, (key, node) => new LoopEvent.NodeChanged(key.Name, node), stop);
        Watch<V1Namespace, NamespaceFacts>(FactMapper.Namespace, (key, ns) => new LoopEvent.NamespaceChanged(key.Name, ns), stop);
        Watch<V1NetworkPolicy, NetworkPolicy>(NetworkPolicyMapper.ToPolicy, (key, policy) => new LoopEvent.PolicyChanged(key, policy), stop);
        WatchAdmin<AdminNetworkPolicyObject>(AdminPolicyKind.AdminNetworkPolicy, AdminPolicyMapper.ToPolicy, stop);
        WatchAdmin<BaselineAdminNetworkPolicyObject>(AdminPolicyKind.BaselineAdminNetworkPolicy, AdminPolicyMapper.ToPolicy, stop);
        WatchAdmin<ClusterNetworkPolicyObject>(AdminPolicyKind.ClusterNetworkPolicy, AdminPolicyMapper.ToPolicy, stop);
        WatchOther<CiliumNetworkPolicyObject>("CiliumNetworkPolicy", stop);
        WatchOther<CiliumClusterwideNetworkPolicyObject>("CiliumClusterwideNetworkPolicy", stop);
        WatchOther<CalicoNetworkPolicyObject>("Calico NetworkPolicy", stop);
        WatchOther<CalicoGlobalNetworkPolicyObject>("Calico GlobalNetworkPolicy", stop);
        WatchWorkload<V1Deployment>(WorkloadKind.Deployment, d => d.Spec?.Replicas, stop);
        WatchWorkload<V1ReplicaSet>(WorkloadKind.ReplicaSet, r => r.Spec?.Replicas, stop);
        WatchWorkload<V1StatefulSet>(WorkloadKind.StatefulSet, s => s.Spec?.Replicas, stop);
        WatchWorkload<V1DaemonSet>(WorkloadKind.DaemonSet, _ => null, stop);
        WatchWorkload<V1Job>(WorkloadKind.Job, _ => null, stop);
        WatchWorkload<V1CronJob>(WorkloadKind.CronJob, _ => null, stop);
        WatchOurs<V1Alpha1Component, ObservedComponent>(V1Alpha1Component.EntityKind, ObservedMapper.Component, c => c.Status?.Conditions, (key, component) => new LoopEvent.ComponentChanged(key, component), stop);
        WatchOurs<V1Alpha1ConnectionMap, ObservedMap>(V1Alpha1ConnectionMap.EntityKind, ObservedMapper.Map, m => m.Status?.Conditions, (key, map) => new LoopEvent.MapChanged(key, map), stop);
        WatchOurs<V1Alpha1Connection, ObservedConnection>(V1Alpha1Connection.EntityKind, ObservedMapper.Connection, c => c.Status?.Conditions, (key, connection) => new LoopEvent.ConnectionChanged(key, connection), stop);
        FirstListDone();
        return Task.WhenAll(_caches);
    }

    /// <summary>A kind whose status we write: its conditions' times are learned, and forgotten with the object.</summary>
    private void WatchOurs<TEntity, TFacts>(
        string kind, Func<TEntity, TFacts> reduce, Func<TEntity, IReadOnlyList<V1Condition>?> written, Func<NamespacedName, TFacts?, LoopEvent> toEvent, CancellationToken stop)
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
        where TFacts : class =>
        Watch<TEntity, TFacts>(
            entity =>
            {
                conditions.Learn(new ObjectId(kind, entity.Metadata.Key(), entity.Metadata.Uid ?? ""), written(entity));
                return reduce(entity);
            },
            (key, facts) =>
            {
                if (facts is null)
                {
                    conditions.Forget(kind, key);
                }

                return toEvent(key, facts);
            },
            stop);

    private void WatchAdmin<T>(AdminPolicyKind kind, Func<T, AdminPolicy> reduce, CancellationToken stop)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        WatchOptional(reduce, (key, policy) => new LoopEvent.AdminPolicyChanged(kind, key.Name, policy), stop);

    private void WatchOther<T>(string kind, CancellationToken stop)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        WatchOptional<T, OtherPolicy>(
            policy => new OtherPolicy(kind, policy.Metadata.NamespaceProperty ?? "", policy.Metadata.Name ?? ""),
            (key, policy) => new LoopEvent.OtherPolicyChanged(new OtherPolicy(kind, key.Namespace, key.Name), policy is not null),
            stop);

    /// <summary>A kind that the cluster may lack.</summary>
    private void WatchOptional<TEntity, TFacts>(Func<TEntity, TFacts> reduce, Func<NamespacedName, TFacts?, LoopEvent> toEvent, CancellationToken stop)
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
        where TFacts : class
    {
        Interlocked.Increment(ref _waiting);
        var cache = new OptionalCache<TEntity, TFacts>(client, reduce, (key, facts) => post(toEvent(key, facts)), time, random, loggers);
        _caches.Add(cache.RunAsync(stop));
        _caches.Add(ReleaseAsync());

        async Task ReleaseAsync()
        {
            await cache.FirstAsync(stop);
            FirstListDone();
        }
    }

    private void WatchWorkload<T>(WorkloadKind kind, Func<T, int?> replicas, CancellationToken stop)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        Watch<T, WorkloadFacts>(
            w => FactMapper.Workload(w, kind, replicas(w)),
            (key, facts) => new LoopEvent.WorkloadChanged(new WorkloadKey(kind, key.Namespace, key.Name), facts),
            stop);

    private void Watch<TEntity, TFacts>(Func<TEntity, TFacts> reduce, Func<NamespacedName, TFacts?, LoopEvent> toEvent, CancellationToken stop)
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
    {
        Interlocked.Increment(ref _waiting);
        var first = true;
        var cache = new ResourceCache<TEntity, TFacts>(
            client,
            reduce,
            (change, _) =>
            {
                switch (change)
                {
                    case ResourceChange<TFacts>.Added added:
                        post(toEvent(added.Key, added.Object));
                        break;
                    case ResourceChange<TFacts>.Updated updated:
                        post(toEvent(updated.Key, updated.Object));
                        break;
                    case ResourceChange<TFacts>.Deleted deleted:
                        post(toEvent(deleted.Key, default));
                        break;
                    case ResourceChange<TFacts>.Synced when first:
                        first = false;
                        FirstListDone();
                        break;
                }

                return ValueTask.CompletedTask;
            },
            time,
            random,
            logger: loggers.CreateLogger<ResourceCache<TEntity, TFacts>>());
        _caches.Add(cache.RunAsync(stop));
    }

    private void FirstListDone()
    {
        if (Interlocked.Decrement(ref _waiting) == 0)
        {
            _synced = true;
            post(new LoopEvent.Synced());
        }
    }
}
