using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Plumbline.Lab.Api.Http;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Schema;

namespace Plumbline.Lab.Api.Resources;

/// <summary>What holds for <c>metadata</c> of every kind.</summary>
internal static partial class ObjectMetadata
{
    /// <summary>The fields that the server sets and no client can.</summary>
    /// <summary>Of all annotations of an object together, keys included.</summary>
    private const int MaxAnnotationBytes = 256 * 1024;

    private static readonly string[] ServerFields = ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink"];

    private static readonly string[] OwnerFields = ["apiVersion", "kind", "name", "uid"];

    private static readonly string[] Known =
    [
        "name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp",
        "deletionGracePeriodSeconds", "labels", "annotations", "ownerReferences", "finalizers", "managedFields",
    ];

    /// <summary>Drops undeclared fields and rejects values of the wrong type, as decoding into ObjectMeta does.</summary>
    public static void Clean(JsonObject tree, ResourceDefinition resource, List<string> unknown)
    {
        if (tree["metadata"] is not null and not JsonObject)
        {
            throw Undecodable(resource, tree["metadata"], "", "v1.ObjectMeta");
        }

        var metadata = tree.Child("metadata");
        foreach (var (key, value) in metadata.ToList())
        {
            if (!Known.Contains(key))
            {
                metadata.Remove(key);
                unknown.Add($"metadata.{key}");
            }
            else if (value is null or JsonObject { Count: 0 } or JsonArray { Count: 0 })
            {
                metadata.Remove(key);
            }
        }

        foreach (var key in new[] { "labels", "annotations" })
        {
            if (metadata[key] is not null and not JsonObject)
            {
                throw Undecodable(resource, metadata[key], key, "map[string]string");
            }

            foreach (var (name, value) in metadata.Map(key)?.ToList() ?? [])
            {
                if (value is null)
                {
                    metadata.Map(key)![name] = "";
                }
                else if (value.Text() is null)
                {
                    throw Undecodable(resource, value, key, "string");
                }
            }
        }

        foreach (var key in new[] { "name", "generateName", "namespace", "resourceVersion", "uid" })
        {
            if (metadata[key] is { } value && value.Text() is null)
            {
                throw Undecodable(resource, value, key, "string");
            }
        }
    }

    public static void TakeSystemFields(JsonObject metadata, JsonObject? from)
    {
        foreach (var key in ServerFields)
        {
            metadata.Remove(key);
            if (from?[key] is { } value)
            {
                metadata[key] = value.DeepClone();
            }
        }
    }

    public static IEnumerable<FieldError> Validate(JsonObject tree, JsonObject? live, ResourceDefinition resource)
    {
        var metadata = tree.Child("metadata");
        var name = metadata.Text("name") ?? "";
        if (live is null && NameError(name, resource) is { } why)
        {
            yield return FieldError.Invalid("metadata.name", name, why);
        }

        foreach (var (key, value) in metadata.Map("labels") ?? [])
        {
            if (!QualifiedName().IsMatch(key))
            {
                yield return FieldError.Invalid("metadata.labels", key, "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')");
            }

            if (!LabelValue().IsMatch(value.Text() ?? ""))
            {
                yield return FieldError.Invalid(
                    "metadata.labels", value, "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?'), and be no longer than 63 characters");
            }
        }

        if ((metadata.Map("annotations") ?? []).Sum(pair => Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value.Text() ?? "")) > MaxAnnotationBytes)
        {
            yield return FieldError.TooLong("metadata.annotations", MaxAnnotationBytes);
        }

        foreach (var (i, owner) in (metadata.Items("ownerReferences") ?? []).Index())
        {
            foreach (var field in OwnerFields.Where(field => owner.Text(field) is not { Length: > 0 }))
            {
                yield return FieldError.Required($"metadata.ownerReferences[{i}].{field}");
            }
        }

        if ((metadata.Items("ownerReferences") ?? []).Count(owner => owner.Flag("controller") == true) > 1)
        {
            yield return FieldError.Invalid("metadata.ownerReferences", metadata["ownerReferences"], "Only one reference can have Controller set to true");
        }

        if (live.Text("metadata", "deletionTimestamp") is not null)
        {
            var added = metadata.Texts("finalizers").Except(live.Texts("metadata", "finalizers")).ToList();
            if (added.Count > 0)
            {
                yield return FieldError.Forbidden(
                    "metadata.finalizers", $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{string.Join(", ", added.Select(each => $"\"{each}\""))}}}");
            }
        }
    }

    private static string? NameError(string name, ResourceDefinition resource) => resource switch
    {
        { Group: "rbac.authorization.k8s.io" } => name is "." or ".." || name.AsSpan().IndexOfAny('/', '%') >= 0 ? "may not be '.' or '..', or contain '/' or '%'" : null,
        { Group: "", Kind: "Namespace" or "Service" } => DnsLabel().IsMatch(name) ? null : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
        _ => name.Length <= 253 && DnsSubdomain().IsMatch(name) ? null : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    };

    private static ApiStatusException Undecodable(ResourceDefinition resource, JsonNode? value, string field, string type) => Statuses.BadRequest(
        $"{resource.Kind} in version \"{resource.Version}\" cannot be handled as a {resource.Kind}: json: cannot unmarshal {FieldError.GoTypeName(value)} into Go struct field ObjectMeta.metadata{(field.Length > 0 ? "." : "")}{field} of type {type}");

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", RegexOptions.CultureInvariant)]
    private static partial Regex DnsLabel();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$", RegexOptions.CultureInvariant)]
    private static partial Regex DnsSubdomain();

    [GeneratedRegex(@"^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$", RegexOptions.CultureInvariant)]
    private static partial Regex QualifiedName();

    [GeneratedRegex("^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex LabelValue();
}
