using System.Runtime.InteropServices;

namespace Plumbline.Probing.Tests.Fixtures;

/// <summary>Takes capabilities away from what a test runs.</summary>
internal static partial class Privileges
{
    public const int DacOverride = 1;
    public const int DacReadSearch = 2;
    public const int SysAdmin = 21;
    private const uint Version3 = 0x20080522;

    /// <summary>Makes something on a thread that has lost capabilities; a thread that it starts has lost them as well.</summary>
    public static T Without<T>(Func<T> make, params int[] capabilities) => OnThread(make, effective => capabilities.Aggregate(effective, (left, capability) => left & ~(1UL << capability)));

    /// <summary>Makes something on a thread that has one capability left.</summary>
    public static T WithOnly<T>(Func<T> make, int capability) => OnThread(make, _ => 1UL << capability);

    private static T OnThread<T>(Func<T> make, Func<ulong, ulong> change)
    {
        var made = default(T);
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Change(change);
                made = make();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? made! : throw new InvalidOperationException(failure.Message, failure);
    }

    private static unsafe void Change(Func<ulong, ulong> change)
    {
        // Header: version and pid (0: this thread). Data: effective, permitted, inheritable, low words first.
        uint* header = stackalloc uint[2];
        uint* data = stackalloc uint[6];
        (header[0], header[1]) = (Version3, 0);
        if (GetCapabilities(header, data) != 0)
            throw new InvalidOperationException("capget");
        var effective = change(data[0] | ((ulong)data[3] << 32));
        (data[0], data[3]) = ((uint)effective, (uint)(effective >> 32));
        if (SetCapabilities(header, data) != 0)
            throw new InvalidOperationException("capset");
    }

    [LibraryImport("libc", EntryPoint = "capget")]
    private static unsafe partial int GetCapabilities(uint* header, uint* data);

    [LibraryImport("libc", EntryPoint = "capset")]
    private static unsafe partial int SetCapabilities(uint* header, uint* data);
}
