using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using k8s;
using k8s.Models;

namespace Plumbline.Kubernetes.Client;

/// <summary>Reads answers object by object, so that one object that does not fit our types costs only itself.</summary>
internal static class ObjectReader
{
    /// <exception cref="JsonException">The answer as a whole is no list.</exception>
    public static KubernetesList<T> ReadList<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, JsonTypeInfo<V1ListMeta> listMeta, JsonTypeInfo<V1ObjectMeta> objectMeta)
        where T : class
    {
        var items = new List<T>();
        var unreadable = new List<UnreadableObject>();
        V1ListMeta? metadata = null;
        var reader = new Utf8JsonReader(json);
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("metadata"u8))
            {
                reader.Read();
                metadata = JsonSerializer.Deserialize(ref reader, listMeta);
            }
            else if (reader.ValueTextEquals("items"u8))
            {
                ReadItems(ref reader, json, type, objectMeta, items, unreadable);
            }
            else
            {
                reader.Skip();
            }
        }

        if (metadata is null)
        {
            throw new JsonException("the answer is no list: it has no metadata");
        }

        return new KubernetesList<T>(items, metadata.ResourceVersion, string.IsNullOrEmpty(metadata.ContinueProperty) ? null : metadata.ContinueProperty, unreadable);
    }

    /// <summary>One line of a watch. The type may come after the object, so the object is only located at first.</summary>
    /// <exception cref="JsonException">The line is no watch event.</exception>
    public static (string Type, Range Object) ReadEvent(ReadOnlySpan<byte> json)
    {
        string? type = null;
        Range? body = null;
        var reader = new Utf8JsonReader(json);
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                type = reader.GetString();
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                body = start..(int)reader.BytesConsumed;
            }
            else
            {
                reader.Skip();
            }
        }

        return type is not null && body is { } range ? (type, range) : throw new JsonException("the line has no type or no object");
    }

    /// <summary>Only who it is, for an object of which the rest cannot be read.</summary>
    public static V1ObjectMeta? ReadMetadata(ReadOnlySpan<byte> json, JsonTypeInfo<V1ObjectMeta> type)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            Expect(ref reader, JsonTokenType.StartObject);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("metadata"u8))
                {
                    reader.Read();
                    return JsonSerializer.Deserialize(ref reader, type);
                }

                reader.Skip();
            }
        }
        catch (JsonException)
        {
        }

        return null;
    }

    /// <summary>Models throw more than <see cref="JsonException"/> at a value that does not fit, as from converters of theirs.</summary>
    public static bool TryRead<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, [NotNullWhen(true)] out T? item, out string problem)
    {
        try
        {
            item = JsonSerializer.Deserialize(json, type);
            problem = item is null ? "it is null" : "";
            if (item is IKubernetesObject<V1ObjectMeta> { Metadata: null } entity)
            {
                entity.Metadata = new V1ObjectMeta();
            }
        }
        catch (Exception e) when (e is JsonException or FormatException or NotSupportedException or OverflowException)
        {
            item = default;
            problem = e.Message;
        }

        return item is not null;
    }

    private static void ReadItems<T>(
        ref Utf8JsonReader reader, ReadOnlySpan<byte> json, JsonTypeInfo<T> type, JsonTypeInfo<V1ObjectMeta> objectMeta, List<T> items, List<UnreadableObject> unreadable)
        where T : class
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var body = json[start..(int)reader.BytesConsumed];
            if (TryRead(body, type, out var item, out var problem))
            {
                items.Add(item);
                continue;
            }

            var metadata = ReadMetadata(body, objectMeta);
            unreadable.Add(new UnreadableObject(metadata?.NamespaceProperty, metadata?.Name, problem));
        }
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token)
    {
        if (!reader.Read() || reader.TokenType != token)
        {
            throw new JsonException("the answer is no JSON object");
        }
    }
}
