using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;

namespace Plumbline.Lab.Network.Netlink;

/// <summary>
/// Links, addresses, routes and neighbours of one network namespace, over a netlink socket that was created inside it. Usable from any thread:
/// that socket, not the caller, decides which namespace changes. One process-free request each, so hundreds of pods cost milliseconds.
/// </summary>
internal sealed class RouteSocket : IDisposable
{
    private const ushort NewLink = 16;
    private const ushort DeleteLink = 17;
    private const ushort GetLink = 18;
    private const ushort NewAddress = 20;
    private const ushort DeleteAddress = 21;
    private const ushort NewRoute = 24;
    private const ushort DeleteRoute = 25;
    private const ushort NewNeighbour = 28;
    private const ushort Replace = 0x100;
    private const ushort Exclusive = 0x200;
    private const ushort Create = 0x400;
    private const ushort ErrorMessage = 2;
    private const uint InterfaceUp = 1;

    private readonly Lock _lock = new();
    private readonly byte[] _reply = new byte[16384];
    private readonly int _fd;
    private uint _sequence;
    private bool _closed;

    private RouteSocket(int fd) => _fd = fd;

    /// <summary>Opens the socket in the namespace of the calling thread.</summary>
    public static RouteSocket Open()
    {
        var fd = Libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, 0);
        Libc.Check(fd, "open a netlink socket");
        const int NetlinkLevel = 270;
        const int ExtendedAcknowledge = 11;
        const int CapAcknowledge = 10;

        // Only for better messages: kernels without it still say the errno.
        _ = Libc.setsockopt(fd, NetlinkLevel, ExtendedAcknowledge, 1, sizeof(int));
        _ = Libc.setsockopt(fd, NetlinkLevel, CapAcknowledge, 1, sizeof(int));
        return new RouteSocket(fd);
    }

    public int IndexOf(string link)
    {
        var index = 0;
        Send(new NetlinkRequest(GetLink).Fixed(default(LinkMessage)).Attribute(3, link), $"find link {link}", (type, body) =>
        {
            if (type == NewLink)
            {
                index = BitConverter.ToInt32(body[4..]);
            }
        });
        return index != 0 ? index : throw new IOException($"find link {link}: the kernel gave no index");
    }

    /// <summary>Makes a veth pair: one end here, the other in the namespace that <paramref name="peerNamespaceFd"/> is open on. Both ends are down.</summary>
    public void AddVeth(string name, PhysicalAddress address, string peerName, PhysicalAddress peerAddress, int peerNamespaceFd) => Send(
        new NetlinkRequest(NewLink, Create | Exclusive).Fixed(default(LinkMessage))
            .Attribute(3, name).Attribute(1, address.GetAddressBytes())
            .Nest(18).Attribute(1, "veth").Nest(2).Nest(1)
            .Fixed(default(LinkMessage)).Attribute(3, peerName).Attribute(1, peerAddress.GetAddressBytes()).Attribute(28, peerNamespaceFd)
            .EndNest().EndNest().EndNest(),
        $"add veth {name}");

    public void DeleteLinkByName(string name) =>
        Send(new NetlinkRequest(DeleteLink).Fixed(default(LinkMessage)).Attribute(3, name), $"delete link {name}");

    public void SetUp(int index, bool up = true) => Send(
        new NetlinkRequest(NewLink).Fixed(new LinkMessage { Index = index, Flags = up ? InterfaceUp : 0, Change = InterfaceUp }),
        $"set link {index} {(up ? "up" : "down")}");

    public void AddAddress(int index, IPAddress address) => ChangeAddress(NewAddress, Create | Replace, index, address, $"add address {address}");

    public void RemoveAddress(int index, IPAddress address) => ChangeAddress(DeleteAddress, 0, index, address, $"remove address {address}");

    /// <param name="gateway">Null: the destination is on the link itself.</param>
    /// <param name="source">The address that this namespace itself uses on the route.</param>
    public void AddRoute(IPNetwork destination, int index, IPAddress? gateway = null, IPAddress? source = null)
    {
        const byte LinkScope = 253;
        const uint OnLink = 4;
        var message = Route(destination, unicast: true) with { Scope = gateway is null && FamilyOf(destination.BaseAddress) == Libc.AF_INET ? LinkScope : (byte)0 };
        message.Flags = gateway is null ? 0 : OnLink;
        var request = new NetlinkRequest(NewRoute, Create | Replace).Fixed(message);
        if (destination.PrefixLength > 0)
        {
            request.Attribute(1, destination.BaseAddress);
        }

        Send(request.Attribute(4, index).Attribute(5, gateway).Attribute(7, source), $"add route {destination}");
    }

    /// <summary>Traffic to the network is dropped silently unless a longer prefix knows better.</summary>
    public void AddBlackhole(IPNetwork destination) => Send(
        new NetlinkRequest(NewRoute, Create | Replace).Fixed(Route(destination, unicast: false)).Attribute(1, destination.BaseAddress),
        $"add blackhole {destination}");

    public void RemoveRoute(IPNetwork destination) => Send(
        new NetlinkRequest(DeleteRoute).Fixed(Route(destination, unicast: true) with { Scope = 255, Protocol = 0, Type = 0 }).Attribute(1, destination.BaseAddress),
        $"remove route {destination}");

    /// <summary>A permanent neighbour: no discovery traffic, no entry that the garbage collector counts.</summary>
    public void AddNeighbour(int index, IPAddress address, PhysicalAddress linkAddress)
    {
        const ushort Permanent = 0x80;
        Send(
            new NetlinkRequest(NewNeighbour, Create | Replace)
                .Fixed(new NeighbourMessage { Family = FamilyOf(address), Index = index, State = Permanent })
                .Attribute(1, address).Attribute(2, linkAddress.GetAddressBytes()),
            $"add neighbour {address}");
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (!_closed)
            {
                _closed = true;
                _ = Libc.close(_fd);
            }
        }
    }

    private static byte FamilyOf(IPAddress address) => (byte)(address.AddressFamily == AddressFamily.InterNetworkV6 ? Libc.AF_INET6 : Libc.AF_INET);

    private static RouteMessage Route(IPNetwork destination, bool unicast) => new()
    {
        Family = FamilyOf(destination.BaseAddress),
        DestinationLength = (byte)destination.PrefixLength,
        Table = 254, // main
        Protocol = 4, // static
        Type = (byte)(unicast ? 1 : 6),
    };

    private void ChangeAddress(ushort type, ushort flags, int index, IPAddress address, string doing)
    {
        const byte NoDuplicateDetection = 2;
        var family = FamilyOf(address);
        Send(
            new NetlinkRequest(type, flags)
                .Fixed(new AddressMessage
                {
                    Family = family,
                    PrefixLength = (byte)(family == Libc.AF_INET6 ? 128 : 32),
                    Flags = family == Libc.AF_INET6 ? NoDuplicateDetection : (byte)0,
                    Index = index,
                })
                .Attribute(2, address).Attribute(1, address),
            doing);
    }

    private delegate void ReplyHandler(ushort type, ReadOnlySpan<byte> body);

    private void Send(NetlinkRequest request, string doing, ReplyHandler? onReply = null)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            var bytes = request.Finish(++_sequence);
            Libc.Check((int)Libc.send(_fd, bytes, (nuint)bytes.Length, 0), doing);
            while (!ReadReplies(doing, onReply))
            {
            }
        }
    }

    /// <returns>True once the request has been acknowledged.</returns>
    private bool ReadReplies(string doing, ReplyHandler? onReply)
    {
        int received;
        while ((received = (int)Libc.recv(_fd, _reply, (nuint)_reply.Length, 0)) < 0)
        {
            if (System.Runtime.InteropServices.Marshal.GetLastPInvokeError() != Libc.EINTR)
            {
                throw Libc.Error(doing);
            }
        }

        for (var rest = _reply.AsSpan(0, received); rest.Length >= 16;)
        {
            var length = BitConverter.ToInt32(rest);
            var type = BitConverter.ToUInt16(rest[4..]);
            var mine = BitConverter.ToUInt32(rest[8..]) == _sequence;
            var body = rest[16..length];
            if (mine && type == ErrorMessage)
            {
                var error = -BitConverter.ToInt32(body);
                return error == 0 ? true : throw Libc.Error(doing + Explanation(body), error);
            }

            if (mine)
            {
                onReply?.Invoke(type, body);
            }

            rest = rest[Math.Min(NetlinkRequest.Align(length), rest.Length)..];
        }

        return false;
    }

    /// <summary>The kernel's own words, where it gives some (NLMSGERR_ATTR_MSG behind the error and the echoed header).</summary>
    private static string Explanation(ReadOnlySpan<byte> body)
    {
        const int ErrorAndHeader = 4 + 16;
        for (var rest = body.Length > ErrorAndHeader ? body[ErrorAndHeader..] : default; rest.Length >= 4;)
        {
            var length = BitConverter.ToUInt16(rest);
            if (length < 4 || length > rest.Length)
            {
                break;
            }

            if (BitConverter.ToUInt16(rest[2..]) == 1)
            {
                return $" ({Encoding.UTF8.GetString(rest[4..length]).TrimEnd('\0')})";
            }

            rest = rest[Math.Min(NetlinkRequest.Align(length), rest.Length)..];
        }

        return "";
    }
}
