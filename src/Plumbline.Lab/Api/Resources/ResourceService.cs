using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Apply;
using Plumbline.Lab.Api.Http;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Schema;
using Plumbline.Lab.Api.Storage;

namespace Plumbline.Lab.Api.Resources;

/// <summary>What a write left: the object in the stored version, and whether it is new.</summary>
internal sealed record WriteResult(JsonObject Stored, bool IsNew);

/// <summary>
/// Create, update, apply and delete for every kind:
/// <code>
///   decode ─▶ merge with the live object ─▶ system fields ─▶ defaults ─▶ validate ─▶ ownership ─▶ store
/// </code>
/// The whole way runs inside the store's gate, so a write sees no other write half done and needs no retry.
/// </summary>
internal sealed class ResourceService(ObjectStore store, ResourceRegistry registry, BuiltInHooks hooks, OwnerIndex owners, TimeProvider clock, bool gracefulPods)
{
    /// <summary>No vowels and nothing that looks alike: generated names spell no words.</summary>
    private const string NameAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    public ObjectStore Store => store;

    public WriteResult Create(ResourceDefinition resource, string space, JsonObject body, WriteOptions options)
    {
        var tree = ObjectCodec.Decode(resource, body, options);
        CheckNamespace(resource, space, tree);
        var metadata = tree.Child("metadata");
        if (metadata.Text("resourceVersion") is { Length: > 0 })
        {
            throw Statuses.BadRequest("resourceVersion should not be set on objects to be created");
        }

        var generated = metadata.Text("name") is not { Length: > 0 };
        if (generated && metadata.Text("generateName") is not { Length: > 0 })
        {
            throw Statuses.Invalid(resource, "", [FieldError.Required("metadata.name", "name or generateName is required")]);
        }

        return store.Write(transaction =>
        {
            do
            {
                if (generated)
                {
                    metadata["name"] = metadata.Text("generateName") + RandomNumberGenerator.GetString(NameAlphabet, 5);
                }
            }
            while (generated && transaction.Find(resource.CollectionId, KeyOf(metadata)) is not null);

            return CreateIn(transaction, resource, tree, options, isApplied: false);
        });
    }

    /// <summary>PUT. A body without a resource version overwrites; kinds that may not be overwritten unseen are rejected.</summary>
    public WriteResult Replace(ResourceDefinition resource, ObjectKey key, string subresource, JsonObject body, WriteOptions options) => Modify(resource, key, subresource, live =>
    {
        if (resource.IsCustom && body.Text("metadata", "resourceVersion") is not { Length: > 0 })
        {
            throw Statuses.MustNameVersion(resource, key.Name);
        }

        return body;
    }, options);

    /// <summary>Any write that derives the new object from the live one, such as a patch. The change gets the served version, as a copy of its own.</summary>
    public WriteResult Modify(ResourceDefinition resource, ObjectKey key, string subresource, Func<JsonObject, JsonObject> change, WriteOptions options) => store.Write(transaction =>
    {
        var item = transaction.Find(resource.CollectionId, key) ?? throw Statuses.NotFound(resource, key.Name);
        var live = ObjectCodec.Stored(resource, item);
        var changed = ObjectCodec.Decode(resource, change(ObjectCodec.ToServed(resource, live.Copy())), options);
        CheckIdentity(resource, key, live, changed);
        return UpdateIn(transaction, resource, item, live, changed, subresource, options, isApplied: false);
    });

    /// <summary>Server-side apply. Creates the object when there is none.</summary>
    public WriteResult Apply(ResourceDefinition resource, ObjectKey key, string subresource, JsonObject body, bool force, WriteOptions options)
    {
        TypedConfiguration.Check(resource, body);
        var configuration = ObjectCodec.Decode(resource, body, options);
        CheckNamespace(resource, key.Namespace, configuration);
        if (configuration.Text("metadata", "name") is { Length: > 0 } name && name != key.Name)
        {
            throw Statuses.BadRequest($"the name of the object ({name}) does not match the name on the URL ({key.Name})");
        }

        if (configuration.Items("metadata", "managedFields") is { Count: > 0 })
        {
            throw Statuses.BadRequest("metadata.managedFields must be nil");
        }

        configuration.Child("metadata")["name"] = key.Name;
        if (resource.HasStatus)
        {
            Restrict(configuration, subresource);
        }

        return store.Write(transaction =>
        {
            var ownership = Ownership(resource, subresource, options, isApply: true);
            if (transaction.Find(resource.CollectionId, key) is not { } item)
            {
                if (subresource.Length > 0)
                {
                    throw Statuses.NotFound(resource, key.Name);
                }

                if (configuration.Text("metadata", "uid") is { Length: > 0 } uid)
                {
                    throw Statuses.Conflict(resource, key.Name, $"uid mismatch: the provided object specified uid {uid}, and no existing object was found");
                }

                var empty = new JsonObject { ["apiVersion"] = configuration["apiVersion"]?.DeepClone(), ["kind"] = resource.Kind, ["metadata"] = new JsonObject() };
                return CreateIn(transaction, resource, FieldOwnership.Apply(empty, configuration, force, ownership), options, isApplied: true);
            }

            var live = ObjectCodec.Stored(resource, item);
            CheckIdentity(resource, key, live, configuration);
            configuration.Map("metadata")!.Remove("resourceVersion");
            configuration.Map("metadata")!.Remove("uid");
            return UpdateIn(transaction, resource, item, live, FieldOwnership.Apply(live, configuration, force, ownership), subresource, options, isApplied: true);
        });
    }

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

    private WriteResult CreateIn(StoreTransaction transaction, ResourceDefinition resource, JsonObject tree, WriteOptions options, bool isApplied)
    {
        var metadata = tree.Child("metadata");
        if (resource.Namespaced)
        {
            CheckNamespaceAlive(transaction, resource, metadata);
        }

        var key = KeyOf(metadata);
        if (transaction.Find(resource.CollectionId, key) is not null)
        {
            throw Statuses.AlreadyExists(resource, key.Name);
        }

        var now = ManagedFields.Stamp(clock.GetUtcNow());
        ObjectMetadata.TakeSystemFields(metadata, null);
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = now;
        if (resource.HasGeneration)
        {
            metadata["generation"] = 1;
        }

        if (resource.HasStatus)
        {
            tree.Remove("status");
        }

        return Finish(transaction, resource, tree, null, "", options, now, isApplied, result => new WriteResult(result, true));
    }

    private WriteResult UpdateIn(
        StoreTransaction transaction, ResourceDefinition resource, StoredObject item, JsonObject live, JsonObject changed, string subresource, WriteOptions options, bool isApplied)
    {
        var tree = changed;
        if (subresource == "status")
        {
            tree = live.Copy();
            Take(tree, changed, "status");
            Take(tree.Child("metadata"), changed.Map("metadata"), "managedFields");
        }
        else if (resource.HasStatus)
        {
            Take(tree, live, "status");
        }

        var metadata = tree.Child("metadata");
        ObjectMetadata.TakeSystemFields(metadata, live.Map("metadata"));
        metadata["resourceVersion"] = live.Text("metadata", "resourceVersion");
        var now = ManagedFields.Stamp(clock.GetUtcNow());
        return Finish(transaction, resource, tree, live, subresource, options, now, isApplied, result =>
        {
            var finished = metadata.Text("deletionTimestamp") is not null && metadata.Items("finalizers") is not { Count: > 0 }
                && resource.CollectionId is not (BuiltInResources.Namespaces or BuiltInResources.CustomResourceDefinitions)
                && metadata.Number("deletionGracePeriodSeconds") is not > 0;
            if (finished && !options.DryRun)
            {
                Remove(transaction, resource, transaction.Find(resource.CollectionId, item.Key)!);
            }

            return new WriteResult(result, false);
        });
    }

    private WriteResult Finish(
        StoreTransaction transaction, ResourceDefinition resource, JsonObject tree, JsonObject? live, string subresource, WriteOptions options, string now, bool isApplied,
        Func<JsonObject, WriteResult> finish)
    {
        ObjectCodec.Default(resource, tree);
        hooks.Prepare(transaction, resource, tree, live, now);
        var metadata = tree.Child("metadata");
        if (live is not null && resource.HasGeneration && WantsOther(resource, live, tree))
        {
            metadata["generation"] = (live.Number("metadata", "generation") ?? 0) + 1;
        }

        List<FieldError> errors = [.. ObjectMetadata.Validate(tree, live, resource), .. BuiltInHooks.Validate(resource, tree)];
        if (resource.IsCustom)
        {
            errors.AddRange(SchemaValidator.Validate(tree, live, resource.Schema, ""));
        }

        if (errors.Count > 0)
        {
            throw Statuses.Invalid(resource, metadata.Text("name") ?? "", errors);
        }

        if (!isApplied)
        {
            FieldOwnership.Track(live, tree, Ownership(resource, subresource, options, isApply: false));
        }

        if (options.DryRun || JsonTree.Same(tree, live))
        {
            return finish(tree);
        }

        var stored = transaction.Put(resource.CollectionId, tree);
        hooks.Written(resource, stored);
        if (live is null && resource.CollectionId == BuiltInResources.Namespaces)
        {
            var account = new JsonObject
            {
                ["apiVersion"] = "v1", ["kind"] = "ServiceAccount", ["metadata"] = new JsonObject { ["name"] = "default", ["namespace"] = stored.Key.Name },
            };
            CreateIn(transaction, registry.OfCollection(BuiltInResources.ServiceAccounts)!, account, options with { FieldManager = "kube-controller-manager" }, isApplied: false);
        }

        return finish(tree);
    }

    private OwnershipContext Ownership(ResourceDefinition resource, string subresource, WriteOptions options, bool isApply) => new(
        resource.MergeSchema,
        new FieldManager(options.FieldManager, isApply, resource.ApiVersion, subresource),
        resource.HasStatus,
        ManagedFields.Stamp(clock.GetUtcNow()));

    /// <summary>An apply of one endpoint says nothing about the other's half, even if the configuration holds it.</summary>
    private static void Restrict(JsonObject configuration, string subresource)
    {
        if (subresource != "status")
        {
            configuration.Remove("status");
            return;
        }

        foreach (var key in configuration.Select(pair => pair.Key).Except(["apiVersion", "kind", "metadata", "status"]).ToList())
        {
            configuration.Remove(key);
        }

        var metadata = configuration.Child("metadata");
        foreach (var key in metadata.Select(pair => pair.Key).Except(["name", "namespace", "uid", "resourceVersion"]).ToList())
        {
            metadata.Remove(key);
        }
    }

    private static bool WantsOther(ResourceDefinition resource, JsonObject live, JsonObject tree) =>
        live.Select(pair => pair.Key).Union(tree.Select(pair => pair.Key))
            .Where(key => key is not ("metadata" or "apiVersion" or "kind") && !(key == "status" && resource.HasStatus))
            .Any(key => !JsonTree.Same(live[key], tree[key]));

    private static void CheckIdentity(ResourceDefinition resource, ObjectKey key, JsonObject live, JsonObject changed)
    {
        CheckNamespace(resource, key.Namespace, changed);
        var metadata = changed.Child("metadata");
        if (metadata.Text("name") is { Length: > 0 } name && name != key.Name)
        {
            throw Statuses.BadRequest($"the name of the object ({name}) does not match the name on the URL ({key.Name})");
        }

        metadata["name"] = key.Name;
        if (metadata.Text("uid") is { Length: > 0 } uid && uid != live.Text("metadata", "uid"))
        {
            throw Statuses.Conflict(resource, key.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {live.Text("metadata", "uid")}");
        }

        if (metadata.Text("resourceVersion") is { Length: > 0 } version && version != live.Text("metadata", "resourceVersion"))
        {
            throw Statuses.Modified(resource, key.Name);
        }
    }

    private static void CheckNamespace(ResourceDefinition resource, string space, JsonObject tree)
    {
        var metadata = tree.Child("metadata");
        if (!resource.Namespaced)
        {
            metadata.Remove("namespace");
        }
        else if (metadata.Text("namespace") is { Length: > 0 } named && named != space)
        {
            throw Statuses.BadRequest($"the namespace of the provided object does not match the namespace sent on the request");
        }
        else
        {
            metadata["namespace"] = space;
        }
    }

    private void CheckNamespaceAlive(StoreTransaction transaction, ResourceDefinition resource, JsonObject metadata)
    {
        var space = metadata.Text("namespace") ?? "";
        var found = transaction.Find(BuiltInResources.Namespaces, new ObjectKey("", space)) ?? throw Statuses.NotFound(registry.OfCollection(BuiltInResources.Namespaces)!, space);
        if (found.Terminating)
        {
            throw Statuses.NamespaceTerminating(resource, metadata.Text("name") ?? "", space);
        }
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

    private static void Take(JsonObject into, JsonObject? from, string key)
    {
        into.Remove(key);
        if (from?[key] is { } value)
        {
            into[key] = value.DeepClone();
        }
    }

    private static ObjectKey KeyOf(JsonObject metadata) => new(metadata.Text("namespace") ?? "", metadata.Text("name") ?? "");
}
