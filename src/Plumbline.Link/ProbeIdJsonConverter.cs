using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Plumbline.Core.Probes;

namespace Plumbline.Link;

public sealed class ProbeIdJsonConverter : JsonConverter<ProbeId>
{
    public override ProbeId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ulong.TryParse(reader.GetString(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? new ProbeId(value)
            : throw new JsonException("a probe id is 16 hexadecimal digits");

    public override void Write(Utf8JsonWriter writer, ProbeId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
