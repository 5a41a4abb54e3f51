using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Plumbline.Probing.Tests.Fixtures;

/// <summary>
/// A thread with a descriptor table of its own, which can be filled without the rest of the process noticing: the test runner needs
/// descriptors at moments of its own choosing. What is made here must be used and disposed here, since a number means another
/// descriptor elsewhere.
/// </summary>
internal sealed unsafe partial class OwnDescriptors : IDisposable
{
    private const int CloneFiles = 0x400;
    private const int DescriptorLimit = 7;

    /// <summary>Far more than the process has, so that only a table that is filled on purpose gets there.</summary>
    private const ulong Limit = 4096;

    private readonly BlockingCollection<Action> _work = [];
    private readonly List<int> _fillers = [];
    private readonly Thread _thread;
    private readonly (ulong Soft, ulong Hard) _before;

    public OwnDescriptors()
    {
        ulong* limits = stackalloc ulong[2];
        _before = GetLimit(DescriptorLimit, limits) == 0 ? (limits[0], limits[1]) : throw new InvalidOperationException("getrlimit");
        Set(Math.Min(Limit, _before.Soft), _before.Hard);
        _thread = new Thread(Work) { IsBackground = true, Name = "own descriptors" };
        _thread.Start();
        Run(() => Unshare(CloneFiles) == 0 ? 0 : throw new InvalidOperationException("unshare"));
    }

    public T Run<T>(Func<T> act)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(act());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task.GetAwaiter().GetResult();
    }

    public void Exhaust() => Run(() =>
    {
        int filler;
        while ((filler = Duplicate(0)) >= 0)
            _fillers.Add(filler);
        return _fillers.Count;
    });

    public void Relieve() => Run(() =>
    {
        foreach (var filler in _fillers)
            _ = Native.Libc.Close(filler);
        _fillers.Clear();
        return 0;
    });

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
        Set(_before.Soft, _before.Hard);
    }

    private void Work()
    {
        foreach (var act in _work.GetConsumingEnumerable())
            act();
    }

    private static void Set(ulong soft, ulong hard)
    {
        ulong* limits = stackalloc ulong[2];
        (limits[0], limits[1]) = (soft, hard);
        if (SetLimit(DescriptorLimit, limits) != 0)
            throw new InvalidOperationException("setrlimit");
    }

    [LibraryImport("libc", EntryPoint = "unshare")]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, ulong* limits);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, ulong* limits);
}
