using System.Diagnostics;
using System.Diagnostics.Metrics;
using Prometheus;

namespace Plumbline.Metrics;

/// <summary>
/// The process itself, under the names that every Prometheus client library uses, so that common dashboards and alerts work. On the page prometheus-net
/// tells of the process and its runtime; it lacks two of those names, which come from here. OTLP reads all four from here.
/// </summary>
public sealed class ProcessMetrics : IDisposable
{
    private readonly Meter _meter = new("Plumbline.Process");

    public ProcessMetrics()
    {
        var started = Started();
        _meter.CreateObservableCounter("process_cpu_seconds", () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "User and system CPU time of the process.");
        _meter.CreateObservableGauge("process_resident_memory_bytes", () => Environment.WorkingSet, "By", "Resident memory of the process.");
        _meter.CreateObservableGauge("process_open_fds", OpenDescriptors, null, "Open file descriptors of the process.");
        _meter.CreateObservableGauge("process_start_time_seconds", () => started, "s", "Unix time at which the process started.");
    }

    public Meter Meter => _meter;

    public void Dispose() => _meter.Dispose();

    /// <summary>Puts the library's own metrics into a registry.</summary>
    /// <returns>Those names of it that the meter has too.</returns>
    internal static IReadOnlySet<string> OfTheLibrary(CollectorRegistry registry)
    {
        DotNetStats.Register(registry);
        return new HashSet<string>(StringComparer.Ordinal) { "process_cpu_seconds_total", "process_start_time_seconds" };
    }

    private static double Started()
    {
        using var process = Process.GetCurrentProcess();
        return new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0;
    }

    // No value rather than a wrong one where there is no such directory, as on other systems than Linux.
    private static IEnumerable<Measurement<long>> OpenDescriptors()
    {
        const string directory = "/proc/self/fd";
        return Directory.Exists(directory) ? [new Measurement<long>(Directory.EnumerateFileSystemEntries(directory).LongCount())] : [];
    }
}
