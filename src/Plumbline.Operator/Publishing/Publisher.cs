using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Plumbline.Api;
using Plumbline.Core.Rows;
using Plumbline.Core.Words;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Events;
using Plumbline.Operator.Cluster;
using Plumbline.Operator.Dispatch;
using Plumbline.Operator.Publishing.Status;
using Plumbline.Operator.Rbac;
using Plumbline.Operator.Running;

namespace Plumbline.Operator.Publishing;

/// <summary>Carries out effects: plans to the hub, writes to the API server through a queue, events to the recorder.</summary>
[EntityRbac(typeof(V1Alpha1Connection), Verbs = RbacVerb.Create | RbacVerb.Patch | RbacVerb.Delete, Why = "a Connection for each row; server-side apply needs create and patch")]
[EntityRbac(typeof(V1Alpha1Component), typeof(V1Alpha1ConnectionMap), typeof(V1Alpha1Connection), Subresource = "status", Verbs = RbacVerb.Patch, Why = "what the cluster says")]
[EntityRbac(typeof(Eventsv1Event), Verbs = RbacVerb.Create | RbacVerb.Patch, Why = "events, and the count of those that repeat")]
public sealed class Publisher(
    IKubernetesClient client,
    AgentHub hub,
    EventRecorder events,
    ConditionTimes conditions,
    Func<bool> mayWrite,
    TimeProvider time,
    Random random,
    ILogger<Publisher> logger) : IDisposable
{
    /// <summary>Status has a manager of its own, so that an apply of a spec never gives it up.</summary>
    private static readonly PatchOptions AsStatus = new() { FieldManager = "plumbline-status", Status = true };

    private readonly StatusWriter _status = new(conditions);
    private readonly WriteQueue<string> _writes = new(workers: 4, time, random, logger);

    public int QueueDepth => _writes.Depth;

    public Task RunAsync(CancellationToken stop) => _writes.RunAsync(stop);

    /// <summary>The right to write is lost: forget what waits.</summary>
    public void Clear() => _writes.Clear();

    public void Dispose() => _writes.Dispose();

    public void CarryOut(IReadOnlyList<Effect> effects)
    {
        foreach (var effect in effects)
        {
            CarryOut(effect);
        }
    }

    private void CarryOut(Effect effect)
    {
        switch (effect)
        {
            case Effect.ChangePlan plan:
                hub.ChangePlan(plan.Node, plan.Change);
                break;
            case Effect.ApplyConnection apply:
                Write($"Connection {apply.Key}", stop => client.ApplyAsync(((V1Alpha1Manifest)apply.Manifest).Object, null, stop));
                break;
            case Effect.DeleteConnection delete:
                Write($"Connection {delete.Key}", stop => Delete(delete, stop));
                break;
            case Effect.PublishConnection publish:
                // Made here, in order, so that transition times follow the verdicts and not the queue.
                var connection = _status.Connection(publish.Key, publish.Report, time.GetUtcNow());
                Write($"status of Connection {publish.Key}", stop => WriteStatus(connection, stop));
                break;
            case Effect.PublishMap publish:
                var map = _status.Map(publish.Key, publish.Report, time.GetUtcNow());
                Write($"status of ConnectionMap {publish.Key}", stop => WriteStatus(map, stop));
                break;
            case Effect.PublishComponent publish:
                var component = _status.Component(publish.Key, publish.Report, time.GetUtcNow());
                Write($"status of Component {publish.Key}", stop => WriteStatus(component, stop));
                break;
            case Effect.RecordEvent e:
                Log.VerdictMoved(logger, e.Key.ToString(), e.Reason.Name, e.Message);
                events.Record(Reference(e.Key, e.Uid), e.Warning ? EventType.Warning : EventType.Normal, e.Reason.Name, "Verify", e.Message);
                break;
            default:
                throw new InvalidOperationException($"unknown effect {effect}");
        }
    }

    private void Write(string key, Func<CancellationToken, Task> write) => _writes.Enqueue(key, stop =>
    {
        // Between the effect and its turn the lease may be lost; a newer leader's word must not be overwritten.
        return mayWrite() ? write(stop) : Task.CompletedTask;
    });

    private async Task Delete(Effect.DeleteConnection delete, CancellationToken stop)
    {
        try
        {
            await client.DeleteAsync<V1Alpha1Connection>(delete.Key.Name, delete.Key.Namespace, new V1DeleteOptions { Preconditions = new V1Preconditions { Uid = delete.Uid } }, stop);
        }
        catch (KubernetesRequestException e) when (e.Kind == KubernetesErrorKind.Conflict)
        {
            // Another object has the name by now; the loop sees it and decides anew.
        }
    }

    private async Task WriteStatus<T>(T entity, CancellationToken stop)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        try
        {
            await client.ApplyAsync(entity, AsStatus, stop);
        }
        catch (KubernetesRequestException e) when (e.Kind == KubernetesErrorKind.NotFound)
        {
            // Deleted meanwhile: there is nothing left to report on.
        }
    }

    private static V1ObjectReference Reference(NamespacedName key, string uid) => new()
    {
        ApiVersion = V1Alpha1Api.GroupVersion,
        Kind = V1Alpha1Connection.EntityKind,
        NamespaceProperty = key.Namespace,
        Name = key.Name,
        Uid = uid,
    };
}
