using System.Text.Json;
using System.Text.Json.Serialization;
using Plumbline.Benchmarks.Measuring;

namespace Plumbline.Benchmarks.Reporting;

internal sealed record Report(string Machine, bool Quick, int Rounds, IReadOnlyList<Row> Rows);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n", DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(Report))]
internal sealed partial class ReportJson : JsonSerializerContext;

internal static class JsonReport
{
    public static string Write(Report report) => JsonSerializer.Serialize(report, ReportJson.Default.Report);

    public static Report Read(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, ReportJson.Default.Report)!;
}
