using System.Runtime.InteropServices;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Namespaces;

/// <summary>
/// A network namespace by the file that names it. Holds no descriptor: an open one would keep a dead pod's namespace alive, and
/// opening costs 2 µs.
/// </summary>
/// <param name="Path">The file, such as <c>/run/netns/cni-…</c> or <c>/proc/123/ns/net</c>; null for the process's own namespace.</param>
/// <param name="Inode">The namespace's identity. A file that has come to name another one counts as gone. Null: not checked.</param>
public sealed record NetworkNamespace(string? Path, ulong? Inode)
{
    private const int EmptyPath = 0x1000;
    private const uint WantInode = 0x100;
    private const uint WantChangeTime = 0x80;

    /// <summary>The namespace that the process was started in.</summary>
    public static NetworkNamespace Own { get; } = new(null, null);

    /// <summary>The namespace that a file names now; null when there is no such file.</summary>
    public static unsafe NetworkNamespace? AtPath(string path)
    {
        const int currentDirectory = -100;
        byte* facts = stackalloc byte[256];
        return Libc.StatX(currentDirectory, path, 0, WantInode, facts) == 0 ? new NetworkNamespace(path, InodeOf(facts)) : null;
    }

    /// <summary>
    /// When the namespace that a file names was pinned, in nanoseconds of the node's clock: the kernel makes the file's inode then and keeps it for as long
    /// as it is pinned. Null when there is no such file.
    /// </summary>
    public static unsafe long? PinnedAt(string path)
    {
        const int currentDirectory = -100;
        byte* facts = stackalloc byte[256];
        if (Libc.StatX(currentDirectory, path, 0, WantChangeTime, facts) != 0)
            return null;

        // stx_ctime lies 96 bytes into struct statx: seconds, then nanoseconds.
        var time = new ReadOnlySpan<byte>(facts + 96, 12);
        return (MemoryMarshal.Read<long>(time) * 1_000_000_000) + MemoryMarshal.Read<uint>(time[8..]);
    }

    public override string ToString() => Path ?? "own";

    internal static unsafe ulong? InodeOfDescriptor(int descriptor)
    {
        byte* facts = stackalloc byte[256];
        return Libc.StatX(descriptor, "", EmptyPath, WantInode, facts) == 0 ? InodeOf(facts) : null;
    }

    /// <summary><c>stx_ino</c> lies 32 bytes into <c>struct statx</c>, on every architecture.</summary>
    private static unsafe ulong InodeOf(byte* facts) => MemoryMarshal.Read<ulong>(new ReadOnlySpan<byte>(facts + 32, 8));
}
