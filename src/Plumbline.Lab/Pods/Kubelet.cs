using System.Net;
using System.Text.Json.Nodes;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Lab.Cluster;
using Plumbline.Lab.Estate;
using Plumbline.Lab.Listeners;
using Plumbline.Lab.Network;
using Plumbline.Lab.Network.Rules;

namespace Plumbline.Lab.Pods;

/// <summary>
/// Plays the kubelets, and the scheduler, for pods that somebody makes with kubectl and gives <see cref="PodAnnotations"/>: a network, what listens in it, a
/// status, and an end. A pod that is deleted goes, whoever made it; only the network of one that was wired by hand stays.
/// </summary>
internal sealed class Kubelet(RunningPods pods, LabNetwork network, ApiObjects api, IKubernetesClient client, TimeProvider time, ILogger log)
{
    private const string Manager = "kubelet";

    private static readonly TimeSpan EstateGrace = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, string> _reported = [];
    private readonly Dictionary<string, DateTimeOffset> _started = [];
    private readonly Dictionary<string, long> _ending = [];
    private int _nextNode;

    /// <summary>Has the listeners of <see cref="RunningPods"/> brought in line.</summary>
    public required Func<CancellationToken, Task> ListenersChanged { get; init; }

    /// <summary>Brings what runs in line with the API's pods.</summary>
    /// <returns>When to look again though nothing changes; null: no need.</returns>
    public async Task<TimeSpan?> SyncAsync(IReadOnlyCollection<V1Pod> wanted, CancellationToken stop)
    {
        var before = pods.All;
        var byKey = wanted.ToDictionary(p => p.Metadata.Key().ToString());
        await EndGoneAsync(byKey, stop);
        foreach (var pod in wanted.Where(p => p.Metadata.DeletionTimestamp is null))
        {
            await StartAsync(pod, stop);
        }

        if (!before.SequenceEqual(pods.All))
        {
            await ListenersChanged(stop);
        }

        foreach (var pod in wanted.Where(p => p.Metadata.DeletionTimestamp is null))
        {
            await ReportAsync(pod, stop);
        }

        return await FinishAsync([.. wanted.Where(p => p.Metadata.DeletionTimestamp is not null)], stop);
    }

    private async Task EndGoneAsync(Dictionary<string, V1Pod> wanted, CancellationToken stop)
    {
        foreach (var running in pods.All)
        {
            var pod = wanted.GetValueOrDefault(running.Key);
            if (running.Uid is null && pod is not null)
            {
                pods.Set(running with { Uid = pod.Metadata.Uid });
            }
            else if (running.Uid is not null && pod?.Metadata.Uid != running.Uid)
            {
                pods.Remove(running.Key);
                _reported.Remove(running.Key);
                await ListenersChanged(stop);
                if (running.Network is { } own)
                {
                    await network.RemovePodAsync(own);
                }
            }
        }
    }

    private async Task StartAsync(V1Pod pod, CancellationToken stop)
    {
        var key = pod.Metadata.Key().ToString();
        if (pods.Find(key) is not null || PodAnnotations.Of(pod.Metadata.Annotations) is not { Problems.Count: 0 } asked)
        {
            return;
        }

        if (pod.Spec.NodeName is not { Length: > 0 } nodeName)
        {
            await BindAsync(pod, stop);
            return;
        }

        if (network.Nodes.FirstOrDefault(n => n.Name == nodeName) is not { } node)
        {
            // A node that the lab only has on paper: its pods have an address and nothing else.
            return;
        }

        try
        {
            var own = pod.Spec.HostNetwork == true ? null : await network.AddPodAsync(new PodPlacement(nodeName, asked.Address), stop);
            var place = own?.Namespace ?? node.Namespace;
            if (own is not null && asked.Redirect is { } port)
            {
                await Nft.LoadAsync(place, Redirection(port), stop);
            }

            _started[key] = time.GetUtcNow();
            pods.Set(new RunningPod(
                pod.Metadata.NamespaceProperty, pod.Metadata.Name, Owner(pod), nodeName, place, own, own is null ? node.Addresses : own.Addresses, Listeners(pod, asked, place))
            {
                Uid = pod.Metadata.Uid,
            });
        }
        catch (InvalidOperationException e)
        {
            Log.PodNotStarted(log, key, e.Message);
            await TellAsync(pod, [], node.Address.ToString(), ready: false, e.Message, stop);
        }
    }

    /// <summary>The scheduler's part: nodes take turns.</summary>
    private async Task BindAsync(V1Pod pod, CancellationToken stop)
    {
        var node = network.Nodes[_nextNode++ % network.Nodes.Count].Name;
        await client.PatchAsync<V1Pod>(
            pod.Metadata.Name, pod.Metadata.NamespaceProperty, new JsonObject { ["spec"] = new JsonObject { ["nodeName"] = node } }, new PatchOptions { FieldManager = "kube-scheduler" }, stop);
    }

    private static IReadOnlyList<PlacedListener> Listeners(V1Pod pod, PodAnnotations asked, NetworkNamespace place)
    {
        var (name, @namespace) = (pod.Metadata.Name, pod.Metadata.NamespaceProperty);
        var owner = Owner(pod) ?? $"{@namespace}/{name}";
        IReadOnlyList<string> names = asked.Names.Count > 0 ? asked.Names : [name, $"{name}.{@namespace}", $"{name}.{@namespace}.svc", $"{name}.{@namespace}.svc.cluster.local"];
        return
        [
            .. asked.Ports.Select(p => new PlacedListener(owner, $"{@namespace}/{name}", p.Port, new ListenerSpec(place, p.Port, p.Kind)
            {
                HostNames = names, Address = p.Address,
            })),
        ];
    }

    private async Task ReportAsync(V1Pod pod, CancellationToken stop)
    {
        if (PodAnnotations.Of(pod.Metadata.Annotations) is not { } asked || pod.Spec.NodeName is not { Length: > 0 } nodeName)
        {
            return;
        }

        var node = network.Nodes.FirstOrDefault(n => n.Name == nodeName);
        if (asked.Problems.Count > 0)
        {
            await TellAsync(pod, [], node?.Address.ToString() ?? "", ready: false, string.Join("; ", asked.Problems), stop);
        }
        else if (node is null)
        {
            await TellAsync(pod, asked.Address is { } address ? [address.ToString()] : [], "", asked.Ready, null, stop);
        }
        else if (pods.Find(pod.Metadata.Key().ToString()) is { } running && running.Uid == pod.Metadata.Uid)
        {
            await TellAsync(pod, [.. running.Addresses.Select(a => a.ToString())], node.Address.ToString(), asked.Ready, null, stop);
        }
    }

    /// <summary>Only what is news: what somebody else writes into a status stays until then.</summary>
    private async Task TellAsync(V1Pod pod, IReadOnlyList<string> addresses, string node, bool ready, string? problem, CancellationToken stop)
    {
        var key = pod.Metadata.Key().ToString();
        var news = $"{pod.Metadata.Uid} {string.Join(' ', addresses)} {ready} {problem}";
        if (_reported.GetValueOrDefault(key) == news)
        {
            return;
        }

        var report = new PodReport(
            pod.Metadata.NamespaceProperty, pod.Metadata.Name, [.. pod.Spec.Containers.Select(c => c.Name)], addresses, node, ready && problem is null,
            _started.GetValueOrDefault(key, time.GetUtcNow()), time.GetUtcNow(), problem);
        try
        {
            await api.ApplyStatusAsync(Manifests.PodStatus(report), Manager, stop);
            _reported[key] = news;
        }
        catch (InvalidOperationException e)
        {
            // Gone in the meantime; the next look sees that.
            Log.PodNotReported(log, key, e.Message);
        }
    }

    /// <summary>Ends pods that are Terminating when their time has come.</summary>
    private async Task<TimeSpan?> FinishAsync(IReadOnlyList<V1Pod> terminating, CancellationToken stop)
    {
        TimeSpan? next = null;
        foreach (var gone in _ending.Keys.Except(terminating.Select(p => p.Metadata.Uid)).ToList())
        {
            _ending.Remove(gone);
        }

        foreach (var pod in terminating)
        {
            _ending.TryAdd(pod.Metadata.Uid, time.GetTimestamp());
            var left = TerminatesAfter(pod) - time.GetElapsedTime(_ending[pod.Metadata.Uid]);
            if (left > TimeSpan.Zero)
            {
                next = next is null || left < next ? left : next;
                continue;
            }

            await client.DeleteAsync<V1Pod>(
                pod.Metadata.Name, pod.Metadata.NamespaceProperty,
                new V1DeleteOptions { GracePeriodSeconds = 0, Preconditions = new V1Preconditions { Uid = pod.Metadata.Uid } }, stop);
        }

        return next;
    }

    /// <summary>A pod of the estate goes on serving for a moment, as well-behaved ones do until nobody sends them anything any more.</summary>
    private TimeSpan TerminatesAfter(V1Pod pod) =>
        PodAnnotations.Of(pod.Metadata.Annotations)?.TerminatesAfter ?? (pods.Find(pod.Metadata.Key().ToString()) is null ? TimeSpan.Zero : EstateGrace);

    private static string? Owner(V1Pod pod) => pod.Metadata.OwnerReferences?.FirstOrDefault(o => o.Controller == true) is { } owner ? $"{pod.Metadata.NamespaceProperty}/{owner.Name}" : null;

    private static string Redirection(int port) => $$"""
        table ip plumbline-sidecar {
          chain output { type nat hook output priority -100; policy accept; meta l4proto tcp ip daddr != 127.0.0.0/8 redirect to :{{port}}
          }
        }

        """;
}

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Pod {Pod} cannot start: {Problem}")]
    public static partial void PodNotStarted(ILogger log, string pod, string problem);

    [LoggerMessage(2, LogLevel.Information, "The status of pod {Pod} could not be written: {Problem}")]
    public static partial void PodNotReported(ILogger log, string pod, string problem);
}
