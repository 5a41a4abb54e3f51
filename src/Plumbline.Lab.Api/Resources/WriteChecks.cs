using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Http;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Storage;

namespace Plumbline.Lab.Api.Resources;

/// <summary>What must hold between a request's path, its body and the live object before anything is merged.</summary>
internal static class WriteChecks
{
    /// <summary>An apply of one endpoint says nothing about the other's half, even if the configuration holds it.</summary>
    public static void Restrict(JsonObject configuration, string subresource)
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

    public static bool WantsOther(ResourceDefinition resource, JsonObject live, JsonObject tree) =>
        live.Select(pair => pair.Key).Union(tree.Select(pair => pair.Key))
            .Where(key => key is not ("metadata" or "apiVersion" or "kind") && !(key == "status" && resource.HasStatus))
            .Any(key => !JsonTree.Same(live[key], tree[key]));

    public static void CheckIdentity(ResourceDefinition resource, ObjectKey key, JsonObject live, JsonObject changed)
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

    public static void CheckNamespace(ResourceDefinition resource, string space, JsonObject tree)
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
}
