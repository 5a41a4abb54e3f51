using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Kinds;

/// <summary>Objects that typed clients send as <c>application/vnd.kubernetes.protobuf</c>. Only read: every client also takes JSON for an answer.</summary>
internal static class ProtobufObjects
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    /// <summary>Four bytes before the envelope, <c>runtime.Unknown</c>.</summary>
    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <exception cref="JsonException">The body is no such object, or one of a kind that this server does not know.</exception>
    public static JsonObject Parse(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(Magic))
        {
            throw new JsonException("the body does not begin as an object in protocol buffers does");
        }

        var (apiVersion, kind) = ("", "");
        ReadOnlySpan<byte> raw = default;
        var envelope = new ProtobufReader(body[Magic.Length..]);
        while (envelope.Read())
        {
            if (envelope.Field == 1)
            {
                (apiVersion, kind) = TypeMeta(envelope.Bytes);
            }
            else if (envelope.Field == 2)
            {
                raw = envelope.Bytes;
            }
        }

        // options of a request come under the version of whatever they are for
        var type = kind == "DeleteOptions" ? "meta/v1.DeleteOptions" : $"{apiVersion}.{kind}";
        var tree = Message(raw, BuiltInKinds.Fields(type) ?? throw new JsonException($"{type} is not known in protocol buffers; send JSON"));
        tree["apiVersion"] = apiVersion;
        tree["kind"] = kind;
        return tree;
    }

    private static (string ApiVersion, string Kind) TypeMeta(ReadOnlySpan<byte> bytes)
    {
        var (apiVersion, kind) = ("", "");
        var reader = new ProtobufReader(bytes);
        while (reader.Read())
        {
            (apiVersion, kind) = reader.Field == 1 ? (reader.Text, kind) : (apiVersion, reader.Text);
        }

        return (apiVersion, kind);
    }

    private static JsonObject Message(ReadOnlySpan<byte> bytes, IReadOnlyList<KindField> fields)
    {
        var tree = new JsonObject();
        var reader = new ProtobufReader(bytes);
        while (reader.Read())
        {
            var number = reader.Field;
            if (fields.FirstOrDefault(field => field.Number == number) is { } field)
            {
                Put(tree, field, ref reader);
            }
        }

        return tree;
    }

    private static void Put(JsonObject tree, KindField field, ref ProtobufReader reader)
    {
        switch (field)
        {
            case { IsInline: true }:
                foreach (var (key, inner) in Message(reader.Bytes, BuiltInKinds.Fields(field.Type)!))
                {
                    tree[key] = inner?.DeepClone();
                }

                break;
            case { Container: Container.List }:
                var list = tree[field.Name] as JsonArray ?? [];
                list.Add(Value(field, ref reader));
                tree[field.Name] ??= list;
                break;
            case { Container: Container.Map or Container.MapOfLists }:
                PutEntry(tree.Child(field.Name), field, reader.Bytes);
                break;
            default:
                // what Go leaves out of JSON is on this wire all the same: the empty value of a field that cannot be unset
                if (Value(field, ref reader) is { } value && (field.IsPointer || !IsEmpty(value)))
                {
                    tree[field.Name] = value;
                }

                break;
        }
    }

    private static void PutEntry(JsonObject map, KindField field, ReadOnlySpan<byte> bytes)
    {
        var key = "";
        JsonNode? value = field.Container == Container.MapOfLists ? new JsonArray() : field.Type == "s" ? "" : null;
        var reader = new ProtobufReader(bytes);
        while (reader.Read())
        {
            if (reader.Field == 1)
            {
                key = reader.Text;
            }
            else if (field.Container == Container.MapOfLists)
            {
                var items = new ProtobufReader(reader.Bytes);
                while (items.Read())
                {
                    value!.AsArray().Add((JsonNode)items.Text);
                }
            }
            else
            {
                value = Value(field, ref reader);
            }
        }

        map[key] = value;
    }

    private static JsonNode? Value(KindField field, ref ProtobufReader reader) => field.Type switch
    {
        "s" => reader.Text,
        "b" => reader.Number != 0,
        "i" => reader.Number,
        "d" => BitConverter.Int64BitsToDouble(reader.Number),
        "y" => Convert.ToBase64String(reader.Bytes),
        "T" => Time(reader.Bytes, "yyyy-MM-dd'T'HH:mm:ss'Z'"),
        "U" => Time(reader.Bytes, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'"),
        "D" => $"{(Numbers(reader.Bytes).First / 1e9).ToString("R", CultureInfo.InvariantCulture)}s",
        "Q" => Wrapped(reader.Bytes, 1) is { Length: > 0 } quantity ? System.Text.Encoding.UTF8.GetString(quantity) : null,
        "I" => IntOrString(reader.Bytes),
        "F" or "R" => Wrapped(reader.Bytes, 1) is { Length: > 0 } raw ? JsonTree.Parse(raw) : null,
        var type => Message(reader.Bytes, BuiltInKinds.Fields(type)!),
    };

    private static bool IsEmpty(JsonNode value) => value switch
    {
        JsonObject map => map.Count == 0,
        JsonArray list => list.Count == 0,
        _ => value.Text() == "" || value.Number() == 0 || value.Flag() == false || (value.GetValueKind() == JsonValueKind.Number && value.Number() is null && value.Real() == 0),
    };

    private static JsonValue? Time(ReadOnlySpan<byte> bytes, string format)
    {
        var (seconds, nanoseconds) = Numbers(bytes);
        return seconds == 0 && nanoseconds == 0
            ? null
            : JsonValue.Create(DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanoseconds / 100).UtcDateTime.ToString(format, CultureInfo.InvariantCulture));
    }

    private static (long First, long Second) Numbers(ReadOnlySpan<byte> bytes)
    {
        var numbers = (0L, 0L);
        var reader = new ProtobufReader(bytes);
        while (reader.Read())
        {
            numbers = reader.Field == 1 ? (reader.Number, numbers.Item2) : (numbers.Item1, reader.Number);
        }

        return numbers;
    }

    private static ReadOnlySpan<byte> Wrapped(ReadOnlySpan<byte> bytes, int field)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.Read())
        {
            if (reader.Field == field)
            {
                return reader.Bytes;
            }
        }

        return default;
    }

    private static JsonValue? IntOrString(ReadOnlySpan<byte> bytes)
    {
        var (isText, number, text) = (false, 0L, "");
        var reader = new ProtobufReader(bytes);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1:
                    isText = reader.Number == 1;
                    break;
                case 2:
                    number = reader.Number;
                    break;
                default:
                    text = reader.Text;
                    break;
            }
        }

        return isText ? JsonValue.Create(text) : JsonValue.Create(number);
    }
}
