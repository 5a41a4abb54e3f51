using System.Buffers.Binary;

namespace Plumbline.Lab.Listeners.Protocols;

/// <summary>What an HTTP/2 server answers to every request.</summary>
internal enum Http2Answer
{
    /// <summary>200 with a body.</summary>
    Ok,

    /// <summary>gRPC's health service: SERVING.</summary>
    GrpcServing,

    /// <summary>gRPC's status 12, as of a server without that service.</summary>
    GrpcUnimplemented,
}

/// <summary>
/// The least of HTTP/2 with prior knowledge (RFC 9113) that clients are content with. As the usual servers do, it sends its SETTINGS as soon as it has accepted,
/// and says GOAWAY to whoever does not begin with the preface of HTTP/2.
/// </summary>
internal static class Http2Answers
{
    private const int FrameHeader = 9;
    private const int LongestFrame = 16 * 1024;
    private const byte Data = 0, Headers = 1, Settings = 4, Ping = 6, GoAway = 7;
    private const byte Acknowledged = 1, EndStream = 1, EndHeaders = 4;
    private const byte ProtocolError = 1;

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    public static async Task ServeAsync(Stream stream, Http2Answer answer, CancellationToken cancellation)
    {
        await stream.WriteAsync(Frame(Settings, 0, 0, []), cancellation);
        var preface = new byte[Preface.Length];
        for (var read = 0; read < preface.Length;)
        {
            var more = await stream.ReadAsync(preface.AsMemory(read), cancellation);
            read += more;
            if (more == 0)
            {
                return;
            }

            if (!Preface.StartsWith(preface.AsSpan(0, read)))
            {
                await stream.WriteAsync(Frame(GoAway, 0, 0, [0, 0, 0, 0, 0, 0, 0, ProtocolError]), cancellation);
                return;
            }
        }

        var header = new byte[FrameHeader];
        var body = new byte[LongestFrame];
        while (await ReadAsync(stream, header, cancellation))
        {
            var length = (header[0] << 16) | (header[1] << 8) | header[2];
            if (length > LongestFrame || !await ReadAsync(stream, body.AsMemory(0, length), cancellation))
            {
                return;
            }

            var (type, flags, id) = (header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)) & int.MaxValue);
            switch (type)
            {
                case Settings when (flags & Acknowledged) == 0:
                    await stream.WriteAsync(Frame(Settings, Acknowledged, 0, []), cancellation);
                    break;
                case Ping when (flags & Acknowledged) == 0:
                    await stream.WriteAsync(Frame(Ping, Acknowledged, 0, body.AsSpan(0, length)), cancellation);
                    break;
                case GoAway:
                    return;
                case Headers or Data when (flags & EndStream) != 0:
                    await stream.WriteAsync(Answer(answer, id), cancellation);
                    break;
            }
        }
    }

    private static byte[] Answer(Http2Answer answer, int id)
    {
        // HPACK without a table: 0x88 is ":status: 200"; 0x00 begins a header with both its strings spelt out.
        byte[] ok = [0x88];
        byte[] grpc = [0x88, .. Header("content-type", "application/grpc")];
        return answer switch
        {
            Http2Answer.Ok => [.. Frame(Headers, EndHeaders, id, ok), .. Frame(Data, EndStream, id, "ok"u8)],
            Http2Answer.GrpcServing =>
            [
                // A message of two bytes: field 1 (status) is 1, SERVING.
                .. Frame(Headers, EndHeaders, id, grpc), .. Frame(Data, 0, id, [0, 0, 0, 0, 2, 8, 1]),
                .. Frame(Headers, EndHeaders | EndStream, id, Header("grpc-status", "0")),
            ],
            Http2Answer.GrpcUnimplemented => Frame(Headers, EndHeaders | EndStream, id, [.. grpc, .. Header("grpc-status", "12"), .. Header("grpc-message", "unknown service")]),
        };
    }

    private static byte[] Header(string name, string value) =>
        [0, (byte)name.Length, .. System.Text.Encoding.ASCII.GetBytes(name), (byte)value.Length, .. System.Text.Encoding.ASCII.GetBytes(value)];

    private static byte[] Frame(byte type, byte flags, int id, ReadOnlySpan<byte> body)
    {
        var frame = new byte[FrameHeader + body.Length];
        (frame[0], frame[1], frame[2], frame[3], frame[4]) = ((byte)(body.Length >> 16), (byte)(body.Length >> 8), (byte)body.Length, type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), id);
        body.CopyTo(frame.AsSpan(FrameHeader));
        return frame;
    }

    /// <returns>False when the peer has closed.</returns>
    private static async Task<bool> ReadAsync(Stream stream, Memory<byte> into, CancellationToken cancellation) =>
        await stream.ReadAtLeastAsync(into, into.Length, throwOnEndOfStream: false, cancellation) == into.Length;
}
