using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Plumbline.Kubernetes.Contracts;

/// <summary>
/// Reads what repeats from object to object (labels, nodes, namespaces, words) as one string in memory. The table has a fixed size: a string that
/// falls out of it is made anew, no more. Threads may race for a place, and one of the equal strings wins.
/// </summary>
internal sealed class SharedStringConverter : JsonConverter<string>
{
    private const int Places = 8192;

    /// <summary>Longer ones hardly repeat.</summary>
    private const int MaxBytes = 128;

    private readonly string?[] _table = new string?[Places];

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader);

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader)!;

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    private string? Read(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && !reader.HasValueSequence && !reader.ValueIsEscaped && reader.ValueSpan.Length <= MaxBytes
            ? Shared(reader.ValueSpan)
            : reader.GetString();

    private string Shared(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return "";
        }

        var hash = new HashCode();
        hash.AddBytes(text);
        var place = hash.ToHashCode() & (Places - 1);
        var known = _table[place];
        if (Is(known, text))
        {
            return known!;
        }

        // Each string has two places. The newcomer takes the first, and who was there moves on to the second.
        var second = place ^ 1;
        known = _table[second];
        if (!Is(known, text))
        {
            known = Encoding.UTF8.GetString(text);
            _table[second] = _table[place];
            _table[place] = known;
        }

        return known!;
    }

    private static bool Is(string? known, ReadOnlySpan<byte> text) => known is not null && Ascii.Equals(text, known);
}
