using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Plumbline.Lab.Network.Netlink;

/// <summary>Builds one rtnetlink message: header, fixed part, attributes (rtnetlink(7), netlink(7); host byte order).</summary>
internal sealed class NetlinkRequest
{
    private const ushort Request = 1;
    private const ushort Acknowledge = 4;
    private const int HeaderLength = 16;

    private readonly byte[] _buffer = new byte[1024];
    private readonly Stack<int> _nests = new();
    private int _length = HeaderLength;

    public NetlinkRequest(ushort type, ushort flags = 0)
    {
        BitConverter.TryWriteBytes(_buffer.AsSpan(4), type);
        BitConverter.TryWriteBytes(_buffer.AsSpan(6), (ushort)(flags | Request | Acknowledge));
    }

    /// <summary>Appends a fixed-size part, such as <c>ifinfomsg</c>.</summary>
    public NetlinkRequest Fixed<T>(in T part)
        where T : unmanaged
    {
        MemoryMarshal.Write(_buffer.AsSpan(_length), in part);
        _length += Align(Marshal.SizeOf<T>());
        return this;
    }

    public NetlinkRequest Attribute(ushort type, ReadOnlySpan<byte> data)
    {
        BitConverter.TryWriteBytes(_buffer.AsSpan(_length), (ushort)(4 + data.Length));
        BitConverter.TryWriteBytes(_buffer.AsSpan(_length + 2), type);
        data.CopyTo(_buffer.AsSpan(_length + 4));
        _length += Align(4 + data.Length);
        return this;
    }

    public NetlinkRequest Attribute(ushort type, int value) => Attribute(type, BitConverter.GetBytes(value));

    public NetlinkRequest Attribute(ushort type, string value) => Attribute(type, Encoding.ASCII.GetBytes(value + '\0'));

    public NetlinkRequest Attribute(ushort type, IPAddress? value) => value is null ? this : Attribute(type, value.GetAddressBytes());

    public NetlinkRequest Nest(ushort type)
    {
        _nests.Push(_length);
        BitConverter.TryWriteBytes(_buffer.AsSpan(_length + 2), type);
        _length += 4;
        return this;
    }

    public NetlinkRequest EndNest()
    {
        var start = _nests.Pop();
        BitConverter.TryWriteBytes(_buffer.AsSpan(start), (ushort)(_length - start));
        return this;
    }

    public ReadOnlySpan<byte> Finish(uint sequence)
    {
        BitConverter.TryWriteBytes(_buffer.AsSpan(0), _length);
        BitConverter.TryWriteBytes(_buffer.AsSpan(8), sequence);
        return _buffer.AsSpan(0, _length);
    }

    public static int Align(int length) => (length + 3) & ~3;
}

/// <summary><c>struct ifinfomsg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LinkMessage
{
    public byte Family;
    public byte Padding;
    public ushort Type;
    public int Index;
    public uint Flags;
    public uint Change;
}

/// <summary><c>struct ifaddrmsg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AddressMessage
{
    public byte Family;
    public byte PrefixLength;
    public byte Flags;
    public byte Scope;
    public int Index;
}

/// <summary><c>struct rtmsg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RouteMessage
{
    public byte Family;
    public byte DestinationLength;
    public byte SourceLength;
    public byte Tos;
    public byte Table;
    public byte Protocol;
    public byte Scope;
    public byte Type;
    public uint Flags;
}

/// <summary><c>struct ndmsg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NeighbourMessage
{
    public byte Family;
    public byte Padding1;
    public ushort Padding2;
    public int Index;
    public ushort State;
    public byte Flags;
    public byte Type;
}
