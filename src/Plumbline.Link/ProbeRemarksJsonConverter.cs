using System.Text.Json;
using System.Text.Json.Serialization;
using Plumbline.Core.Probes;

namespace Plumbline.Link;

/// <summary>Names with commas between. One that this version does not know is left out: a fact beside the outcome must not cost the result.</summary>
public sealed class ProbeRemarksJsonConverter : JsonConverter<ProbeRemarks>
{
    private static readonly ProbeRemarks[] Known = [.. Enum.GetValues<ProbeRemarks>().Where(remark => remark != ProbeRemarks.None)];

    public override ProbeRemarks Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return ProbeRemarks.None;
        }

        var names = reader.GetString()!.Split(',', StringSplitOptions.TrimEntries);
        return Known.Where(remark => names.Contains(remark.ToString(), StringComparer.Ordinal)).Aggregate(ProbeRemarks.None, (all, remark) => all | remark);
    }

    public override void Write(Utf8JsonWriter writer, ProbeRemarks value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
