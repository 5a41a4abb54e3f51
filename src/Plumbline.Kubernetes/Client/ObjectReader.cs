using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using k8s;
using k8s.Models;
using Plumbline.Kubernetes.Contracts;

namespace Plumbline.Kubernetes.Client;

/// <summary>Reads answers object by object, so that one object that does not fit our types costs only itself.</summary>
internal static class ObjectReader
{
    private static ReadOnlySpan<byte> ModifiedHead => "{\"type\":\"MODIFIED\",\"object\":"u8;

    private static ReadOnlySpan<byte> AddedHead => "{\"type\":\"ADDED\",\"object\":"u8;

    private static ReadOnlySpan<byte> DeletedHead => "{\"type\":\"DELETED\",\"object\":"u8;

    /// <summary>
    /// The usual line of a watch, as the API server writes it: type, object, nothing else. The object is what is left behind the type, so that nothing is
    /// read twice; whether it is one whole value turns out when it is read.
    /// </summary>
    public static bool TryReadChange(ReadOnlySpan<byte> line, out WatchEventType type, out ReadOnlySpan<byte> body)
    {
        var (head, known) = line switch
        {
            _ when line.StartsWith(ModifiedHead) => (ModifiedHead.Length, WatchEventType.Modified),
            _ when line.StartsWith(AddedHead) => (AddedHead.Length, WatchEventType.Added),
            _ when line.StartsWith(DeletedHead) => (DeletedHead.Length, WatchEventType.Deleted),
            _ => default,
        };
        type = known;
        body = head > 0 && line[^1] == '}' ? line[head..^1] : default;
        return !body.IsEmpty;
    }

    /// <summary>One line of a watch in any other form: the type may come after the object, and more beside them.</summary>
    /// <exception cref="JsonException">The line is no watch event.</exception>
    public static (string Type, byte[] Body) ReadEvent(ReadOnlySpan<byte> json)
    {
        var line = Parse(json);
        return line.ValueKind is JsonValueKind.Object && line.TryGetProperty("type", out var type) && line.TryGetProperty("object", out var body)
            ? (type.ToString(), JsonMarshal.GetRawUtf8Value(body).ToArray())
            : throw new JsonException("the line has no type or no object");
    }

    /// <summary>Only who it is, for an object of which the rest cannot be read.</summary>
    public static V1ObjectMeta? ReadMetadata(ReadOnlySpan<byte> json)
    {
        try
        {
            var item = Parse(json);
            return item.ValueKind is JsonValueKind.Object && item.TryGetProperty("metadata", out var metadata)
                ? metadata.Deserialize(KindContracts.Models.Full<V1ObjectMeta>())
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
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

    private static JsonElement Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return JsonElement.ParseValue(ref reader);
    }
}
