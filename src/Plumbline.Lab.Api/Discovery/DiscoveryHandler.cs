using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Plumbline.Lab.Api.Http;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Resources;

namespace Plumbline.Lab.Api.Discovery;

/// <summary>What tells clients which kinds there are: the discovery documents, one by one or aggregated, the version, OpenAPI.</summary>
internal sealed class DiscoveryHandler(ResourceRegistry registry)
{
    /// <summary>The API level that this server follows. Clients compare it with their own.</summary>
    public const string GitVersion = "v1.32.0+plumbline.lab";

    private readonly OpenApiDocuments _openApi = new(registry);

    public Task HandleAsync(HttpContext context, string path)
    {
        var parts = path.Trim('/').Split('/');
        return parts switch
        {
            ["api"] => MediaType.AcceptsAggregatedDiscovery(context.Request) ? WriteAggregatedAsync(context, isCore: true) : WriteAsync(context, Versions()),
            ["apis"] => MediaType.AcceptsAggregatedDiscovery(context.Request) ? WriteAggregatedAsync(context, isCore: false) : WriteAsync(context, Groups()),
            ["apis", var group] => WriteAsync(context, Group(group) ?? throw Statuses.UnknownGroup()),
            ["api", var version] => WriteAsync(context, Resources("", version)),
            ["apis", var group, var version] => WriteAsync(context, Resources(group, version)),
            ["version"] => WriteAsync(context, Version()),
            ["openapi", "v2"] => MediaType.Accepts(context.Request, OpenApiDocuments.V2Protobuf)
                ? ResponseWriter.WriteAsync(context, 200, OpenApiDocuments.V2ProtobufDocument(GitVersion), OpenApiDocuments.V2Protobuf)
                : WriteAsync(context, _openApi.V2(GitVersion)),
            ["openapi", "v3"] => WriteAsync(context, _openApi.V3Index()),
            ["openapi", "v3", .. var rest] => ResponseWriter.WriteAsync(context, 200, _openApi.V3(string.Join('/', rest)) ?? throw Statuses.UnknownPath(), "application/json"),
            [""] => WriteAsync(context, new JsonObject { ["paths"] = new JsonArray("/api", "/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version") }),
            _ => throw Statuses.UnknownPath(),
        };
    }

    private static Task WriteAsync(HttpContext context, JsonNode tree) => ResponseWriter.WriteAsync(context, 200, tree);

    private static JsonObject Version() => new()
    {
        ["major"] = "1",
        ["minor"] = "32",
        ["gitVersion"] = GitVersion,
        ["gitCommit"] = "",
        ["gitTreeState"] = "",
        ["buildDate"] = "1970-01-01T00:00:00Z",
        ["goVersion"] = "",
        ["compiler"] = "dotnet",
        ["platform"] = "linux",
    };

    private static JsonObject Versions() => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new JsonArray("v1"),
        ["serverAddressByClientCIDRs"] = new JsonArray(),
    };

    private JsonObject Groups() => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = JsonTree.ArrayOf(GroupNames().Select(name => (JsonNode?)Group(name))),
    };

    private IEnumerable<string> GroupNames() => registry.All.Select(resource => resource.Group).Where(group => group.Length > 0).Distinct();

    private List<string> VersionsOf(string group) =>
        [.. registry.All.Where(resource => resource.Group == group).Select(resource => resource.Version).Distinct().OrderDescending(KubeVersionOrder.Instance)];

    private JsonObject? Group(string group)
    {
        var versions = VersionsOf(group);
        if (versions.Count == 0 || group.Length == 0)
        {
            return null;
        }

        JsonObject Version(string version) => new() { ["groupVersion"] = $"{group}/{version}", ["version"] = version };
        return new JsonObject
        {
            ["kind"] = "APIGroup",
            ["apiVersion"] = "v1",
            ["name"] = group,
            ["versions"] = JsonTree.ArrayOf(versions.Select(version => (JsonNode?)Version(version))),
            ["preferredVersion"] = Version(versions[0]),
        };
    }

    private JsonObject Resources(string group, string version)
    {
        var resources = registry.All.Where(resource => resource.Group == group && resource.Version == version).ToList();
        return resources.Count == 0 ? throw Statuses.UnknownPath() : new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}",
            ["resources"] = JsonTree.ArrayOf(resources.SelectMany(Entries)),
        };
    }

    private static IEnumerable<JsonNode?> Entries(ResourceDefinition resource)
    {
        var entry = new JsonObject
        {
            ["name"] = resource.Plural,
            ["singularName"] = resource.Singular,
            ["namespaced"] = resource.Namespaced,
            ["kind"] = resource.Kind,
            ["verbs"] = JsonTree.ArrayOf(resource.Verbs),
        };
        if (resource.ShortNames.Count > 0)
        {
            entry["shortNames"] = JsonTree.ArrayOf(resource.ShortNames);
        }

        if (resource.Categories.Count > 0)
        {
            entry["categories"] = JsonTree.ArrayOf(resource.Categories);
        }

        yield return entry;
        foreach (var (name, kind, group, version, verbs) in Subresources(resource))
        {
            var subresource = new JsonObject
            {
                ["name"] = $"{resource.Plural}/{name}",
                ["singularName"] = "",
                ["namespaced"] = resource.Namespaced,
                ["kind"] = kind,
                ["verbs"] = JsonTree.ArrayOf(verbs),
            };
            if (group != resource.Group || version != resource.Version)
            {
                subresource["group"] = group;
                subresource["version"] = version;
            }

            yield return subresource;
        }
    }

    private static IEnumerable<(string Name, string Kind, string Group, string Version, string[] Verbs)> Subresources(ResourceDefinition resource)
    {
        if (resource.HasStatus)
        {
            yield return ("status", resource.Kind, resource.Group, resource.Version, ["get", "patch", "update"]);
        }

        if (resource.Scale is not null)
        {
            yield return ("scale", "Scale", "autoscaling", "v1", ["get", "patch", "update"]);
        }

        foreach (var action in resource.Actions)
        {
            yield return (action.Name, action.Kind, action.Group, action.Version, [action.Name == "log" ? "get" : "create"]);
        }
    }

    private Task WriteAggregatedAsync(HttpContext context, bool isCore)
    {
        var groups = isCore ? [""] : GroupNames();
        var tree = new JsonObject
        {
            ["kind"] = "APIGroupDiscoveryList",
            ["apiVersion"] = "apidiscovery.k8s.io/v2",
            ["metadata"] = new JsonObject(),
            ["items"] = JsonTree.ArrayOf(groups.Select(group => (JsonNode?)new JsonObject
            {
                ["metadata"] = group.Length == 0 ? new JsonObject() : new JsonObject { ["name"] = group },
                ["versions"] = JsonTree.ArrayOf(VersionsOf(group).Select(version => (JsonNode?)AggregatedVersion(group, version))),
            })),
        };
        return ResponseWriter.WriteAsync(context, 200, JsonTree.ToBytes(tree), "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
    }

    private JsonObject AggregatedVersion(string group, string version) => new()
    {
        ["version"] = version,
        ["freshness"] = "Current",
        ["resources"] = JsonTree.ArrayOf(registry.All.Where(resource => resource.Group == group && resource.Version == version).Select(AggregatedResource)),
    };

    private static JsonNode? AggregatedResource(ResourceDefinition resource)
    {
        static JsonObject KindOf(string group, string version, string kind) => new() { ["group"] = group, ["version"] = version, ["kind"] = kind };
        var entry = new JsonObject
        {
            ["resource"] = resource.Plural,
            ["responseKind"] = KindOf(resource.Group, resource.Version, resource.Kind),
            ["scope"] = resource.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = resource.Singular,
            ["verbs"] = JsonTree.ArrayOf(resource.Verbs),
        };
        if (resource.ShortNames.Count > 0)
        {
            entry["shortNames"] = JsonTree.ArrayOf(resource.ShortNames);
        }

        if (resource.Categories.Count > 0)
        {
            entry["categories"] = JsonTree.ArrayOf(resource.Categories);
        }

        var subresources = Subresources(resource).Select(each => (JsonNode?)new JsonObject
        {
            ["subresource"] = each.Name, ["responseKind"] = KindOf(each.Group, each.Version, each.Kind), ["verbs"] = JsonTree.ArrayOf(each.Verbs),
        }).ToList();
        if (subresources.Count > 0)
        {
            entry["subresources"] = JsonTree.ArrayOf(subresources);
        }

        return entry;
    }
}
