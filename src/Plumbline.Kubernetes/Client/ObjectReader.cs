using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using k8s;
using k8s.Models;
using Plumbline.Kubernetes.Contracts;

namespace Plumbline.Kubernetes.Client;

/// <summary>Reads answers object by object, so that one object that does not fit our types costs only itself.</summary>
internal static class ObjectReader
{
    /// <summary>
    /// One line of a watch as the API server writes it: type, object, nothing else. The object is then what is left, so that nothing is read twice; that
    /// it is one whole value turns out when it is read.
    /// </summary>
    public static bool TryReadUsualEvent(ReadOnlySpan<byte> json, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> body)
    {
        var head = "{\"type\":\""u8;
        var middle = "\",\"object\":"u8;
        var end = json.StartsWith(head) ? json.IndexOf(middle) : -1;
        type = end < 0 ? default : json[head.Length..end];
        body = end < 0 || json[^1] != '}' ? default : json[(end + middle.Length)..^1];
        return !body.IsEmpty;
    }

    /// <summary>One line of a watch. The type may come after the object, so the object is only located at first.</summary>
    /// <exception cref="JsonException">The line is no watch event.</exception>
    public static void ReadEvent(ReadOnlySpan<byte> json, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> body)
    {
        type = body = default;
        var reader = new Utf8JsonReader(json);
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                type = reader.ValueSpan;
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                body = json[start..(int)reader.BytesConsumed];
            }
            else
            {
                reader.Skip();
            }
        }

        if (type.IsEmpty || body.IsEmpty)
        {
            throw new JsonException("the line has no type or no object");
        }
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
                    return JsonSerializer.Deserialize(ref reader, KindContracts.Models.Full<V1ObjectMeta>());
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

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token)
    {
        if (!reader.Read() || reader.TokenType != token)
        {
            throw new JsonException("the answer is no JSON object");
        }
    }
}
