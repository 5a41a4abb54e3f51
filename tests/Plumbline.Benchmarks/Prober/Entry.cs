using Plumbline.Benchmarks.Measuring;
using Plumbline.Benchmarks.Processes;
using Plumbline.Probing;
using Plumbline.Probing.Namespaces;
using Plumbline.Probing.Native;

namespace Plumbline.Benchmarks.Prober;

/// <summary>What going into a namespace and back adds to making a socket, through the engine's own door.</summary>
internal static class Entry
{
    public static Batch Measure(ProbeOrigin[] origins, int count)
    {
        var batch = new Batch(count, 0, 0, 0, 0, 0, 0, 0);

        // The door belongs to the thread that made it, and its thread changes namespaces.
        var thread = new Thread(() => batch = batch with { CpuNanoseconds = Time(origins, count) });
        thread.Start();
        thread.Join();
        return batch;
    }

    private static long Time(ProbeOrigin[] origins, int count)
    {
        using var door = new NamespaceDoor();
        Open(door, origins, count / 4);
        Open(door, [ProbeOrigin.Own], count / 4);
        var start = CpuClock.OfThisThread();
        Open(door, origins, count);
        var entered = CpuClock.OfThisThread();
        Open(door, [ProbeOrigin.Own], count);
        return (long)(entered - start - (CpuClock.OfThisThread() - entered)).TotalNanoseconds;
    }

    private static void Open(NamespaceDoor door, ProbeOrigin[] origins, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var opened = door.Open(origins[i % origins.Length].Namespace, Libc.AddressFamilyInet, Libc.Stream, 0);
            if (opened.Failure != DoorFailure.None)
                throw new BenchmarkException(opened.Detail);
            _ = Libc.Close(opened.Descriptor);
        }
    }
}
