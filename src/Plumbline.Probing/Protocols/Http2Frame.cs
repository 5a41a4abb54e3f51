using System.Buffers.Binary;

namespace Plumbline.Probing.Protocols;

internal enum Http2FrameType : byte
{
    Data = 0,
    Headers = 1,
    ResetStream = 3,
    Settings = 4,
    GoAway = 7,
    Continuation = 9,
}

/// <summary>RFC 9113: nine bytes of header, then the payload.</summary>
internal readonly ref struct Http2Frame
{
    public const int HeaderSize = 9;

    /// <summary>What a peer may send that was not told otherwise.</summary>
    private const int MaxPayload = 16 * 1024;

    public Http2FrameType Type { get; private init; }

    public byte Flags { get; private init; }

    public int Stream { get; private init; }

    public ReadOnlySpan<byte> Payload { get; private init; }

    public bool EndsStream => (Flags & 1) != 0;

    public bool EndsHeaders => (Flags & 4) != 0;

    /// <summary>False: not all of it is there.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> received, out Http2Frame frame)
    {
        frame = default;
        if (received.Length < HeaderSize)
            return false;
        var length = (received[0] << 16) | (received[1] << 8) | received[2];
        if (received.Length < HeaderSize + length)
            return false;
        frame = new Http2Frame
        {
            Type = (Http2FrameType)received[3],
            Flags = received[4],
            Stream = BinaryPrimitives.ReadInt32BigEndian(received[5..]) & int.MaxValue,
            Payload = received.Slice(HeaderSize, length),
        };
        received = received[(HeaderSize + length)..];
        return true;
    }

    /// <summary>
    /// Whether this is how an HTTP/2 server begins: with its settings, or with GOAWAY when what it got is no HTTP/2. Null: too little to tell.
    /// </summary>
    public static bool? Begins(ReadOnlySpan<byte> received)
    {
        if (received.Length < HeaderSize)
            return received is [0, ..] or [] && (received.Length < 4 || received[3] is (byte)Http2FrameType.Settings or (byte)Http2FrameType.GoAway) ? null : false;
        var length = (received[0] << 16) | (received[1] << 8) | received[2];
        var connection = (BinaryPrimitives.ReadInt32BigEndian(received[5..]) & int.MaxValue) == 0;
        return connection && length <= MaxPayload && (Http2FrameType)received[3] switch
        {
            Http2FrameType.Settings => length % 6 == 0,
            Http2FrameType.GoAway => length >= 8,
            _ => false,
        };
    }
}
