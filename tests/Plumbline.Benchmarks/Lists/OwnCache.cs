using k8s.Models;
using Plumbline.Api;
using Plumbline.Core.Cluster;
using Plumbline.Kubernetes.Caching;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Connection;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Operator.Cluster;

namespace Plumbline.Benchmarks.Lists;

/// <summary>As the operator does it: a cache of facts.</summary>
internal sealed class OwnCache(Uri server) : IListContender
{
    private readonly KubernetesClient _client = new(
        new ApiConnection { Server = server, UseProxy = false }, new KindContracts(UsedFields.Table, PlumblineJson.Default), TimeProvider.System, new Random(1));

    public Task FollowAsync(Action<object> listed, Action changed, CancellationToken stop)
    {
        ResourceCache<V1Pod, PodFacts>? cache = null;
        cache = new ResourceCache<V1Pod, PodFacts>(
            _client,
            FactMapper.Pod,
            (change, _) =>
            {
                switch (change)
                {
                    case ResourceChange<PodFacts>.Synced:
                        listed(cache!);
                        break;
                    case ResourceChange<PodFacts>.Updated:
                        changed();
                        break;
                }

                return ValueTask.CompletedTask;
            },
            TimeProvider.System,
            new Random(1));
        return cache.RunAsync(stop);
    }

    public void Dispose() => _client.Dispose();
}
