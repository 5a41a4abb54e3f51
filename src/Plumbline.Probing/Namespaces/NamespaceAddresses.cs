using System.Net;
using System.Runtime.InteropServices;

namespace Plumbline.Probing.Namespaces;

/// <summary>The addresses inside a namespace, or why they cannot be told.</summary>
/// <param name="Addresses">Without loopback and link-local ones, which every namespace has. Empty when <paramref name="Failure"/> is set.</param>
public sealed record NamespaceAddresses(IReadOnlyList<IPAddress> Addresses, string? Failure)
{
    private const ushort NewAddress = 20;
    private const ushort GetAddress = 22;

    /// <summary>Asks the kernel over a routing socket made inside the namespace.</summary>
    internal static NamespaceAddresses Read(NamespaceDoor door, NetworkNamespace target)
    {
        // ifaddrmsg of 8 bytes, any family.
        Span<byte> question = stackalloc byte[8];
        question.Clear();
        var found = new List<IPAddress>();
        var failure = NetlinkDump.Run(door, target, 0, GetAddress, question, "addresses", (type, payload) =>
        {
            if (type == NewAddress && payload.Length >= 8 && ReadAddress(payload) is { } address)
                found.Add(address);
        });
        return failure is null ? new NamespaceAddresses(found, null) : new NamespaceAddresses([], failure);
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
