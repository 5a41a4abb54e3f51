using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Schema;

namespace Plumbline.Lab.Api.Kinds;

/// <summary>
/// The types of the built-in kinds, out of <c>kinds.txt</c>: which fields there are, how their lists merge (server-side apply, strategic patches), and what they are
/// called on the wire of protobuf, in which typed clients such as <c>kubectl create</c> send them.
/// </summary>
internal static class BuiltInKinds
{
    private static readonly FrozenDictionary<string, IReadOnlyList<KindField>> Types = Load();

    private static readonly ConcurrentDictionary<string, StructuralSchema> Schemas = new(StringComparer.Ordinal);

    public static StructuralSchema ObjectMeta => Schema("meta/v1.ObjectMeta");

    /// <summary>A custom kind's schema with the fields of every object, which no CRD declares, for merging and ownership.</summary>
    public static StructuralSchema WithMetadata(StructuralSchema schema) => schema with
    {
        Properties = new Dictionary<string, StructuralSchema>(schema.Properties, StringComparer.Ordinal)
        {
            ["apiVersion"] = Scalar("s"), ["kind"] = Scalar("s"), ["metadata"] = ObjectMeta,
        },
    };

    public static string NameOf(string group, string version, string kind) => group.Length == 0 ? $"{version}.{kind}" : $"{group}/{version}.{kind}";

    /// <summary>The fields of a type; null when it is not among the built-in ones.</summary>
    public static IReadOnlyList<KindField>? Fields(string type) => Types.GetValueOrDefault(type);

    /// <summary>A whole kind: its type, and the fields that name it.</summary>
    public static StructuralSchema KindSchema(string type)
    {
        var schema = Schema(type);
        return schema with
        {
            Properties = new Dictionary<string, StructuralSchema>(schema.Properties, StringComparer.Ordinal) { ["apiVersion"] = Scalar("s"), ["kind"] = Scalar("s") },
        };
    }

    private static StructuralSchema Schema(string type) => Schemas.GetOrAdd(type, static name =>
    {
        var properties = new Dictionary<string, StructuralSchema>(StringComparer.Ordinal);
        foreach (var field in Types[name])
        {
            if (field.IsInline)
            {
                foreach (var (key, value) in Schema(field.Type).Properties)
                {
                    properties[key] = value;
                }
            }
            else
            {
                properties[field.Name] = FieldSchema(field);
            }
        }

        return new StructuralSchema { Type = "object", Nullable = true, Properties = properties };
    });

    private static StructuralSchema FieldSchema(KindField field)
    {
        var value = field.IsScalar ? Scalar(field.Type) : Schema(field.Type);
        var isAtomic = field.IsAtomic && field.Container is not (Container.Map or Container.MapOfLists);
        value = isAtomic ? value with { IsAtomicMap = true } : value;
        if (field is { Container: Container.None, IsPointer: false, IsScalar: false })
        {
            value = value with { IsAlwaysThere = true };
        }

        if (field.Default is { } text)
        {
            value = value with { HasDefault = true, Default = JsonTree.Parse(Encoding.UTF8.GetBytes(text)) };
        }

        return field.Container switch
        {
            Container.List => new StructuralSchema
            {
                Type = "array", Nullable = true, Items = value, ListMapKeys = field.Keys, PatchMergeKey = field.MergeKey,
                ListKind = field.Keys.Count > 0 ? ListKind.Map : field.IsSet ? ListKind.Set : ListKind.Atomic,
            },
            Container.Map => new StructuralSchema { Type = "object", Nullable = true, AdditionalProperties = value, IsAtomicMap = field.IsAtomic },
            Container.MapOfLists => new StructuralSchema { Type = "object", Nullable = true, AdditionalProperties = new StructuralSchema { Type = "array", Nullable = true, Items = value } },
            _ => value,
        };
    }

    private static StructuralSchema Scalar(string letter) => letter switch
    {
        "b" => new StructuralSchema { Type = "boolean", Nullable = true },
        "i" => new StructuralSchema { Type = "integer", Nullable = true },
        "d" => new StructuralSchema { Type = "number", Nullable = true },
        "I" => new StructuralSchema { IntOrString = true, Nullable = true },
        "Q" or "F" or "R" => StructuralSchema.Anything,
        _ => new StructuralSchema { Type = "string", Nullable = true },
    };

    private static FrozenDictionary<string, IReadOnlyList<KindField>> Load()
    {
        using var stream = typeof(BuiltInKinds).Assembly.GetManifestResourceStream("kinds.txt") ?? throw new InvalidOperationException("the assembly lacks its resource kinds.txt");
        using var reader = new StreamReader(stream);
        var types = new Dictionary<string, IReadOnlyList<KindField>>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#') && line.Split(": ", 2) is [var name, var fields])
            {
                types[name] = [.. fields.Split("; ", StringSplitOptions.RemoveEmptyEntries).Select(KindField.Parse)];
            }
            else if (line.TrimEnd(':') is { Length: > 0 } empty && !line.StartsWith('#'))
            {
                types[empty.TrimEnd(' ', ':')] = [];
            }
        }

        return types.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
