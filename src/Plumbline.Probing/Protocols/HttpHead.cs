using System.Buffers.Text;

namespace Plumbline.Probing.Protocols;

internal enum HttpHeadKind
{
    Incomplete,
    Status,

    /// <summary>A frame with which an HTTP/2 server begins, or ends what it does not understand.</summary>
    Http2,

    NotHttp,
}

/// <summary>The beginning of a response.</summary>
/// <param name="Status">While incomplete: of the last interim response, 0 when there was none.</param>
internal readonly record struct HttpHead(HttpHeadKind Kind, int Status)
{
    /// <summary>Passes over 1xx responses: the status that counts comes after them.</summary>
    public static HttpHead Parse(ReadOnlySpan<byte> received)
    {
        if (received is [0, ..])
        {
            return new HttpHead(Http2Frame.Begins(received) switch { null => HttpHeadKind.Incomplete, true => HttpHeadKind.Http2, false => HttpHeadKind.NotHttp }, 0);
        }

        var interim = 0;
        while (true)
        {
            var prefix = "HTTP/"u8;
            var seen = Math.Min(received.Length, prefix.Length);
            if (!received[..seen].SequenceEqual(prefix[..seen]))
                return new HttpHead(HttpHeadKind.NotHttp, 0);

            var space = received.IndexOf((byte)' ');
            if (space < 0)
                return new HttpHead(received.Length > 8 ? HttpHeadKind.NotHttp : HttpHeadKind.Incomplete, interim);

            var rest = received[(space + 1)..];
            if (rest.Length < 4)
                return new HttpHead(HttpHeadKind.Incomplete, interim);
            if (space is < 6 or > 8 || rest[3] is not ((byte)' ' or (byte)'\r' or (byte)'\n')
                || !Utf8Parser.TryParse(rest[..3], out int status, out var digits) || digits != 3 || status is < 100 or > 599)
            {
                return new HttpHead(HttpHeadKind.NotHttp, 0);
            }

            if (status >= 200)
                return new HttpHead(HttpHeadKind.Status, status);

            interim = status;
            var end = received.IndexOf("\r\n\r\n"u8);
            if (end < 0)
                return new HttpHead(HttpHeadKind.Incomplete, status);
            received = received[(end + 4)..];
        }
    }
}
