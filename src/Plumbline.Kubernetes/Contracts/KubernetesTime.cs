using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Plumbline.Kubernetes.Contracts;

/// <summary><c>metav1.Time</c>: RFC 3339 in UTC with whole seconds, as the API server stores it.</summary>
internal sealed class TimeConverter : JsonConverter<DateTime>
{
    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset().UtcDateTime;

    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
}

/// <summary><c>metav1.MicroTime</c>: the API server accepts exactly six digits of a second here, neither fewer nor more.</summary>
internal sealed class MicroTimeConverter : JsonConverter<DateTime>
{
    public static JsonConverter For(Type type) => type == typeof(DateTime) ? new MicroTimeConverter() : new OrNull();

    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset().UtcDateTime;

    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));

    private sealed class OrNull : JsonConverter<DateTime?>
    {
        private readonly MicroTimeConverter _inner = new();

        public override DateTime? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => _inner.Read(ref reader, typeToConvert, options);

        public override void Write(Utf8JsonWriter writer, DateTime? value, JsonSerializerOptions options) => _inner.Write(writer, value!.Value, options);
    }
}
