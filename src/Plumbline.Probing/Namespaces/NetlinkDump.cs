using System.Runtime.InteropServices;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Namespaces;

/// <summary>Takes one message of a dump: its type, and what follows the header.</summary>
internal delegate void NetlinkMessage(ushort type, ReadOnlySpan<byte> payload);

/// <summary>One question to the kernel about a namespace, and all that it answers. Never waits: a dump is produced by the receive call itself.</summary>
internal static unsafe class NetlinkDump
{
    private const int Header = 16;
    private const ushort RequestAndDump = 0x301;
    private const ushort Done = 3;
    private const ushort Error = 2;

    // What the kernel cannot say in so many reads is no list of sockets or addresses.
    private const int MaxReads = 4096;

    /// <param name="protocol">Netlink family: 0 for routing, 4 for sockets.</param>
    /// <param name="what">What is asked for, in the plural.</param>
    /// <returns>Why there is no answer; null when all of it was taken.</returns>
    public static string? Run(NamespaceDoor door, NetworkNamespace target, int protocol, ushort type, ReadOnlySpan<byte> question, string what, NetlinkMessage take)
    {
        var opened = door.Open(target, Libc.AddressFamilyNetlink, Libc.Raw, protocol);
        if (opened.Failure != DoorFailure.None)
            return opened.Detail;

        try
        {
            Span<byte> request = stackalloc byte[Header + question.Length];
            request.Clear();
            MemoryMarshal.Write(request, request.Length);
            MemoryMarshal.Write(request[4..], type);
            MemoryMarshal.Write(request[6..], RequestAndDump);
            question.CopyTo(request[Header..]);
            fixed (byte* start = request)
            {
                if (Libc.Send(opened.Descriptor, start, request.Length, 0) != request.Length)
                    return Failed("ask for", Marshal.GetLastPInvokeError());
            }

            var buffer = new byte[32 * 1024];
            fixed (byte* start = buffer)
            {
                for (var reads = 0; reads < MaxReads; reads++)
                {
                    var got = Libc.Receive(opened.Descriptor, start, buffer.Length, 0);
                    if (got <= 0)
                        return Failed("read", Marshal.GetLastPInvokeError());
                    if (Take(buffer.AsSpan(0, (int)got), take, out var error))
                        return error == 0 ? null : Failed("ask for", error);
                }
            }

            return $"the kernel does not come to an end with the {what} inside {target}";
        }
        finally
        {
            _ = Libc.Close(opened.Descriptor);
        }

        string Failed(string verb, int error) => $"cannot {verb} the {what} inside {target}: {Errno.Name(error)}";
    }

    /// <returns>Whether that was the end.</returns>
    private static bool Take(ReadOnlySpan<byte> messages, NetlinkMessage take, out int error)
    {
        error = 0;
        while (messages.Length >= Header)
        {
            var length = MemoryMarshal.Read<int>(messages);
            var type = MemoryMarshal.Read<ushort>(messages[4..]);
            if (length < Header || length > messages.Length)
                return true;
            if (type is Done or Error)
            {
                // An error is a negative number; 0 acknowledges.
                error = type == Error && length >= Header + 4 ? -MemoryMarshal.Read<int>(messages[Header..]) : 0;
                return true;
            }

            take(type, messages[Header..length]);
            messages = messages[Math.Min((length + 3) & ~3, messages.Length)..];
        }

        return false;
    }
}
