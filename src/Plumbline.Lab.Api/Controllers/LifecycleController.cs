using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Resources;
using Plumbline.Lab.Api.Storage;

namespace Plumbline.Lab.Api.Controllers;

/// <summary>
/// What goes when something else is gone: dependents of a removed owner, the content of a namespace or of a CRD that is being deleted. Sleeps
/// until a change gives it something to do.
/// </summary>
internal sealed partial class LifecycleController : IAsyncDisposable
{
    private readonly Channel<Work> _work = Channel.CreateUnbounded<Work>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ObjectStore _store;
    private readonly ResourceDeletion _deletion;
    private readonly ResourceRegistry _registry;
    private readonly OwnerIndex _owners;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    public LifecycleController(ObjectStore store, ResourceDeletion deletion, ResourceRegistry registry, OwnerIndex owners, ILogger logger)
    {
        _store = store;
        _deletion = deletion;
        _registry = registry;
        _owners = owners;
        _logger = logger;
    }

    private abstract record Work
    {
        /// <summary>An owner is gone: its dependents may have to go.</summary>
        public sealed record OwnerGone(string Uid) : Work;

        /// <summary>An object names owners; they may be gone already.</summary>
        public sealed record Dependent(string Collection, ObjectKey Key) : Work;

        public sealed record Namespace(string Name) : Work;

        public sealed record Definition(string Name) : Work;
    }

    /// <summary>Notes a change; runs inside the store's gate.</summary>
    public void Note(string collection, Change change)
    {
        var item = change.Object;
        if (change.Kind == ChangeKind.Deleted)
        {
            _work.Writer.TryWrite(new Work.OwnerGone(item.Uid));
            if (item.Key.Namespace.Length > 0)
            {
                _work.Writer.TryWrite(new Work.Namespace(item.Key.Namespace));
            }

            if (_registry.OfCollection(collection) is { IsCustom: true } resource)
            {
                _work.Writer.TryWrite(new Work.Definition(resource.QualifiedPlural));
            }
        }
        else
        {
            Consider(collection, item);
        }
    }

    /// <summary>Takes up what an earlier process left half done.</summary>
    public void Start()
    {
        foreach (var collection in _store.CollectionIds)
        {
            foreach (var item in _store.Read(collection).Objects.Values)
            {
                Consider(collection, item);
            }
        }

        _loop = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private void Consider(string collection, StoredObject item)
    {
        if (item.OwnerUids.Count > 0)
        {
            _work.Writer.TryWrite(new Work.Dependent(collection, item.Key));
        }

        if (item.Terminating && collection == BuiltInResources.Namespaces)
        {
            _work.Writer.TryWrite(new Work.Namespace(item.Key.Name));
        }

        if (item.Terminating && collection == BuiltInResources.CustomResourceDefinitions)
        {
            _work.Writer.TryWrite(new Work.Definition(item.Key.Name));
        }
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var work in _work.Reader.ReadAllAsync(_stop.Token))
            {
                try
                {
                    Do(work);
                }
                catch (Exception failure) when (failure is Http.ApiStatusException or IOException)
                {
                    LogFailed(_logger, work.ToString(), failure);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // the server is going down
        }
    }

    private void Do(Work work)
    {
        switch (work)
        {
            case Work.OwnerGone gone:
                foreach (var (collection, key) in _owners.DependentsOf(gone.Uid))
                {
                    Collect(collection, key);
                }

                break;
            case Work.Dependent dependent:
                Collect(dependent.Collection, dependent.Key);
                break;
            case Work.Namespace space:
                Empty(BuiltInResources.Namespaces, space.Name, (resource, item) => resource.Namespaced && item.Key.Namespace == space.Name);
                break;
            case Work.Definition definition:
                Empty(BuiltInResources.CustomResourceDefinitions, definition.Name, (resource, _) => resource.QualifiedPlural == definition.Name);
                break;
            default:
                break;
        }
    }

    /// <summary>Deletes a dependent when all its owners are gone, or drops the references to those that are.</summary>
    private void Collect(string collection, ObjectKey key)
    {
        if (_registry.OfCollection(collection) is not { } resource || _store.Find(collection, key) is not { } item || item.OwnerUids.Count == 0)
        {
            return;
        }

        var gone = item.OwnerUids.Where(uid => !_store.HasUid(uid)).ToHashSet(StringComparer.Ordinal);
        if (gone.Count == item.OwnerUids.Count)
        {
            if (!item.Terminating)
            {
                TryDelete(resource, item);
            }
        }
        else if (gone.Count > 0)
        {
            _store.Write(transaction =>
            {
                if (transaction.Find(collection, key) is not { } current)
                {
                    return false;
                }

                var tree = current.Tree();
                var rest = (tree.Items("metadata", "ownerReferences") ?? []).Where(owner => !gone.Contains(owner.Text("uid") ?? "")).Select(owner => owner?.DeepClone());
                tree.Child("metadata")["ownerReferences"] = JsonTree.ArrayOf(rest);
                transaction.Put(collection, tree);
                return true;
            });
        }
    }

    /// <summary>Deletes all that a terminating container holds, and the container itself once nothing is left (finalizers may hold some back).</summary>
    private void Empty(string containers, string name, Func<ResourceDefinition, StoredObject, bool> isInside)
    {
        if (_store.Find(containers, new ObjectKey("", name)) is not { Terminating: true })
        {
            return;
        }

        var left = 0;
        foreach (var collection in _store.CollectionIds)
        {
            if (_registry.OfCollection(collection) is not { } resource)
            {
                continue;
            }

            foreach (var item in _store.Read(collection).Objects.Values.Where(item => isInside(resource, item)))
            {
                if (!item.Terminating)
                {
                    TryDelete(resource, item);
                }

                left += _store.Find(collection, item.Key) is null ? 0 : 1;
            }
        }

        if (left == 0)
        {
            _store.Write(transaction =>
            {
                if (transaction.Find(containers, new ObjectKey("", name)) is { Terminating: true } container && !HasOwnFinalizers(container))
                {
                    _deletion.Remove(transaction, _registry.OfCollection(containers)!, container);
                }

                return true;
            });
        }
    }

    private static bool HasOwnFinalizers(StoredObject container) => container.Tree().Items("metadata", "finalizers") is { Count: > 0 };

    /// <summary>By uid: between the look and the deletion the name may have been given to another object.</summary>
    private void TryDelete(ResourceDefinition resource, StoredObject item)
    {
        try
        {
            _deletion.Delete(resource, item.Key, new DeleteOptions(DryRun: false, item.Uid, null, Orphan: false, GracePeriodSeconds: 0));
        }
        catch (Http.ApiStatusException failure) when (failure.Code is 404 or 409)
        {
            // gone or replaced in the meantime: nothing of what was to go is left
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "clean-up after {Work} failed")]
    private static partial void LogFailed(ILogger logger, string work, Exception failure);
}
