using System.Text.Json;
using System.Text.Json.Serialization;

namespace Plumbline.Link;

/// <summary>
/// Enums by name. A name that this version does not know becomes -1, so that what a newer version adds costs the one
/// entry that has it and not the message: whoever takes the entry checks it with <see cref="Enum.IsDefined{TEnum}"/>.
/// </summary>
public sealed class TolerantEnumConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    private static readonly T Unknown = (T)Enum.ToObject(typeof(T), -1);

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return Unknown;
        }

        // Not numbers in quotes: their meaning moves when a member is added.
        return reader.GetString() is [var first, ..] text && char.IsAsciiLetter(first) && Enum.TryParse<T>(text, ignoreCase: false, out var value) && Enum.IsDefined(value) ? value : Unknown;
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
