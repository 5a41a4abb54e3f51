using System.Runtime.InteropServices;

namespace Plumbline.Probing.Native;

/// <summary><c>struct epoll_event</c>: packed to 12 bytes on x86-64 alone, 16 bytes elsewhere.</summary>
internal static class EpollEvents
{
    public static readonly int Size = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private static readonly int DataOffset = Size - sizeof(ulong);

    public static void Write(Span<byte> registration, uint events, ulong data)
    {
        MemoryMarshal.Write(registration, events);
        MemoryMarshal.Write(registration[DataOffset..], data);
    }

    public static (uint Events, ulong Data) Read(ReadOnlySpan<byte> events, int index)
    {
        var entry = events.Slice(index * Size, Size);
        return (MemoryMarshal.Read<uint>(entry), MemoryMarshal.Read<ulong>(entry[DataOffset..]));
    }
}
