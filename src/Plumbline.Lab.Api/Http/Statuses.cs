using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Resources;
using Plumbline.Lab.Api.Schema;

namespace Plumbline.Lab.Api.Http;

/// <summary>The failures of an API server, in the words of kube-apiserver: clients and people match on them.</summary>
internal static class Statuses
{
    public static ApiStatusException NotFound(ResourceDefinition resource, string name) =>
        new(404, "NotFound", $"{resource.QualifiedPlural} \"{name}\" not found", Details(resource.Group, resource.Plural, name));

    public static ApiStatusException UnknownPath() => new(404, "NotFound", "the server could not find the requested resource", new JsonObject());

    /// <summary>Nobody in the server answers for the group, so that the answer is the HTTP library's own.</summary>
    public static ApiStatusException UnknownGroup() => new(404, "NotFound", "404 page not found") { IsPlainText = true };

    public static ApiStatusException RequestTooLargeForStore() => new(500, "", "etcdserver: request is too large");

    public static ApiStatusException AlreadyExists(ResourceDefinition resource, string name) =>
        new(409, "AlreadyExists", $"{resource.QualifiedPlural} \"{name}\" already exists", Details(resource.Group, resource.Plural, name));

    public static ApiStatusException Conflict(ResourceDefinition resource, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {resource.QualifiedPlural} \"{name}\": {why}", Details(resource.Group, resource.Plural, name));

    public static ApiStatusException Modified(ResourceDefinition resource, string name) =>
        Conflict(resource, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static ApiStatusException ApplyConflict(string message, JsonArray causes) => new(409, "Conflict", message, new JsonObject { ["causes"] = causes });

    public static ApiStatusException Invalid(ResourceDefinition resource, string name, IReadOnlyList<FieldError> errors)
    {
        var texts = errors.Select(error => error.ToString()).Distinct().ToList();
        var message = $"{resource.QualifiedKind} \"{name}\" is invalid: " + (texts.Count == 1 ? texts[0] : $"[{string.Join(", ", texts)}]");
        var details = Details(resource.Group, resource.Kind, name);
        details["causes"] = new JsonArray([.. errors.Select(error => (JsonNode?)error.ToCause())]);
        return new ApiStatusException(422, "Invalid", message, details);
    }

    /// <summary>The same about an update that does not say what it is based on; here kube-apiserver names the resource, not the kind.</summary>
    public static ApiStatusException MustNameVersion(ResourceDefinition resource, string name)
    {
        var error = FieldError.Invalid("metadata.resourceVersion", 0, "must be specified for an update");
        var details = Details(resource.Group, resource.Plural, name);
        details["causes"] = new JsonArray(error.ToCause());
        return new ApiStatusException(422, "Invalid", $"{resource.QualifiedPlural} \"{name}\" is invalid: {error}", details);
    }

    public static ApiStatusException BadRequest(string message) => new(400, "BadRequest", message);

    public static ApiStatusException Forbidden(ResourceDefinition resource, string name, string why) =>
        new(403, "Forbidden", $"{resource.QualifiedPlural} \"{name}\" is forbidden: {why}", Details(resource.Group, resource.Plural, name));

    public static ApiStatusException NamespaceTerminating(ResourceDefinition resource, string name, string space)
    {
        var why = $"unable to create new content in namespace {space} because it is being terminated";
        var details = Details(resource.Group, resource.Plural, name);
        details["causes"] = new JsonArray(new JsonObject
        {
            ["reason"] = "NamespaceTerminating", ["message"] = $"namespace {space} is being terminated", ["field"] = "metadata.namespace",
        });
        return new ApiStatusException(403, "Forbidden", $"{resource.QualifiedPlural} \"{name}\" is forbidden: {why}", details);
    }

    public static ApiStatusException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    public static ApiStatusException MethodNotAllowed(ResourceDefinition? resource = null) =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", resource is null ? null : Details(resource.Group, resource.Plural, null));

    public static ApiStatusException Expired(string message) => new(410, "Expired", message);

    public static ApiStatusException TooOldResourceVersion(string asked, long oldest) => Expired($"too old resource version: {asked} ({oldest})");

    public static ApiStatusException UnsupportedMediaType(string got) => new(
        415,
        "UnsupportedMediaType",
        $"the body of the request was in an unknown format - accepted media types include: application/json, application/yaml (got {got})");

    public static ApiStatusException UnsupportedPatch(bool isCustom) => new(
        415,
        "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, "
        + (isCustom ? "application/apply-patch+yaml" : "application/strategic-merge-patch+json, application/apply-patch+yaml"));

    public static ApiStatusException NotAcceptable() =>
        new(406, "NotAcceptable", "only the following media types are accepted: application/json, application/yaml");

    public static ApiStatusException TooLarge(long limit) => new(413, "RequestEntityTooLarge", $"Request entity too large: limit is {limit}");

    public static ApiStatusException Internal(string message) => new(500, "InternalError", $"Internal error occurred: {message}");

    public static JsonObject Success(ResourceDefinition resource, string name, string? uid)
    {
        var details = Details(resource.Group, resource.Plural, name);
        if (uid is not null)
        {
            details["uid"] = uid;
        }

        return new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["details"] = details };
    }

    private static JsonObject Details(string group, string kind, string? name)
    {
        var details = new JsonObject();
        if (!string.IsNullOrEmpty(name))
        {
            details["name"] = name;
        }

        if (group.Length > 0)
        {
            details["group"] = group;
        }

        details["kind"] = kind;
        return details;
    }
}
