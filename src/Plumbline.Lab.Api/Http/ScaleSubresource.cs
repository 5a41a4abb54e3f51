using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Resources;
using Plumbline.Lab.Api.Storage;

namespace Plumbline.Lab.Api.Http;

/// <summary>The wanted and actual replicas of a kind as <c>autoscaling/v1 Scale</c>.</summary>
internal static class ScaleSubresource
{
    public static async Task HandleAsync(HttpContext context, ResourceService service, ResourceDefinition resource, RequestInfo info, WriteOptions options)
    {
        var key = new ObjectKey(info.Namespace, info.Name);
        switch (info.Verb)
        {
            case "get":
                var item = service.Store.Find(resource.CollectionId, key) ?? throw Statuses.NotFound(resource, info.Name);
                await ResponseWriter.WriteAsync(context, 200, Scale(resource, ObjectCodec.Stored(resource, item)));
                break;
            case "update":
                var wanted = await RequestBody.ReadObjectAsync(context.Request);
                await WriteAsync(context, service, resource, key, _ => wanted, options);
                break;
            case "patch":
                var patch = await RequestBody.ReadAsync(context.Request, null);
                var change = ResourceHandler.Patch(context.Request.ContentType?.Split(';')[0].Trim(), patch, resource with { IsCustom = false });
                await WriteAsync(context, service, resource, key, change, options);
                break;
            default:
                throw Statuses.MethodNotAllowed(resource);
        }
    }

    private static Task WriteAsync(HttpContext context, ResourceService service, ResourceDefinition resource, ObjectKey key, Func<JsonObject, JsonObject> change, WriteOptions options)
    {
        var result = service.Modify(resource, key, "scale", live =>
        {
            var scale = change(Scale(resource, live));
            Set(live, resource.Scale!.SpecReplicas, scale.Number("spec", "replicas") ?? throw Statuses.BadRequest("spec.replicas must be a number"));
            live.Child("metadata")["resourceVersion"] = scale.Text("metadata", "resourceVersion") ?? live.Text("metadata", "resourceVersion");
            return live;
        }, options);
        return ResponseWriter.WriteAsync(context, 200, Scale(resource, result.Stored));
    }

    private static JsonObject Scale(ResourceDefinition resource, JsonObject tree)
    {
        var paths = resource.Scale!;
        var status = new JsonObject { ["replicas"] = At(tree, paths.StatusReplicas).Number() ?? 0 };
        var selector = paths.LabelSelector is { } path
            ? At(tree, path).Text()
            : string.Join(",", (tree.Map("spec", "selector", "matchLabels") ?? []).Select(pair => $"{pair.Key}={pair.Value.Text()}"));
        if (!string.IsNullOrEmpty(selector))
        {
            status["selector"] = selector;
        }

        var metadata = new JsonObject();
        foreach (var name in new[] { "name", "namespace", "uid", "resourceVersion", "creationTimestamp" })
        {
            if (tree["metadata"]?[name] is { } value)
            {
                metadata[name] = value.DeepClone();
            }
        }

        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["replicas"] = At(tree, paths.SpecReplicas).Number() ?? 0 },
            ["status"] = status,
        };
    }

    private static JsonNode? At(JsonObject tree, string path) => tree.At(path.Split('.'));

    private static void Set(JsonObject tree, string path, long value)
    {
        var parts = path.Split('.');
        var parent = parts[..^1].Aggregate(tree, (map, part) => map.Child(part));
        parent[parts[^1]] = value;
    }
}
