using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Plumbline.Lab.Listeners.Protocols;

namespace Plumbline.Lab.Listeners;

/// <summary>The least of HTTP/1.1 (RFC 9112) that every client is content with: any method, any path, one status, keep-alive.</summary>
internal static class HttpAnswers
{
    private const int LongestHead = 16 * 1024;

    /// <summary>Answers requests until the peer closes, asks to close, or breaks the rules.</summary>
    public static async Task ServeAsync(Stream stream, int status, CancellationToken cancellation)
    {
        var buffer = new byte[2048];
        var filled = 0;
        while (true)
        {
            int headLength;
            while ((headLength = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0)
            {
                if (filled == buffer.Length)
                {
                    if (filled >= LongestHead)
                    {
                        await AnswerAsync(stream, Head.Broken, 431, cancellation);
                        return;
                    }

                    Array.Resize(ref buffer, buffer.Length * 2);
                }

                var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellation);
                if (read == 0)
                {
                    return;
                }

                filled += read;
                if (!char.IsAsciiLetter((char)buffer[0]))
                {
                    // TLS, mostly: no request begins like that.
                    await AnswerAsync(stream, Head.Broken, 400, cancellation);
                    return;
                }
            }

            var head = Head.Parse(buffer.AsSpan(0, headLength));
            headLength += 4;
            if (!head.IsBroken && HttpPaths.Find(head.Path) is { } odd)
            {
                await odd(stream, cancellation);
                return;
            }

            await AnswerAsync(stream, head, head.IsBroken ? 400 : HttpPaths.Status(head.Path, status), cancellation);
            if (head.Closes)
            {
                return;
            }

            filled = await SkipBodyAsync(stream, buffer, headLength, filled, head.BodyLength, cancellation);
            if (filled < 0)
            {
                return;
            }
        }
    }

    /// <returns>How much of the next request is at the buffer's start; negative when the peer closed within the body.</returns>
    private static async Task<int> SkipBodyAsync(Stream stream, byte[] buffer, int start, int filled, long body, CancellationToken cancellation)
    {
        var have = filled - start;
        if (have >= body)
        {
            var rest = (int)(have - body);
            Buffer.BlockCopy(buffer, filled - rest, buffer, 0, rest);
            return rest;
        }

        for (body -= have; body > 0;)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(body, buffer.Length)), cancellation);
            if (read == 0)
            {
                return -1;
            }

            body -= read;
        }

        return 0;
    }

    private static async Task AnswerAsync(Stream stream, Head head, int status, CancellationToken cancellation)
    {
        var metrics = head.Path == "/metrics" && status == 200;
        var body = metrics ? Metrics : status == 200 ? "ok\n" : $"{status}\n";
        if (status is 204 or 304)
        {
            body = "";
        }

        var text = string.Create(CultureInfo.InvariantCulture, $"""
            HTTP/1.1 {status} {ReasonPhrase(status)}
            Content-Type: {(metrics ? "text/plain; version=0.0.4; charset=utf-8" : "text/plain; charset=utf-8")}
            {(status is 204 ? "Server: lab" : $"Content-Length: {body.Length}")}
            Connection: {(head.Closes ? "close" : "keep-alive")}


            """).ReplaceLineEndings("\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.IsHead ? text : text + body), cancellation);
    }

    private static string ReasonPhrase(int status) => status switch
    {
        200 => "OK",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Status",
    };

    private const string Metrics = """
        # HELP process_start_time_seconds Start time of the process since unix epoch in seconds.
        # TYPE process_start_time_seconds gauge
        process_start_time_seconds 1735689600
        # HELP up_requests_total Requests served.
        # TYPE up_requests_total counter
        up_requests_total 1

        """;

    private readonly record struct Head(string Path, bool IsHead, bool Closes, bool IsBroken, long BodyLength)
    {
        public static readonly Head Broken = new("", false, Closes: true, IsBroken: true, 0);

        public static Head Parse(ReadOnlySpan<byte> bytes)
        {
            var line = bytes;
            var headers = ReadOnlySpan<byte>.Empty;
            if (bytes.IndexOf("\r\n"u8) is >= 0 and var end)
            {
                line = bytes[..end];
                headers = bytes[(end + 2)..];
            }

            var words = Encoding.ASCII.GetString(line).Split(' ');
            if (words is not [{ Length: > 0 } method, { Length: > 0 } path, "HTTP/1.1" or "HTTP/1.0"])
            {
                return Broken;
            }

            var closes = words[2] == "HTTP/1.0";
            var body = 0L;
            foreach (var range in headers.Split("\r\n"u8))
            {
                var header = headers[range];
                if (headers.IsEmpty)
                {
                    break;
                }

                var colon = header.IndexOf((byte)':');
                if (colon <= 0)
                {
                    return Broken;
                }

                var value = header[(colon + 1)..].Trim(" \t"u8);
                if (Ascii.EqualsIgnoreCase(header[..colon], "content-length"u8))
                {
                    if (!Utf8Parser.TryParse(value, out body, out var used) || used != value.Length || body < 0)
                    {
                        return Broken;
                    }
                }
                else if (Ascii.EqualsIgnoreCase(header[..colon], "connection"u8))
                {
                    closes = Ascii.EqualsIgnoreCase(value, "close"u8) || (closes && !Ascii.EqualsIgnoreCase(value, "keep-alive"u8));
                }
                else if (Ascii.EqualsIgnoreCase(header[..colon], "transfer-encoding"u8))
                {
                    // Where a chunked body ends is not worth knowing here: answered, then closed.
                    closes = true;
                }
            }

            return new Head(path.Split('?')[0], method == "HEAD", closes, false, body);
        }
    }
}
