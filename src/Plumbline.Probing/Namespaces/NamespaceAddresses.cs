using System.Net;
using System.Runtime.InteropServices;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Namespaces;

/// <summary>The addresses inside a namespace, or why they cannot be told.</summary>
/// <param name="Addresses">Without loopback and link-local ones, which every namespace has. Empty when <paramref name="Failure"/> is set.</param>
public sealed record NamespaceAddresses(IReadOnlyList<IPAddress> Addresses, string? Failure)
{
    private const ushort NewAddress = 20;
    private const ushort GetAddress = 22;
    private const ushort Done = 3;
    private const ushort Error = 2;

    /// <summary>Asks the kernel over a routing socket made inside the namespace.</summary>
    internal static unsafe NamespaceAddresses Read(NamespaceDoor door, NetworkNamespace target)
    {
        var opened = door.Open(target, Libc.AddressFamilyNetlink, Libc.Raw, 0);
        if (opened.Failure != DoorFailure.None)
            return new NamespaceAddresses([], opened.Detail);

        try
        {
            // nlmsghdr: length 4, type 2, flags 2 (request | dump), sequence 4, port 4; then ifaddrmsg of 8 bytes, any family.
            Span<byte> request = stackalloc byte[24];
            request.Clear();
            MemoryMarshal.Write(request, 24);
            MemoryMarshal.Write(request[4..], GetAddress);
            MemoryMarshal.Write(request[6..], (ushort)0x301);
            fixed (byte* start = request)
            {
                if (Libc.Send(opened.Descriptor, start, request.Length, 0) != request.Length)
                    return Failed("ask for");
            }

            var found = new List<IPAddress>();
            var buffer = new byte[32 * 1024];
            fixed (byte* start = buffer)
            {
                while (true)
                {
                    // A dump is produced by the receive call itself, so this never waits.
                    var got = Libc.Receive(opened.Descriptor, start, buffer.Length, 0);
                    if (got <= 0)
                        return Failed("read");
                    if (TakeMessages(buffer.AsSpan(0, (int)got), found))
                        return new NamespaceAddresses(found, null);
                }
            }
        }
        finally
        {
            _ = Libc.Close(opened.Descriptor);
        }

        NamespaceAddresses Failed(string verb) =>
            new([], $"cannot {verb} the addresses inside {target}: {Errno.Name(Marshal.GetLastPInvokeError())}");
    }

    private static bool TakeMessages(ReadOnlySpan<byte> messages, List<IPAddress> found)
    {
        while (messages.Length >= 16)
        {
            var length = MemoryMarshal.Read<int>(messages);
            var type = MemoryMarshal.Read<ushort>(messages[4..]);
            if (type is Done or Error || length < 16 || length > messages.Length)
                return true;
            if (type == NewAddress && length >= 24 && ReadAddress(messages[16..length]) is { } address)
                found.Add(address);
            messages = messages[Math.Min((length + 3) & ~3, messages.Length)..];
        }

        return false;
    }

    private static IPAddress? ReadAddress(ReadOnlySpan<byte> message)
    {
        const byte linkScope = 253;
        const ushort attributeAddress = 1;
        const ushort attributeLocal = 2;
        if (message[3] >= linkScope)
            return null;

        IPAddress? address = null;
        for (var rest = message[8..]; rest.Length >= 4;)
        {
            var length = MemoryMarshal.Read<ushort>(rest);
            var type = MemoryMarshal.Read<ushort>(rest[2..]);
            if (length < 4 || length > rest.Length)
                break;

            // On a point-to-point link ADDRESS is the peer and LOCAL is ours.
            if (length is 8 or 20 && (type == attributeLocal || (type == attributeAddress && address is null)))
                address = new IPAddress(rest[4..length]);
            rest = rest[Math.Min((length + 3) & ~3, rest.Length)..];
        }

        return address;
    }
}
