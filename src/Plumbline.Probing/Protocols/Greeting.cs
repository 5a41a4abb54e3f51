using System.Buffers.Binary;
using System.Globalization;

namespace Plumbline.Probing.Protocols;

/// <summary>How a server that speaks first wants to be left.</summary>
internal enum GreetingKind
{
    /// <summary>Nothing, or nothing that is known here.</summary>
    None,

    /// <summary>SMTP, FTP, NNTP, POP3: <c>QUIT</c>.</summary>
    Quit,

    /// <summary><c>LOGOUT</c>.</summary>
    Imap,

    /// <summary>An identification and a disconnect message.</summary>
    Ssh,

    /// <summary>Only a login ends the handshake, a denied one too: anything else counts against the client's address.</summary>
    MySql,
}

/// <param name="TurnedAway">What the server says when it will not serve this client; null when it greets.</param>
internal readonly record struct Greeting(GreetingKind Kind, string? TurnedAway)
{
    /// <summary>Enough to tell any of them.</summary>
    public const int MaxBytes = 512;

    private const int MaxWords = 120;

    /// <summary>Null: too little came to tell.</summary>
    public static Greeting? Read(ReadOnlySpan<byte> received)
    {
        if (MySql(received) is { } mysql)
            return mysql;
        var line = received.IndexOf((byte)'\n');
        var text = line < 0 ? received : received[..line];
        if (text is [>= (byte)'0' and <= (byte)'9', >= (byte)'0' and <= (byte)'9', >= (byte)'0' and <= (byte)'9', (byte)' ' or (byte)'-', ..])
            return Numbered(text);
        if (text.StartsWith("SSH-"u8))
            return new Greeting(GreetingKind.Ssh, null);
        if (text.StartsWith("+OK"u8))
            return new Greeting(GreetingKind.Quit, null);
        if (text.StartsWith("* OK"u8) || text.StartsWith("* PREAUTH"u8))
            return new Greeting(GreetingKind.Imap, null);
        if (text.StartsWith("* BYE"u8) || text.StartsWith("-ERR"u8) || text.StartsWith("-DENIED"u8)
            || text.StartsWith("Exceeded MaxStartups"u8) || text.StartsWith("Not allowed at this time"u8))
        {
            return new Greeting(GreetingKind.None, Words(text));
        }

        // A line, or as much as could be one: some other protocol.
        return line >= 0 || received.Length >= 8 ? new Greeting(GreetingKind.None, null) : null;
    }

    /// <summary>Replies of SMTP, FTP and NNTP: 4xx and 5xx are no greeting.</summary>
    private static Greeting Numbered(ReadOnlySpan<byte> text) => text[0] switch
    {
        (byte)'4' or (byte)'5' => new Greeting(GreetingKind.Quit, Words(text)),
        (byte)'2' => new Greeting(GreetingKind.Quit, null),
        _ => new Greeting(GreetingKind.None, null),
    };

    /// <summary>A packet: its length, number 0, then version 10 of the protocol and the server's version, or an error and its number.</summary>
    private static Greeting? MySql(ReadOnlySpan<byte> received)
    {
        if (received.Length < 7 || received[3] != 0)
            return null;
        var length = received[0] | (received[1] << 8) | (received[2] << 16);
        if (received[4] == 10 && length is > 20 and < 1024 && char.IsAsciiDigit((char)received[5]))
            return new Greeting(GreetingKind.MySql, null);
        if (received[4] != 0xff || length is < 3 or > 1024)
            return null;

        var code = BinaryPrimitives.ReadUInt16LittleEndian(received[5..]);
        var text = received[7..Math.Min(received.Length, 4 + length)];
        return code < 1000 ? null : new Greeting(GreetingKind.None, $"error {code.ToString(CultureInfo.InvariantCulture)}: {Words(text)}");
    }

    private static string Words(ReadOnlySpan<byte> text) => PlainText.Of(text.TrimEnd("\r\n"u8), MaxWords);
}
