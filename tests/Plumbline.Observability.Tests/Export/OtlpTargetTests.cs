using OpenTelemetry.Exporter;
using Plumbline.Telemetry;

namespace Plumbline.Observability.Tests.Export;

[TestFixture]
public sealed class OtlpTargetTests
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    private const string Protocol = "OTEL_EXPORTER_OTLP_PROTOCOL";

    [Test]
    public void Target_NothingSaid_IsNone() => Assert.That(Of(null), Is.EqualTo(new OtlpTarget.None()));

    [Test]
    public void Target_OfAnEmptyVariable_IsNone() => Assert.That(Of(null, (Endpoint, "")), Is.EqualTo(new OtlpTarget.None()));

    [TestCase("http://collector:4318", "http://collector:4318/v1/metrics")]
    [TestCase("http://collector:4318/", "http://collector:4318/v1/metrics")]
    [TestCase("https://collector/otlp", "https://collector/otlp/v1/metrics")]
    [TestCase("http://collector:4318/v1/metrics", "http://collector:4318/v1/metrics")]
    public void Target_OfABaseAddress_HasTheSignalsPath(string option, string endpoint)
    {
        Assert.That(Of(option), Is.EqualTo(new OtlpTarget.Collector(new Uri(endpoint), OtlpExportProtocol.HttpProtobuf)));
        Assert.That(Of(null, (Endpoint, option)), Is.EqualTo(Of(option)));
    }

    [Test]
    public void Target_OfTheMetricsVariable_IsTakenAsItStands() => Assert.That(
        Of(null, (MetricsEndpoint, "http://c:1/here"), (Endpoint, "http://d:2")), Is.EqualTo(new OtlpTarget.Collector(new Uri("http://c:1/here"), OtlpExportProtocol.HttpProtobuf)));

    [Test]
    public void Target_OptionAndVariables_OptionWins() => Assert.That(
        Of("http://a:1", (MetricsEndpoint, "http://b:2"), (Endpoint, "http://c:3")), Is.EqualTo(new OtlpTarget.Collector(new Uri("http://a:1/v1/metrics"), OtlpExportProtocol.HttpProtobuf)));

    [Test]
    public void Target_ByGrpc_HasNoPath() => Assert.That(
        Of("http://a:4317", (Protocol, "grpc")), Is.EqualTo(new OtlpTarget.Collector(new Uri("http://a:4317"), OtlpExportProtocol.Grpc)));

    [TestCase("collector:4318", "must be an address such as http://otel-collector:4318, not 'collector:4318'")]
    [TestCase("ftp://collector", "must be an address such as http://otel-collector:4318, not 'ftp://collector'")]
    public void Target_NoHttpAddress_SaysWhatIsExpected(string option, string problem) => Assert.That(Of(option), Is.EqualTo(new OtlpTarget.Invalid(problem)));

    [Test]
    public void Target_ProtocolThatIsNotThere_SaysWhichAre() => Assert.That(
        Of("http://a:1", (Protocol, "http/json")), Is.EqualTo(new OtlpTarget.Invalid("cannot be used with protocol 'http/json' (OTEL_EXPORTER_OTLP_PROTOCOL): http/protobuf or grpc")));

    private static OtlpTarget Of(string? option, params (string Name, string Value)[] variables) =>
        OtlpTarget.Of(option, name => variables.FirstOrDefault(v => v.Name == name).Value);
}
