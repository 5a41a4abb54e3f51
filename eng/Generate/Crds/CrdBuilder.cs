using k8s;
using k8s.Models;
using System.Reflection;
using System.Text.Json.Nodes;
using Plumbline.Api.Schema;

namespace Plumbline.Generate.Crds;

/// <summary>An entity's type → its CustomResourceDefinition.</summary>
public sealed class CrdBuilder(DocComments docs)
{
    public JsonObject Build(Type kind)
    {
        var entity = kind.GetCustomAttribute<KubernetesEntityAttribute>() ?? throw new GenerateException($"{kind.Name} needs [KubernetesEntity]");
        return new JsonObject
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{entity.PluralName}.{entity.Group}",
                ["labels"] = new JsonObject { ["app.kubernetes.io/name"] = "plumbline", ["app.kubernetes.io/component"] = "crds" },
            },
            ["spec"] = new JsonObject
            {
                ["group"] = entity.Group,
                ["scope"] = (kind.GetCustomAttribute<EntityScopeAttribute>()?.Scope ?? EntityScope.Namespaced).ToString(),
                ["names"] = Names(kind, entity),
                ["versions"] = new JsonArray(Version(kind, entity)),
            },
        };
    }

    private static JsonObject Names(Type kind, KubernetesEntityAttribute entity)
    {
        var names = new JsonObject
        {
            ["kind"] = entity.Kind,
            ["listKind"] = $"{entity.Kind}List",
            ["plural"] = entity.PluralName,
            ["singular"] = entity.Kind.ToLowerInvariant(),
        };
        if (kind.GetCustomAttribute<KubernetesEntityShortNamesAttribute>() is { } shortNames)
            names["shortNames"] = SchemaBuilder.Texts(shortNames.ShortNames);
        if (kind.GetCustomAttribute<KubernetesEntityCategoriesAttribute>() is { } categories)
            names["categories"] = SchemaBuilder.Texts(categories.Categories);
        return names;
    }

    private JsonObject Version(Type kind, KubernetesEntityAttribute entity)
    {
        var version = new JsonObject
        {
            ["name"] = entity.ApiVersion,
            ["served"] = true,
            ["storage"] = kind.IsDefined(typeof(StorageVersionAttribute)),
        };

        // Who writes the status must not write the spec with it, and the other way round.
        if (kind.GetProperty("Status") is not null)
            version["subresources"] = new JsonObject { ["status"] = new JsonObject() };
        if (kind.GetCustomAttributes<GenericAdditionalPrinterColumnAttribute>().Select(Column).ToArray() is { Length: > 0 } columns)
            version["additionalPrinterColumns"] = new JsonArray(columns);
        version["schema"] = new JsonObject { ["openAPIV3Schema"] = new SchemaBuilder(docs, kind.Assembly).Entity(kind, entity) };
        return version;
    }

    private static JsonObject Column(GenericAdditionalPrinterColumnAttribute column)
    {
        var json = new JsonObject { ["name"] = column.Name, ["type"] = column.Type, ["jsonPath"] = column.JsonPath };
        if (column.Description is { } description)
            json["description"] = description;
        if (column.Wide)
            json["priority"] = 1;
        return json;
    }
}
