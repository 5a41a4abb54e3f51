using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Plumbline.Core.Probes;
using Plumbline.Probing.Engine;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Protocols;

/// <summary>What came of asking a server for TLS in its own protocol.</summary>
internal readonly record struct StartTlsEnd
{
    /// <summary>The server is not asked any further; null when the handshake may begin.</summary>
    public Attempt? Verdict { get; init; }

    /// <summary>Said inside the session, so that the server sees its protocol ended; null for nothing.</summary>
    public Conversation? Goodbye { get; init; }

    /// <summary>How to leave when there is a verdict.</summary>
    public GreetingKind Greeting { get; init; }

    /// <summary>The server does not know its usual protocol: TLS from the first byte may be what it wants, on a connection of its own where <see cref="IsSpoilt"/>.</summary>
    public bool IsDirect { get; init; }

    /// <summary>Something was said that no TLS server understands.</summary>
    public bool IsSpoilt { get; init; }
}

/// <summary>
/// Servers whose TLS begins inside their own protocol: PostgreSQL (SSLRequest), SMTP (RFC 3207), IMAP and POP3 (RFC 2595), FTP (RFC 4217). A TLS row to one of them is
/// verified as its clients do it. MySQL's greeting tells whether TLS is on offer; it is not taken up, since only a whole login ends that handshake without harm.
/// </summary>
internal static class StartTls
{
    private const int MaxReply = 4 * 1024;
    private const int Ftp = 21;
    private const int ClientSsl = 0x0800;

    private static readonly TimeSpan GreetingPatience = TimeSpan.FromSeconds(1);
    private static readonly byte[] SslRequest = [0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f];

    public static bool IsUsualOn(int port) => IsPostgres(port) || port is Ftp or 25 or 110 or 143 or 587 or 2525 or 3306;

    /// <param name="isSlow">The server is known to greet late: it is waited for as long as there is time.</param>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    public static async ValueTask<StartTlsEnd> BeginAsync(ProbeContext context, LoopSocket socket, Attempt connected, int port, bool isSlow, long deadline)
    {
        if (IsPostgres(port))
            return await AskPostgresAsync(context, socket, connected, deadline);

        var greeting = await ReadAsync(context, socket, Reply.Line, isSlow ? deadline : Math.Min(deadline, context.Loop.After(GreetingPatience)));
        if (greeting.Length == 0)
            return new StartTlsEnd { IsDirect = true };
        return Greeting.Read(greeting) switch
        {
            { TurnedAway: not null } turned => new StartTlsEnd { Verdict = TcpProbe.Greeted(connected, turned), Greeting = turned.Kind },
            { Kind: GreetingKind.MySql } => MySql(connected, greeting),
            { Kind: GreetingKind.Imap } => await AskAsync(context, socket, connected, deadline, "a STARTTLS\r\n", "a OK", GreetingKind.Imap),
            { Kind: GreetingKind.Quit } when greeting[0] == (byte)'+' => await AskAsync(context, socket, connected, deadline, "STLS\r\n", "+OK", GreetingKind.Quit),
            { Kind: GreetingKind.Quit } when port == Ftp => await AskAsync(context, socket, connected, deadline, "AUTH TLS\r\n", "234", GreetingKind.Quit),
            { Kind: GreetingKind.Quit } => await AskSmtpAsync(context, socket, connected, deadline),
            _ => new StartTlsEnd { Verdict = NoTls(connected, greeting) },
        };
    }

    /// <summary>What a peer that does not speak TLS said instead.</summary>
    public static Attempt NoTls(Attempt connected, ReadOnlySpan<byte> said) => connected with
    {
        Outcome = ProbeOutcome.TlsHandshakeFailed,
        Proven = ProvenStage.Replied,
        Detail = said.StartsWith("HTTP/"u8) ? $"no TLS: answers in plain HTTP ('{PlainText.Of(FirstLine(said), 60)}')" : $"no TLS: answers '{PlainText.Of(FirstLine(said), 60)}'",
    };

    private static bool IsPostgres(int port) => port is 5432 or 6432;

    private static async ValueTask<StartTlsEnd> AskPostgresAsync(ProbeContext context, LoopSocket socket, Attempt connected, long deadline)
    {
        if (await socket.SendAllAsync(context, SslRequest, deadline) < 0)
            return new StartTlsEnd { IsDirect = true, IsSpoilt = true };
        var answer = await ReadAsync(context, socket, Reply.Byte, deadline);
        return answer switch
        {
            [(byte)'S'] => default,
            [(byte)'N'] => new StartTlsEnd
            {
                Verdict = connected with { Outcome = ProbeOutcome.TlsHandshakeFailed, Proven = ProvenStage.Replied, Detail = "PostgreSQL says that it has no TLS (N to an SSLRequest)" },
            },
            _ => new StartTlsEnd { IsDirect = true, IsSpoilt = true },
        };
    }

    private static async ValueTask<StartTlsEnd> AskSmtpAsync(ProbeContext context, LoopSocket socket, Attempt connected, long deadline)
    {
        // Servers take STARTTLS only from whoever has greeted.
        if (await socket.SendAllAsync(context, "EHLO plumbline\r\n"u8.ToArray(), deadline) < 0)
            return new StartTlsEnd { Verdict = Broken(connected) };
        await ReadAsync(context, socket, Reply.Numbered, deadline);
        return await AskAsync(context, socket, connected, deadline, "STARTTLS\r\n", "220", GreetingKind.Quit);
    }

    private static async ValueTask<StartTlsEnd> AskAsync(ProbeContext context, LoopSocket socket, Attempt connected, long deadline, string question, string yes, GreetingKind leaving)
    {
        if (await socket.SendAllAsync(context, System.Text.Encoding.ASCII.GetBytes(question), deadline) < 0)
            return new StartTlsEnd { Verdict = Broken(connected) };
        var answer = await ReadAsync(context, socket, leaving == GreetingKind.Imap ? Reply.Tagged : Reply.Numbered, deadline);
        var text = System.Text.Encoding.ASCII.GetString(answer);
        if (text.StartsWith(yes, StringComparison.OrdinalIgnoreCase) || text.Contains($"\n{yes}", StringComparison.OrdinalIgnoreCase))
            return new StartTlsEnd { Goodbye = new GoodbyeConversation(Goodbye.Of(leaving).ToArray()) };
        return new StartTlsEnd
        {
            Verdict = connected with
            {
                Outcome = ProbeOutcome.TlsHandshakeFailed,
                Proven = ProvenStage.Replied,
                Detail = answer.Length == 0 ? $"the server does not answer {question.TrimEnd()}" : $"the server does not go over to TLS: it answers {question.TrimEnd()} with '{PlainText.Of(FirstLine(answer), 80)}'",
            },
            Greeting = leaving,
        };
    }

    private static StartTlsEnd MySql(Attempt connected, ReadOnlySpan<byte> greeting)
    {
        // Packet header, protocol version, the server's version and its end, thread, eight bytes of salt and their end: then what it can.
        var version = greeting[5..].IndexOf((byte)0);
        var at = 5 + version + 1 + 4 + 8 + 1;
        var offers = version >= 0 && greeting.Length >= at + 2 && (BinaryPrimitives.ReadUInt16LittleEndian(greeting[at..]) & ClientSsl) != 0;
        return new StartTlsEnd
        {
            Verdict = offers
                ? connected with { Proven = ProvenStage.Replied, Detail = "MySQL offers TLS in its greeting; the probe leaves it at that" }
                : connected with { Outcome = ProbeOutcome.TlsHandshakeFailed, Proven = ProvenStage.Replied, Detail = "MySQL offers no TLS in its greeting" },
            Greeting = GreetingKind.MySql,
        };
    }

    private static Attempt Broken(Attempt connected) => connected with { Outcome = ProbeOutcome.ClosedByPeer, Detail = "closed after the greeting, before TLS" };

    private static ReadOnlySpan<byte> FirstLine(ReadOnlySpan<byte> text) => (text.IndexOf((byte)'\n') is >= 0 and var end ? text[..end] : text).TrimEnd("\r"u8);

    private enum Reply
    {
        Byte,
        Line,

        /// <summary>Lines that begin with a number, of which the last has a blank after it; or one line that does not.</summary>
        Numbered,

        /// <summary>IMAP: anything untagged, and then the line that begins with the tag.</summary>
        Tagged,
    }

    /// <returns>What came, empty when nothing did. A greeting of MySQL has no line; it is whole when it can be told.</returns>
    private static async ValueTask<byte[]> ReadAsync(ProbeContext context, LoopSocket socket, Reply reply, long deadline)
    {
        var buffer = new byte[reply == Reply.Byte ? 1 : MaxReply];
        var got = 0;
        while (got < buffer.Length && !IsWhole(buffer.AsSpan(0, got), reply))
        {
            var received = await socket.ReceiveAsync(context, buffer.AsMemory(got), deadline);
            if (received.Count <= 0)
                break;
            got += received.Count;
        }

        return buffer[..got];
    }

    private static bool IsWhole(ReadOnlySpan<byte> text, Reply reply)
    {
        if (text.Length < 4)
            return false;
        if (reply == Reply.Line)
            return text[^1] == (byte)'\n' || (text[3] == 0 && text.Length >= 4 + (text[0] | (text[1] << 8)));
        if (text[^1] != (byte)'\n')
            return false;
        var start = text[..^1].LastIndexOf((byte)'\n') + 1;
        var last = text[start..];
        return reply == Reply.Tagged ? last.StartsWith("a "u8) : !char.IsAsciiDigit((char)last[0]) || last.Length < 4 || last[3] != (byte)'-';
    }
}

/// <summary>A word of farewell inside TLS; the session itself was the proof, so whatever comes back, or does not, changes nothing.</summary>
internal sealed class GoodbyeConversation(byte[] farewell) : Conversation(farewell)
{
    public override Attempt? Read(Attempt connected, ReadOnlySpan<byte> received, double milliseconds) => connected with { Proven = ProvenStage.Replied };

    public override Attempt Ended(Attempt connected, ReadOnlySpan<byte> received, double milliseconds, ConversationEnd end) => connected;
}
