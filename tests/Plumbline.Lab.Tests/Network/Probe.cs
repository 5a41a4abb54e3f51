using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Plumbline.Lab.Network;

namespace Plumbline.Lab.Tests.Network;

/// <summary>What a client in a namespace sees.</summary>
/// <param name="Error">Null: connected. <see cref="SocketError.TimedOut"/>: nothing came back within the limit.</param>
/// <param name="Icmp">Type and code of the ICMP message behind the error, and who sent it.</param>
internal sealed record Seen(SocketError? Error, (int Type, int Code, IPAddress From)? Icmp)
{
    public static readonly Seen Connected = new(null, null);

    public static readonly Seen Refused = new(SocketError.ConnectionRefused, null);

    public static readonly Seen TimedOut = new(SocketError.TimedOut, null);
}

/// <summary>A client inside a namespace.</summary>
internal static partial class Probe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Long enough for one retransmission, after which a mere delay would have shown.</summary>
    public static readonly TimeSpan DropLimit = TimeSpan.FromSeconds(1.5);

    public static Task<Seen> ConnectAsync(LabNetwork network, NetworkNamespace from, IPAddress to, int port, TimeSpan? limit = null) =>
        ConnectAsync(network, from, new IPEndPoint(to, port), limit);

    public static async Task<Seen> ConnectAsync(LabNetwork network, NetworkNamespace from, IPEndPoint to, TimeSpan? limit = null)
    {
        using var socket = await OpenAsync(network, from, to.AddressFamily, stream: true);
        const int IpLevel = 0, ReceiveErrors = 11;
        if (to.AddressFamily == AddressFamily.InterNetwork)
        {
            socket.SetRawSocketOption(IpLevel, ReceiveErrors, BitConverter.GetBytes(1));
        }

        using var timeout = new CancellationTokenSource(limit ?? Patience, TimeProvider.System);
        try
        {
            await socket.ConnectAsync(to, timeout.Token);
            return Seen.Connected;
        }
        catch (SocketException e)
        {
            return new Seen(e.SocketErrorCode, ErrorQueue(socket));
        }
        catch (OperationCanceledException)
        {
            return Seen.TimedOut;
        }
    }

    public static async Task<NetworkStream> StreamAsync(LabNetwork network, NetworkNamespace from, IPEndPoint to)
    {
        var socket = await OpenAsync(network, from, to.AddressFamily, stream: true);
        using var timeout = new CancellationTokenSource(Patience, TimeProvider.System);
        await socket.ConnectAsync(to, timeout.Token);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public static async Task<Socket> OpenAsync(LabNetwork network, NetworkNamespace from, AddressFamily family, bool stream)
    {
        var fd = await network.Namespaces.RunInAsync(from.Path, () => Libc.socket(
            family == AddressFamily.InterNetworkV6 ? Libc.AF_INET6 : Libc.AF_INET, (stream ? Libc.SOCK_STREAM : Libc.SOCK_DGRAM) | Libc.SOCK_CLOEXEC, 0));
        Assert.That(fd, Is.GreaterThanOrEqualTo(0));
        return new Socket(new SafeSocketHandle(fd, ownsHandle: true));
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recvmsg(int fd, ref MessageHeader message, int flags);

    private static unsafe (int Type, int Code, IPAddress From)? ErrorQueue(Socket socket)
    {
        const int ErrorQueueFlag = 0x2000;
        const byte OriginIcmp = 2;
        const int CmsgHeader = 16;
        var control = stackalloc byte[512];
        var data = stackalloc byte[512];
        var vector = stackalloc nint[2] { (nint)data, 512 };
        var message = new MessageHeader { Vector = (nint)vector, VectorLength = 1, Control = (nint)control, ControlLength = 512 };
        if (recvmsg((int)socket.Handle, ref message, ErrorQueueFlag) < 0 || message.ControlLength < CmsgHeader + 16)
        {
            return null;
        }

        var error = new ReadOnlySpan<byte>(control + CmsgHeader, (int)message.ControlLength - CmsgHeader);
        return error[4] == OriginIcmp ? (error[5], error[6], new IPAddress(error.Slice(16 + 4, 4))) : null;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public nint Name;
        public uint NameLength;
        public nint Vector;
        public nint VectorLength;
        public nint Control;
        public nint ControlLength;
        public int Flags;
    }
}
