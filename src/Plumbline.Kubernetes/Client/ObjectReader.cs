using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Plumbline.Kubernetes.Models;

namespace Plumbline.Kubernetes.Client;

/// <summary>Reads answers object by object, so that one object that does not fit our types costs only itself.</summary>
internal static class ObjectReader
{
    /// <exception cref="JsonException">The answer as a whole is no list.</exception>
    public static KubernetesList<T> ReadList<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
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
                metadata = JsonSerializer.Deserialize(ref reader, KubernetesJson.Default.V1ListMeta);
            }
            else if (reader.ValueTextEquals("items"u8))
            {
                ReadItems(ref reader, json, type, items, unreadable);
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

        return new KubernetesList<T>(items, metadata.ResourceVersion, string.IsNullOrEmpty(metadata.Continue) ? null : metadata.Continue, unreadable);
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
    public static V1ObjectMeta? ReadMetadata(ReadOnlySpan<byte> json)
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
                    return JsonSerializer.Deserialize(ref reader, KubernetesJson.Default.V1ObjectMeta);
                }

                reader.Skip();
            }
        }
        catch (JsonException)
        {
        }

        return null;
    }

    private static void ReadItems<T>(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, JsonTypeInfo<T> type, List<T> items, List<UnreadableObject> unreadable)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var before = reader;
            try
            {
                items.Add(JsonSerializer.Deserialize(ref reader, type) ?? throw new JsonException("the item is null"));
            }
            catch (JsonException e)
            {
                // A failed read leaves the reader somewhere inside the object; skipping throws if the answer itself is broken.
                reader = before;
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                var metadata = ReadMetadata(json[start..(int)reader.BytesConsumed]);
                unreadable.Add(new UnreadableObject(metadata?.Namespace, metadata?.Name, e.Message));
            }
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
