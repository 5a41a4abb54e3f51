using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Plumbline.Telemetry;

/// <summary>Brings what the exporter complains of into our log, at most once a minute: without it an export that never works is silent.</summary>
internal sealed class OtlpFailures(TimeProvider time, ILogger logger) : EventListener
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long? _said;

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name.StartsWith("OpenTelemetry-", StringComparison.Ordinal))
            EnableEvents(eventSource, EventLevel.Warning);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        lock (_gate)
        {
            if (_said is { } before && time.GetElapsedTime(before) < Quiet)
                return;
            _said = time.GetTimestamp();
        }

        Log.ExportFailed(logger, Text(eventData));
    }

    private static string Text(EventWrittenEventArgs e)
    {
        const int most = 300;
        var text = e.Message is { } format && e.Payload is { } payload ? string.Format(CultureInfo.InvariantCulture, format, [.. payload]) : e.EventName ?? "";
        var line = text.Split('\n', 2)[0].TrimEnd();
        return line.Length <= most ? line : line[..most];
    }
}
