using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Plumbline.Lab.Network;

namespace Plumbline.Lab.Listeners;

/// <summary>Opens sockets inside a namespace. They stay in it for life, and so do the connections that they accept.</summary>
public static class NamespaceSocket
{
    public const int UsualBacklog = 4096;

    /// <param name="address">Null: every address, IPv6 too where the machine has it.</param>
    /// <exception cref="IOException">The port is taken, the address is not there, or the namespace is gone; the message says which.</exception>
    public static Task<Socket> ListenAsync(NamespaceThread thread, NetworkNamespace target, IPAddress? address, int port, int backlog = UsualBacklog) =>
        OpenAsync(thread, target, address, port, backlog);

    /// <inheritdoc cref="ListenAsync"/>
    public static Task<Socket> BindUdpAsync(NamespaceThread thread, NetworkNamespace target, IPAddress? address, int port) =>
        OpenAsync(thread, target, address, port, null);

    /// <summary>A TCP socket for IPv4 that is neither bound nor connected yet.</summary>
    /// <exception cref="IOException">The namespace is gone.</exception>
    public static async Task<Socket> CreateAsync(NamespaceThread thread, NetworkNamespace target)
    {
        var fd = await thread.RunInAsync(target.Path, () =>
        {
            var created = Libc.socket(Libc.AF_INET, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0);
            Libc.Check(created, $"open a socket in {target.Name}");
            return created;
        });
        return new Socket(new SafeSocketHandle(fd, ownsHandle: true));
    }

    private static async Task<Socket> OpenAsync(NamespaceThread thread, NetworkNamespace target, IPAddress? address, int port, int? backlog)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, 65535);
        var bindTo = address ?? (backlog is not null && Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any);
        var fd = await thread.RunInAsync(target.Path, () => Open(bindTo, port, only6: address is not null, backlog));
        return new Socket(new SafeSocketHandle(fd, ownsHandle: true));
    }

    private static int Open(IPAddress address, int port, bool only6, int? backlog)
    {
        var stream = backlog is not null;
        var ipv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        var doing = $"listen on {address}:{port}/{(stream ? "tcp" : "udp")}";
        var fd = Libc.socket(ipv6 ? Libc.AF_INET6 : Libc.AF_INET, (stream ? Libc.SOCK_STREAM : Libc.SOCK_DGRAM) | Libc.SOCK_CLOEXEC, 0);
        Libc.Check(fd, doing);
        try
        {
            SetOptions(fd, ipv6, only6, stream);
            Libc.Check(Libc.bind(fd, SocketAddressOf(address, port), ipv6 ? 28u : 16u), doing);
            if (backlog is { } queue)
            {
                Libc.Check(Libc.listen(fd, queue), doing);
            }

            return fd;
        }
        catch
        {
            _ = Libc.close(fd);
            throw;
        }
    }

    private static void SetOptions(int fd, bool ipv6, bool only6, bool stream)
    {
        const int SocketLevel = 1, ReuseAddress = 2, KeepAlive = 9, TcpLevel = 6, KeepIdle = 4, KeepInterval = 5, KeepCount = 6, Ipv6Level = 41, Ipv6Only = 26;
        if (ipv6)
        {
            Set(fd, Ipv6Level, Ipv6Only, only6 ? 1 : 0);
        }

        if (stream)
        {
            // A port is reopened while connections of its former life linger.
            Set(fd, SocketLevel, ReuseAddress, 1);

            // Inherited by accepted sockets: a peer whose namespace vanished says no goodbye, and its connection must not stay for ever.
            Set(fd, SocketLevel, KeepAlive, 1);
            Set(fd, TcpLevel, KeepIdle, 30);
            Set(fd, TcpLevel, KeepInterval, 10);
            Set(fd, TcpLevel, KeepCount, 3);
        }
    }

    private static void Set(int fd, int level, int option, int value) =>
        Libc.Check(Libc.setsockopt(fd, level, option, value, sizeof(int)), $"set socket option {level}/{option}");

    private static byte[] SocketAddressOf(IPAddress address, int port)
    {
        var ipv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        var bytes = new byte[ipv6 ? 28 : 16];
        BitConverter.TryWriteBytes(bytes, (ushort)(ipv6 ? Libc.AF_INET6 : Libc.AF_INET));
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)port);
        address.TryWriteBytes(bytes.AsSpan(ipv6 ? 8 : 4), out _);
        return bytes;
    }
}
