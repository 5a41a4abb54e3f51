using OpenTelemetry.Exporter;

namespace Plumbline.Telemetry;

/// <summary>Where metrics are exported to, from the option and the variables of the OpenTelemetry specification.</summary>
internal abstract record OtlpTarget
{
    private const string Path = "/v1/metrics";

    private OtlpTarget()
    {
    }

    /// <summary>Nobody asked for an export.</summary>
    public sealed record None : OtlpTarget;

    /// <param name="Endpoint">Complete: with the signal's path where the protocol has one.</param>
    public sealed record Collector(Uri Endpoint, OtlpExportProtocol Protocol) : OtlpTarget;

    public sealed record Invalid(string Problem) : OtlpTarget;

    /// <param name="option">Base address, as <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>; it wins.</param>
    public static OtlpTarget Of(string? option, Func<string, string?> environment)
    {
        var exact = string.IsNullOrEmpty(option) ? Variable("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT") : null;
        var text = exact ?? (string.IsNullOrEmpty(option) ? Variable("OTEL_EXPORTER_OTLP_ENDPOINT") : option);
        if (text is null)
            return new None();
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            return new Invalid($"must be an address such as http://otel-collector:4318, not '{text}'");
        return (Variable("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL") ?? Variable("OTEL_EXPORTER_OTLP_PROTOCOL") ?? "http/protobuf") switch
        {
            "grpc" => new Collector(uri, OtlpExportProtocol.Grpc),
            "http/protobuf" => new Collector(exact is not null || uri.AbsolutePath.EndsWith(Path, StringComparison.Ordinal) ? uri : WithPath(uri), OtlpExportProtocol.HttpProtobuf),
            var other => new Invalid($"cannot be used with protocol '{other}' (OTEL_EXPORTER_OTLP_PROTOCOL): http/protobuf or grpc"),
        };

        string? Variable(string name) => environment(name) is { Length: > 0 } value ? value : null;
    }

    private static Uri WithPath(Uri uri) => new UriBuilder(uri) { Path = uri.AbsolutePath.TrimEnd('/') + Path }.Uri;
}
