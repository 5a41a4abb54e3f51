using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Plumbline.Lab.Api.Auth;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Patching;
using Plumbline.Lab.Api.Resources;
using Plumbline.Lab.Api.Storage;

namespace Plumbline.Lab.Api.Http;

/// <summary>From a request to a resource to the operation that it asks for.</summary>
internal sealed class ResourceHandler(
    ResourceService service, ResourceDeletion deletion, ResourceRegistry registry, Reviews reviews, ListHandler lists, WatchHandler watches, TimeProvider clock)
{
    public Task HandleAsync(HttpContext context, RequestInfo info, UserInfo user)
    {
        var resource = registry.Find(info.Group, info.Version, info.Resource)
            ?? throw (info.Group.Length == 0 || registry.All.Any(known => known.Group == info.Group) ? Statuses.UnknownPath() : Statuses.UnknownGroup());
        if (!resource.Namespaced && info.Namespace.Length > 0 && resource.CollectionId != BuiltInResources.Namespaces)
        {
            throw Statuses.UnknownPath();
        }

        if (resource.IsReview)
        {
            return info is { Verb: "create", Name: "" } ? AnswerAsync(context, resource, user) : throw Statuses.MethodNotAllowed(resource);
        }

        if (resource.Namespaced && info.Namespace.Length == 0 && info.Verb is not ("list" or "watch"))
        {
            throw info.Name.Length > 0 ? Statuses.UnknownPath() : Statuses.MethodNotAllowed(resource);
        }

        return info.Subresource switch
        {
            "" => HandleMainAsync(context, resource, info),
            "status" when resource.HasStatus => HandleStatusAsync(context, resource, info),
            "scale" when resource.Scale is not null => ScaleSubresource.HandleAsync(context, service, resource, info, Options(context)),
            "finalize" when resource.CollectionId == BuiltInResources.Namespaces => HandleStatusAsync(context, resource, info),
            var action when resource.Actions.Any(each => each.Name == action) => HandleActionAsync(context, resource, info),
            _ => throw Statuses.UnknownPath(),
        };
    }

    private Task HandleMainAsync(HttpContext context, ResourceDefinition resource, RequestInfo info) => info.Verb switch
    {
        "get" => GetAsync(context, resource, info),
        "list" => lists.HandleAsync(context, resource, info),
        "watch" => watches.HandleAsync(context, resource, info),
        "create" when info.Name.Length == 0 => CreateAsync(context, resource, info),
        "update" => UpdateAsync(context, resource, info),
        "patch" => PatchAsync(context, resource, info),
        "delete" => DeleteAsync(context, resource, info),
        "deletecollection" => DeleteCollectionAsync(context, resource, info),
        _ => throw Statuses.MethodNotAllowed(resource),
    };

    private Task HandleStatusAsync(HttpContext context, ResourceDefinition resource, RequestInfo info) => info.Verb switch
    {
        "get" => GetAsync(context, resource, info),
        "update" => UpdateAsync(context, resource, info),
        "patch" => PatchAsync(context, resource, info),
        _ => throw Statuses.MethodNotAllowed(resource),
    };

    private async Task AnswerAsync(HttpContext context, ResourceDefinition resource, UserInfo user)
    {
        var type = MediaType.Negotiate(context.Request) with { Form = ObjectForm.Plain };
        var question = await RequestBody.ReadObjectAsync(context.Request);
        await ResponseWriter.WriteAsync(context, 201, reviews.Answer(resource, question, user), type);
    }

    private Task GetAsync(HttpContext context, ResourceDefinition resource, RequestInfo info)
    {
        var type = MediaType.Negotiate(context.Request);
        var item = service.Store.Find(resource.CollectionId, KeyOf(info)) ?? throw Statuses.NotFound(resource, info.Name);
        return type is { Form: ObjectForm.Plain, IsYaml: false }
            ? ResponseWriter.WriteAsync(context, 200, ObjectCodec.ServedBytes(resource, item), type.ContentType)
            : ResponseWriter.WriteObjectAsync(context, 200, resource, ObjectCodec.Stored(resource, item), type, clock.GetUtcNow());
    }

    private async Task CreateAsync(HttpContext context, ResourceDefinition resource, RequestInfo info)
    {
        var options = Options(context);
        var body = await ReadAsync(context, resource, options);
        await WriteResultAsync(context, resource, service.Create(resource, info.Namespace, body, options), options);
    }

    private async Task UpdateAsync(HttpContext context, ResourceDefinition resource, RequestInfo info)
    {
        var options = Options(context);
        var body = await ReadAsync(context, resource, options);
        await WriteResultAsync(context, resource, service.Replace(resource, KeyOf(info), info.Subresource, body, options), options);
    }

    private async Task PatchAsync(HttpContext context, ResourceDefinition resource, RequestInfo info)
    {
        var options = Options(context);
        var type = context.Request.ContentType?.Split(';')[0].Trim();
        var query = context.Request.Query;
        if (type == "application/apply-patch+yaml")
        {
            if (query["fieldManager"].ToString().Length == 0)
            {
                throw Statuses.BadRequest("PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
            }

            var configuration = await ReadAsync(context, resource, options);
            await WriteResultAsync(
                context, resource, service.Apply(resource, KeyOf(info), info.Subresource, configuration, RequestInfo.IsTrue(query["force"]), options), options);
            return;
        }

        if (query.ContainsKey("force"))
        {
            throw Statuses.BadRequest("PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for non-apply patch");
        }

        var duplicates = new List<string>();
        var patch = await RequestBody.ReadAsync(context.Request, duplicates);
        ObjectCodec.Report(resource, [.. duplicates.Select(path => $"duplicate field \"{path}\"")], options);
        var change = Patch(type, patch, resource);
        await WriteResultAsync(context, resource, service.Modify(resource, KeyOf(info), info.Subresource, change, options), options);
    }

    internal static Func<JsonObject, JsonObject> Patch(string? type, JsonNode? patch, ResourceDefinition resource)
    {
        switch (type)
        {
            case "application/merge-patch+json" when patch is JsonObject changes:
                return live => (JsonObject)MergePatch.Apply(live, changes)!;
            case "application/json-patch+json" when patch is JsonArray operations:
                return live => JsonPatch.Apply(live, operations) as JsonObject ?? throw Statuses.BadRequest("the patch leaves no object");
            case "application/strategic-merge-patch+json" when patch is JsonObject changes && !resource.IsCustom:
                return live => StrategicMergePatch.Apply(live, changes, resource.MergeSchema);
            case "application/merge-patch+json" or "application/json-patch+json":
            case "application/strategic-merge-patch+json" when !resource.IsCustom:
                throw Statuses.BadRequest("the body is no patch of the type that Content-Type says");
            default:
                throw Statuses.UnsupportedPatch(resource.IsCustom);
        }
    }

    private async Task DeleteAsync(HttpContext context, ResourceDefinition resource, RequestInfo info)
    {
        var options = await DeleteOptionsAsync(context);
        var (result, isObject) = deletion.Delete(resource, KeyOf(info), options);
        var type = MediaType.Negotiate(context.Request) with { Form = ObjectForm.Plain };
        await ResponseWriter.WriteAsync(context, 200, isObject ? ObjectCodec.ToServed(resource, result) : result, type);
    }

    private async Task DeleteCollectionAsync(HttpContext context, ResourceDefinition resource, RequestInfo info)
    {
        var options = await DeleteOptionsAsync(context);
        var selection = ListHandler.SelectionOf(context.Request.Query, resource, info);
        var snapshot = service.Store.Read(resource.CollectionId);
        var matching = snapshot.Objects.Values.Where(selection.Matches).ToList();
        foreach (var item in matching)
        {
            try
            {
                deletion.Delete(resource, item.Key, options with { Uid = item.Uid, ResourceVersion = null });
            }
            catch (ApiStatusException failure) when (failure.Code is 404 or 409)
            {
                // somebody else was faster; it is gone all the same
            }
        }

        await ResponseWriter.WriteListAsync(context, resource, matching, ResponseWriter.ListMetadata(snapshot.Revision), default, clock.GetUtcNow());
    }

    private async Task HandleActionAsync(HttpContext context, ResourceDefinition resource, RequestInfo info)
    {
        switch (info)
        {
            case { Subresource: "token", Verb: "create" }:
                var request = await RequestBody.ReadObjectAsync(context.Request);
                await ResponseWriter.WriteAsync(context, 201, reviews.RequestToken(resource, KeyOf(info), request));
                break;
            case { Subresource: "binding", Verb: "create" }:
                var binding = await RequestBody.ReadObjectAsync(context.Request);
                service.Modify(resource, KeyOf(info), "", live =>
                {
                    live.Child("spec")["nodeName"] = binding.Text("target", "name") ?? throw Statuses.BadRequest("target.name is required");
                    return live;
                }, Options(context));
                await ResponseWriter.WriteAsync(context, 201, Success());
                break;
            case { Subresource: "eviction", Verb: "create" }:
                var eviction = await RequestBody.ReadObjectAsync(context.Request);
                deletion.Delete(resource, KeyOf(info), DeleteOptionsFrom(context, eviction.Map("deleteOptions")));
                await ResponseWriter.WriteAsync(context, 201, Success());
                break;
            case { Subresource: "log" }:
                throw Statuses.BadRequest("pods of this server are network namespaces with listeners; they run no containers that could log");
            default:
                throw Statuses.MethodNotAllowed(resource);
        }
    }

    private async Task WriteResultAsync(HttpContext context, ResourceDefinition resource, WriteResult result, WriteOptions options)
    {
        foreach (var warning in options.Warnings)
        {
            context.Response.Headers.Append("Warning", $"299 - \"{warning.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        }

        await ResponseWriter.WriteObjectAsync(context, result.IsNew ? 201 : 200, resource, result.Stored, MediaType.Negotiate(context.Request), clock.GetUtcNow());
    }

    private static async Task<JsonObject> ReadAsync(HttpContext context, ResourceDefinition resource, WriteOptions options)
    {
        var duplicates = new List<string>();
        var body = await RequestBody.ReadObjectAsync(context.Request, duplicates, resource.Kind);
        ObjectCodec.Report(resource, [.. duplicates.Select(path => $"duplicate field \"{path}\"")], options);
        return body;
    }

    private static WriteOptions Options(HttpContext context)
    {
        var query = context.Request.Query;
        var manager = query["fieldManager"].ToString();
        if (manager.Length == 0)
        {
            manager = context.Request.Headers.UserAgent.ToString().Split('/')[0];
        }

        var validation = query["fieldValidation"].ToString() switch
        {
            "Strict" => FieldValidation.Strict,
            "Ignore" => FieldValidation.Ignore,
            "" or "Warn" => FieldValidation.Warn,
            var other => throw Statuses.BadRequest($"fieldValidation: Unsupported value: \"{other}\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\""),
        };
        return new WriteOptions(IsDryRun(query["dryRun"].ToString()), manager.Length == 0 ? "unknown" : manager[..Math.Min(manager.Length, 128)], validation, []);
    }

    private static async Task<DeleteOptions> DeleteOptionsAsync(HttpContext context) =>
        DeleteOptionsFrom(context, await RequestBody.ReadAsync(context.Request, null) as JsonObject);

    private static DeleteOptions DeleteOptionsFrom(HttpContext context, JsonObject? body)
    {
        var query = context.Request.Query;
        var policy = body.Text("propagationPolicy") ?? query["propagationPolicy"].ToString();
        return new DeleteOptions(
            IsDryRun(body.Texts("dryRun").FirstOrDefault() ?? query["dryRun"].ToString()),
            body.Text("preconditions", "uid"),
            body.Text("preconditions", "resourceVersion"),
            policy == "Orphan" || body.Flag("orphanDependents") == true,
            body.Number("gracePeriodSeconds") ?? ListHandler.ParseNumber(query, "gracePeriodSeconds"));
    }

    private static bool IsDryRun(string value) => value switch
    {
        "" => false,
        "All" => true,
        _ => throw Statuses.BadRequest($"dryRun: Unsupported value: \"{value}\": supported values: \"All\""),
    };

    private static JsonObject Success() => new() { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["code"] = 201 };

    private static ObjectKey KeyOf(RequestInfo info) => new(info.Namespace, info.Name);
}
