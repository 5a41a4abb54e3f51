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
/// Create, update and apply for every kind:
/// <code>
///   decode ─▶ merge with the live object ─▶ system fields ─▶ defaults ─▶ validate ─▶ ownership ─▶ store
/// </code>
/// The whole way runs inside the store's gate, so a write sees no other write half done and needs no retry.
/// </summary>
internal sealed class ResourceService(ObjectStore store, ResourceRegistry registry, BuiltInHooks hooks, ResourceDeletion deletion, TimeProvider clock)
{
    /// <summary>No vowels and nothing that looks alike: generated names spell no words.</summary>
    private const string NameAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    public ObjectStore Store => store;

    public WriteResult Create(ResourceDefinition resource, string space, JsonObject body, WriteOptions options)
    {
        var tree = ObjectCodec.Decode(resource, body, options);
        WriteChecks.CheckNamespace(resource, space, tree);
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
        WriteChecks.CheckIdentity(resource, key, live, changed);
        return UpdateIn(transaction, resource, item, live, changed, subresource, options, isApplied: false);
    });

    /// <summary>Server-side apply. Creates the object when there is none.</summary>
    public WriteResult Apply(ResourceDefinition resource, ObjectKey key, string subresource, JsonObject body, bool force, WriteOptions options)
    {
        TypedConfiguration.Check(resource, body);
        var configuration = ObjectCodec.Decode(resource, body, options);
        WriteChecks.CheckNamespace(resource, key.Namespace, configuration);
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
            WriteChecks.Restrict(configuration, subresource);
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
            WriteChecks.CheckIdentity(resource, key, live, configuration);
            configuration.Map("metadata")!.Remove("resourceVersion");
            configuration.Map("metadata")!.Remove("uid");
            return UpdateIn(transaction, resource, item, live, FieldOwnership.Apply(live, configuration, force, ownership), subresource, options, isApplied: true);
        });
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
            metadata["generation"] = 1L;
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
                deletion.Remove(transaction, resource, transaction.Find(resource.CollectionId, item.Key)!);
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
        if (live is not null && resource.HasGeneration && WriteChecks.WantsOther(resource, live, tree))
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

    private void CheckNamespaceAlive(StoreTransaction transaction, ResourceDefinition resource, JsonObject metadata)
    {
        var space = metadata.Text("namespace") ?? "";
        var found = transaction.Find(BuiltInResources.Namespaces, new ObjectKey("", space)) ?? throw Statuses.NotFound(registry.OfCollection(BuiltInResources.Namespaces)!, space);
        if (found.Terminating)
        {
            throw Statuses.NamespaceTerminating(resource, metadata.Text("name") ?? "", space);
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
