using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Plumbline.Link;

/// <summary>An element that does not read becomes null, and the others stay: whoever takes the array counts the nulls.</summary>
public sealed class TolerantArrayConverter<T> : JsonConverter<T[]>
    where T : class
{
    public override T[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException($"a list of {typeof(T).Name} is expected");
        }

        var type = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        var elements = new List<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = reader;
            try
            {
                elements.Add(JsonSerializer.Deserialize(ref reader, type)!);
            }
            catch (JsonException)
            {
                reader = start;
                reader.Skip();
                elements.Add(null!);
            }
        }

        return [.. elements];
    }

    public override void Write(Utf8JsonWriter writer, T[] value, JsonSerializerOptions options)
    {
        var type = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
        writer.WriteStartArray();
        foreach (var element in value)
        {
            JsonSerializer.Serialize(writer, element, type);
        }

        writer.WriteEndArray();
    }
}
