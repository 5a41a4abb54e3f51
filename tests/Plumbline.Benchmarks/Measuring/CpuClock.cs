using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace Plumbline.Benchmarks.Measuring;

/// <summary>CPU time, user and system, as the kernel's scheduler accounts it: nanoseconds, ended threads included.</summary>
internal static unsafe partial class CpuClock
{
    private const int ProcessCpuTime = 2;
    private const int ThreadCpuTime = 3;
    private const int ReapedChildren = -1;

    public static TimeSpan OfThisProcess() => Read(ProcessCpuTime);

    public static TimeSpan OfThisThread() => Read(ThreadCpuTime);

    /// <summary>Any process that still lives. The clock's number is its process id, complemented, over three bits that say "whole process, scheduler's time".</summary>
    public static TimeSpan OfProcess(int id) => Read((~id << 3) | 2);

    /// <summary>Every child that ended and was waited for, with the children that it waited for.</summary>
    public static TimeSpan OfEndedChildren()
    {
        Span<long> usage = stackalloc long[18];
        fixed (long* start = usage)
        {
            if (GetResourceUsage(ReapedChildren, start) != 0)
                throw new InvalidOperationException($"getrusage: error {Marshal.GetLastPInvokeError()}");
        }

        return TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds(usage[1] + usage[3]);
    }

    private static TimeSpan Read(int clock)
    {
        long* time = stackalloc long[2];
        if (GetTime(clock, time) != 0)
            throw new InvalidOperationException($"clock_gettime({clock}): error {Marshal.GetLastPInvokeError()}; has the process ended?");
        return TimeSpan.FromSeconds(time[0]) + TimeSpan.FromTicks(time[1] / 100);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int GetTime(int clock, long* time);

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    private static partial int GetResourceUsage(int who, long* usage);
}
