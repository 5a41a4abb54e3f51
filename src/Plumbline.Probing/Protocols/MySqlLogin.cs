using System.Runtime.CompilerServices;
using Plumbline.Probing.Engine;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Protocols;

/// <summary>
/// Ends the handshake of a MySQL or MariaDB server by a login as <c>plumbline</c> without a password. A denied login does not count towards
/// <c>max_connect_errors</c>; every other way out of the handshake does.
/// </summary>
internal static class MySqlLogin
{
    private const int MaxTurns = 4;
    private const byte Failed = 0xff;
    private const byte Succeeded = 0;

    // Capabilities: long password, protocol 4.1, secure connection, plugin names. Packets of 16 MB, utf8.
    private static readonly byte[] Response = Packet(1,
    [
        0x01, 0x82, 0x08, 0x00, 0, 0, 0, 1, 33, .. new byte[23], .. "plumbline\0"u8, 0, .. "mysql_native_password\0"u8,
    ]);

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    public static async ValueTask<bool> AttemptAsync(EventLoop loop, LoopSocket socket, long deadline)
    {
        var buffer = new byte[Greeting.MaxBytes];
        if (RawIo.Send(socket.Descriptor, Response, out _) < 0)
            return false;
        for (var turn = 0; turn < MaxTurns;)
        {
            if (await socket.PeerActsAsync(deadline) != ReadinessKind.Ready)
                return false;
            var got = socket.Take(buffer);
            if (got == -1)
                continue;
            if (got < 5 || buffer[4] == Failed)
                return got >= 5;
            if (buffer[4] == Succeeded)
                return RawIo.Send(socket.Descriptor, Packet(0, [1]), out _) > 0;

            // The server would have it by another method: an empty answer, to which a denial follows.
            if (RawIo.Send(socket.Descriptor, Packet((byte)(buffer[3] + 1), []), out _) < 0)
                return false;
            turn++;
        }

        return false;
    }

    private static byte[] Packet(byte number, byte[] body) => [(byte)body.Length, (byte)(body.Length >> 8), 0, number, .. body];
}
