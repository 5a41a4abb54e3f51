using System.Text.Json.Nodes;
using Plumbline.Deploy.Tests.Rendering;
using Plumbline.Lab.Api.Http;

namespace Plumbline.Deploy.Tests.Rbac;

/// <summary>A right that a request took, as authorization sees it.</summary>
/// <param name="Resource">With the subresource behind a slash.</param>
/// <param name="Namespace">Empty: all namespaces, or a cluster-wide kind.</param>
/// <param name="Name">Empty: none in particular.</param>
internal sealed record UsedRight(string Verb, string Group, string Resource, string Namespace, string Name)
{
    public static IEnumerable<UsedRight> Of(ApiRequestRecord request)
    {
        var resource = request.Subresource.Length > 0 ? $"{request.Resource}/{request.Subresource}" : request.Resource;
        yield return new UsedRight(request.Verb, request.Group, resource, request.Namespace, request.Name);

        // kube-apiserver asks for the right to create where an apply does not find the object. The status of what is not there cannot be applied.
        if (request.Apply && request.Subresource.Length == 0)
        {
            yield return new UsedRight("create", request.Group, resource, request.Namespace, request.Name);
        }
    }

    public override string ToString() => $"{Verb} {(Group.Length > 0 ? $"{Group}/" : "")}{Resource}{(Name.Length > 0 ? $" {Name}" : "")}{(Namespace.Length > 0 ? $" in {Namespace}" : "")}";
}

/// <summary>One verb on one resource that a rule grants.</summary>
/// <param name="Namespace">Null: in all.</param>
/// <param name="Name">Null: whatever its name.</param>
internal sealed record GrantedRight(string Verb, string Group, string Resource, string? Namespace, string? Name)
{
    /// <summary>Everything that the rendered roles grant the operator.</summary>
    public static IReadOnlyList<GrantedRight> ToOperator(Manifests rendered) =>
    [
        .. OfRole(rendered["ClusterRole/plumbline-operator"], null),
        .. OfRole(rendered["Role/plumbline-operator"], (string)rendered["Role/plumbline-operator"]["metadata"]!["namespace"]!),
    ];

    /// <summary>Whether the right lets the request pass. A rule with names does not cover requests that name nothing, as creations.</summary>
    public bool Covers(UsedRight used) =>
        (used.Verb, used.Group, used.Resource) == (Verb, Group, Resource) && (Namespace is null || Namespace == used.Namespace) && (Name is null || Name == used.Name);

    public override string ToString() => $"{Verb} {(Group.Length > 0 ? $"{Group}/" : "")}{Resource}{(Name is null ? "" : $" {Name}")}{(Namespace is null ? "" : $" in {Namespace}")}";

    private static IEnumerable<GrantedRight> OfRole(JsonObject role, string? @namespace) =>
        from rule in role["rules"]!.AsArray()
        from @group in Texts(rule["apiGroups"])
        from resource in Texts(rule["resources"])
        from verb in Texts(rule["verbs"])
        from name in rule["resourceNames"] is { } names ? Texts(names) : [null]
        select new GrantedRight(verb!, @group!, resource!, @namespace, name);

    private static IEnumerable<string?> Texts(JsonNode? list) => list!.AsArray().Select(t => (string?)t);
}
