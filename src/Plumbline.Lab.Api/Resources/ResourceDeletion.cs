using System.Globalization;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Apply;
using Plumbline.Lab.Api.Http;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Storage;

namespace Plumbline.Lab.Api.Resources;

/// <summary>Delete for every kind: at once, or by a timestamp while finalizers (or a pod's grace period) hold the object.</summary>
internal sealed class ResourceDeletion(ObjectStore store, BuiltInHooks hooks, OwnerIndex owners, TimeProvider clock, bool gracefulPods)
{
    /// <returns>The object when it stays for its finalizers (or is a pod), else the success status.</returns>
    public (JsonObject Result, bool IsObject) Delete(ResourceDefinition resource, ObjectKey key, DeleteOptions options) => store.Write(transaction =>
    {
        var item = transaction.Find(resource.CollectionId, key) ?? throw Statuses.NotFound(resource, key.Name);
        if (options.Uid is { } uid && uid != item.Uid)
        {
            throw Statuses.Conflict(resource, key.Name, $"the UID in the precondition ({uid}) does not match the UID in record ({item.Uid}). The object might have been deleted and then recreated");
        }

        if (options.ResourceVersion is { } version && version != item.Revision.ToString(CultureInfo.InvariantCulture))
        {
            throw Statuses.Conflict(
                resource, key.Name, $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({item.Revision}). The object might have been modified");
        }

        var tree = ObjectCodec.Stored(resource, item);
        if (options.DryRun)
        {
            return (Statuses.Success(resource, key.Name, item.Uid), false);
        }

        if (options.Orphan)
        {
            OrphanDependents(transaction, item.Uid);
        }

        if (!MayGoNow(resource, tree, options))
        {
            return (MarkDeleted(transaction, resource, item, tree, options), true);
        }

        var last = Remove(transaction, resource, item);
        return resource.CollectionId == BuiltInResources.Pods ? (last.Tree(), true) : (Statuses.Success(resource, key.Name, item.Uid), false);
    });

    /// <summary>Removes an object that nothing holds any more; for the controllers.</summary>
    public StoredObject Remove(StoreTransaction transaction, ResourceDefinition resource, StoredObject item)
    {
        var last = transaction.Delete(resource.CollectionId, item);
        hooks.Removed(resource, last);
        return last;
    }

    private bool MayGoNow(ResourceDefinition resource, JsonObject tree, DeleteOptions options) =>
        tree.Items("metadata", "finalizers") is not { Count: > 0 }
        && resource.CollectionId is not (BuiltInResources.Namespaces or BuiltInResources.CustomResourceDefinitions)
        && !(gracefulPods && resource.CollectionId == BuiltInResources.Pods && options.GracePeriodSeconds != 0 && tree.Text("spec", "nodeName") is { Length: > 0 }
            && tree.Text("status", "phase") is not ("Succeeded" or "Failed"));

    private JsonObject MarkDeleted(StoreTransaction transaction, ResourceDefinition resource, StoredObject item, JsonObject tree, DeleteOptions options)
    {
        var metadata = tree.Child("metadata");
        if (metadata.Text("deletionTimestamp") is not null)
        {
            return tree;
        }

        var isPod = resource.CollectionId == BuiltInResources.Pods && tree.Items("metadata", "finalizers") is not { Count: > 0 };
        var grace = isPod ? options.GracePeriodSeconds ?? tree.Number("spec", "terminationGracePeriodSeconds") ?? 30 : 0;
        metadata["deletionTimestamp"] = ManagedFields.Stamp(clock.GetUtcNow().AddSeconds(grace));
        metadata["deletionGracePeriodSeconds"] = grace;
        if (resource.HasGeneration)
        {
            metadata["generation"] = (metadata.Number("generation") ?? 0) + 1;
        }

        if (resource.CollectionId == BuiltInResources.Namespaces)
        {
            tree.Child("status")["phase"] = "Terminating";
        }

        transaction.Put(resource.CollectionId, tree);
        return tree;
    }

    private void OrphanDependents(StoreTransaction transaction, string uid)
    {
        foreach (var (collection, key) in owners.DependentsOf(uid))
        {
            if (transaction.Find(collection, key) is { } dependent)
            {
                var tree = dependent.Tree();
                var rest = (tree.Items("metadata", "ownerReferences") ?? []).Where(owner => owner.Text("uid") != uid).Select(owner => owner?.DeepClone());
                tree.Child("metadata")["ownerReferences"] = JsonTree.ArrayOf(rest);
                transaction.Put(collection, tree);
            }
        }
    }
}
