using System.Globalization;

namespace Plumbline.Benchmarks.Measuring;

/// <summary>What the kernel says of a process's memory.</summary>
internal static class ProcessStatus
{
    /// <param name="field">Of /proc/PID/status, such as VmHWM.</param>
    public static long Bytes(int process, string field) => 1024 * long.Parse(
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith($"{field}:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
