using System.Text.Json;
using System.Text.Json.Serialization;
using Plumbline.Benchmarks.Measuring;

namespace Plumbline.Benchmarks.Lists;

/// <summary>What one process of one contender cost.</summary>
/// <param name="Retained">Bytes of heap after the list, all that is garbage collected.</param>
/// <param name="Peak">The most bytes of heap seen during the list, garbage included.</param>
/// <param name="Resident">The most bytes of the process in memory, up to the end of the list.</param>
/// <param name="EventsPerCpuSecond">Of the watch, once it is warm.</param>
internal sealed record ListFigures(
    long Retained, long Peak, long Resident, long Allocated, double ListCpuSeconds, double EventsPerCpuSecond, double AllocatedPerEvent);

[JsonSerializable(typeof(ListFigures))]
internal sealed partial class ListFiguresJson : JsonSerializerContext;

/// <summary>Lists once, in a process that has done nothing before, and then watches.</summary>
internal static class ListClient
{
    private const int WarmEvents = 20_000;
    private const int Events = 20_000;

    public static async Task<int> RunAsync(string contender, Uri server)
    {
        using var client = Create(contender, server);
        using var stop = new CancellationTokenSource();
        var (seen, listCpu, watchCpu, allocatedByList, allocatedByWatch) = (0L, TimeSpan.Zero, TimeSpan.Zero, 0L, 0L);
        long retained = 0, resident = 0;
        object? kept = null;
        using var peak = new HeapPeak();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = CpuClock.OfThisProcess();
        try
        {
            await client.FollowAsync(Listed, Changed, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }

        GC.KeepAlive(kept);
        var figures = new ListFigures(retained, peak.Bytes, resident, allocatedByList, listCpu.TotalSeconds, Events / watchCpu.TotalSeconds, (double)allocatedByWatch / Events);
        Console.WriteLine(JsonSerializer.Serialize(figures, ListFiguresJson.Default.ListFigures));
        return 0;

        void Listed(object all)
        {
            peak.Stop();
            listCpu = CpuClock.OfThisProcess() - cpu;
            allocatedByList = GC.GetTotalAllocatedBytes(precise: true) - allocated;
            resident = ProcessStatus.Bytes(Environment.ProcessId, "VmHWM");
            kept = all;
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            retained = GC.GetTotalMemory(forceFullCollection: true);
        }

        void Changed()
        {
            switch (++seen)
            {
                case WarmEvents:
                    (cpu, allocated) = (CpuClock.OfThisProcess(), GC.GetTotalAllocatedBytes(precise: true));
                    break;
                case WarmEvents + Events:
                    (watchCpu, allocatedByWatch) = (CpuClock.OfThisProcess() - cpu, GC.GetTotalAllocatedBytes(precise: true) - allocated);
                    stop.Cancel();
                    break;
            }
        }
    }

    public static readonly IReadOnlyList<string> Contenders = ["plumbline", "library"];

    private static IListContender Create(string contender, Uri server) => contender == Contenders[0] ? new OwnCache(server) : new PlainLibrary(server);

    /// <summary>Looks at the heap a thousand times a second.</summary>
    private sealed class HeapPeak : IDisposable
    {
        private readonly ManualResetEventSlim _stop = new();
        private readonly Thread _thread;

        public HeapPeak()
        {
            _thread = new Thread(Watch) { IsBackground = true };
            _thread.Start();
        }

        public long Bytes { get; private set; }

        public void Stop()
        {
            _stop.Set();
            _thread.Join();
        }

        public void Dispose() => _stop.Dispose();

        private void Watch()
        {
            do
            {
                Bytes = Math.Max(Bytes, GC.GetTotalMemory(forceFullCollection: false));
            }
            while (!_stop.Wait(1));
        }
    }
}
