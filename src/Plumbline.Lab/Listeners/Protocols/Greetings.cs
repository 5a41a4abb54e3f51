using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Text;

namespace Plumbline.Lab.Listeners.Protocols;

/// <summary>Servers that speak first, or whose protocol has a farewell: as much of them as a prober can tell from the real ones.</summary>
internal static class Greetings
{
    private const int LongestLine = 512;
    private const int SslRequest = 80877103;

    /// <summary>SMTP (RFC 5321) and FTP (RFC 959): a greeting, and a word for each line.</summary>
    public static async Task ServeLinesAsync(Stream stream, string greeting, Func<string, string> answer, CancellationToken cancellation)
    {
        await WriteAsync(stream, greeting, cancellation);
        while (await ReadLineAsync(stream, cancellation) is { } line)
        {
            await WriteAsync(stream, answer(line), cancellation);
            if (line.StartsWith("QUIT", StringComparison.OrdinalIgnoreCase))
            {
                return;
            }
        }
    }

    /// <summary>SMTP with STARTTLS (RFC 3207).</summary>
    public static async Task ServeSmtpAsync(Stream stream, Func<Stream, CancellationToken, Task<SslStream>> goSecure, CancellationToken cancellation)
    {
        await WriteAsync(stream, "220 lab.example.com ESMTP\r\n", cancellation);
        var secure = false;
        while (await ReadLineAsync(stream, cancellation) is { } line)
        {
            if (!secure && line.StartsWith("STARTTLS", StringComparison.OrdinalIgnoreCase))
            {
                await WriteAsync(stream, "220 2.0.0 Ready to start TLS\r\n", cancellation);
                (stream, secure) = (await goSecure(stream, cancellation), true);
                continue;
            }

            await WriteAsync(stream, Smtp(line), cancellation);
            if (line.StartsWith("QUIT", StringComparison.OrdinalIgnoreCase))
            {
                return;
            }
        }
    }

    /// <summary>PostgreSQL with TLS: S to an SSLRequest; anything else first is nothing that it understands.</summary>
    public static async Task ServePostgresTlsAsync(Stream stream, Func<Stream, CancellationToken, Task<SslStream>> goSecure, CancellationToken cancellation)
    {
        var head = new byte[8];
        if (await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation) < head.Length || BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(4)) != SslRequest)
        {
            return;
        }

        await stream.WriteAsync("S"u8.ToArray(), cancellation);
        await using var secure = await goSecure(stream, cancellation);
        await ServePostgresAsync(secure, cancellation);
    }

    public static string Smtp(string line) => line.Split(' ')[0].ToUpperInvariant() switch
    {
        "EHLO" => "250-lab.example.com\r\n250 STARTTLS\r\n",
        "HELO" => "250 lab.example.com\r\n",
        "NOOP" or "RSET" => "250 2.0.0 Ok\r\n",
        "QUIT" => "221 2.0.0 Bye\r\n",
        _ => "502 5.5.2 Error: command not recognized\r\n",
    };

    public static string Ftp(string line) => line.StartsWith("QUIT", StringComparison.OrdinalIgnoreCase) ? "221 Goodbye.\r\n" : "530 Please login with USER and PASS.\r\n";

    public static Task WriteAsync(Stream stream, string text, CancellationToken cancellation) => stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancellation).AsTask();

    /// <summary>PostgreSQL (message formats of its manual): SSLRequest and GSSENCRequest get N, a startup message a demand for a password.</summary>
    public static async Task ServePostgresAsync(Stream stream, CancellationToken cancellation)
    {
        const int GssRequest = 80877104;
        var head = new byte[8];
        while (await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation) == head.Length)
        {
            if (BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(4)) is SslRequest or GssRequest)
            {
                await stream.WriteAsync("N"u8.ToArray(), cancellation);
                continue;
            }

            // AuthenticationMD5Password with its salt; whatever comes then is not the password.
            await stream.WriteAsync((byte[])[(byte)'R', 0, 0, 0, 12, 0, 0, 0, 5, 1, 2, 3, 4], cancellation);
            var rest = new byte[1024];
            var read = await stream.ReadAsync(rest, cancellation);
            if (read > 0 && rest[0] == 'p')
            {
                await stream.WriteAsync((byte[])[(byte)'E', 0, 0, 0, 42, .. "SFATAL\0C28P01\0Mpassword is not right\0\0"u8], cancellation);
            }

            return;
        }
    }

    private static async Task<string?> ReadLineAsync(Stream stream, CancellationToken cancellation)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (line.Length < LongestLine && await stream.ReadAsync(one, cancellation) == 1)
        {
            if (one[0] == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)one[0]);
        }

        return null;
    }
}

/// <summary>
/// MySQL's greeting, and what it holds against clients: a handshake that breaks off counts against the client's address, one that is answered clears it.
/// </summary>
internal sealed class MySqlServer
{
    /// <summary>MySQL's default is 100 (<c>max_connect_errors</c>); fewer show sooner what a prober does to it.</summary>
    public const int MaxConnectErrors = 10;

    private readonly Dictionary<IPAddress, int> _errors = [];
    private readonly Lock _lock = new();

    public async Task ServeAsync(Stream stream, IPAddress client, CancellationToken cancellation)
    {
        if (Count(client, 0) >= MaxConnectErrors)
        {
            await stream.WriteAsync(Blocked(client), cancellation);
            return;
        }

        await stream.WriteAsync(Greeting(), cancellation);
        var answer = new byte[1024];
        int read;
        try
        {
            read = await stream.ReadAsync(answer, cancellation);
        }
        catch (IOException)
        {
            read = 0;
        }

        Count(client, read > 4 ? null : 1);
        if (read > 32)
        {
            await stream.WriteAsync(Packet(2, [0xFF, .. Number(1045), .. Encoding.ASCII.GetBytes("#28000Access denied")]), cancellation);
        }
    }

    public static byte[] Blocked(IPAddress client) => Packet(0, [0xFF, .. Number(1129), .. Encoding.ASCII.GetBytes(
        $"Host '{client}' is blocked because of many connection errors; unblock with 'mysqladmin flush-hosts'")]);

    /// <param name="add">Null: begin anew.</param>
    private int Count(IPAddress client, int? add)
    {
        lock (_lock)
        {
            return _errors[client] = add is null ? 0 : _errors.GetValueOrDefault(client) + add.Value;
        }
    }

    private static byte[] Greeting() => Packet(0,
    [
        10, .. "8.0.36\0"u8, 7, 0, 0, 0, .. "abcdefgh"u8, 0, 0xFF, 0xF7, 0xFF, 2, 0, 0xFF, 0xDF, 21, .. new byte[10], .. "ijklmnopqrst\0"u8, .. "caching_sha2_password\0"u8,
    ]);

    private static byte[] Packet(byte sequence, byte[] body) => [(byte)body.Length, (byte)(body.Length >> 8), 0, sequence, .. body];

    private static byte[] Number(ushort number) => [(byte)number, (byte)(number >> 8)];
}
