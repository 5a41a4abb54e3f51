using System.Net;
using System.Runtime.InteropServices;

namespace Plumbline.Probing.Native;

/// <summary>Span-shaped calls on a raw non-blocking descriptor; -1 and the error number on failure.</summary>
internal static unsafe class RawIo
{
    public static int Connect(int descriptor, IPAddress address, int port)
    {
        Span<byte> name = stackalloc byte[SocketAddresses.MaxSize];
        var length = SocketAddresses.Write(name, address, port);
        fixed (byte* start = name)
        {
            return Libc.Connect(descriptor, start, (uint)length) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    public static int Receive(int descriptor, Span<byte> buffer, out int error)
    {
        fixed (byte* start = buffer)
        {
            var got = (int)Libc.Receive(descriptor, start, buffer.Length, 0);
            error = got < 0 ? Marshal.GetLastPInvokeError() : 0;
            return got;
        }
    }

    /// <summary>Throws away up to <paramref name="most"/> bytes that a TCP peer sent, without copying them.</summary>
    public static int Discard(int descriptor, int most, out int error)
    {
        var got = (int)Libc.Receive(descriptor, null, most, Libc.MessageTruncate);
        error = got < 0 ? Marshal.GetLastPInvokeError() : 0;
        return got;
    }

    public static int Send(int descriptor, ReadOnlySpan<byte> data, out int error)
    {
        fixed (byte* start = data)
        {
            var sent = (int)Libc.Send(descriptor, start, data.Length, Libc.MessageNoSignal);
            error = sent < 0 ? Marshal.GetLastPInvokeError() : 0;
            return sent;
        }
    }
}
