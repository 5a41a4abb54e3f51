using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Plumbline.Kubernetes.Models;

/// <summary>A port by number, or by the name that the pod gives it. Exactly one of the two is set; <c>default</c> is the number 0.</summary>
[JsonConverter(typeof(Converter))]
public readonly record struct IntOrString
{
    private readonly int _number;

    public IntOrString(int number) => _number = number;

    public IntOrString(string name) => Name = name;

    public string? Name { get; }

    public int? Number => Name is null ? _number : null;

    public static implicit operator IntOrString(int number) => new(number);

    public static implicit operator IntOrString(string name) => new(name);

    public static IntOrString FromInt32(int number) => new(number);

    public static IntOrString FromString(string name) => new(name);

    public override string ToString() => Name ?? _number.ToString(CultureInfo.InvariantCulture);

    public sealed class Converter : JsonConverter<IntOrString>
    {
        public override IntOrString Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
        {
            JsonTokenType.Number => new IntOrString(reader.GetInt32()),
            JsonTokenType.String => new IntOrString(reader.GetString() ?? ""),
            _ => throw new JsonException("expected a number or a string"),
        };

        public override void Write(Utf8JsonWriter writer, IntOrString value, JsonSerializerOptions options)
        {
            if (value.Name is { } name)
            {
                writer.WriteStringValue(name);
            }
            else
            {
                writer.WriteNumberValue(value._number);
            }
        }
    }
}
