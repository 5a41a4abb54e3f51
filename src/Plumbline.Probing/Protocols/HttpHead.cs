using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Plumbline.Core.Probes;
using Plumbline.Probing.Engine;

namespace Plumbline.Probing.Protocols;

internal enum HttpHeadKind
{
    Incomplete,
    Status,
    NotHttp,
}

/// <summary>The little HTTP/1.1 that proves a connection: one request, one status line.</summary>
/// <param name="Status">While incomplete: of the last interim response, 0 when there was none.</param>
internal readonly record struct HttpHead(HttpHeadKind Kind, int Status)
{
    /// <summary>Most bytes that are read in search of a status line. Interim responses may come before the one that counts.</summary>
    public const int MaxBytes = 16 * 1024;

    /// <summary>Passes over 1xx responses: the status that counts comes after them.</summary>
    public static HttpHead Parse(ReadOnlySpan<byte> received)
    {
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

    /// <summary>Null with the reason when the request would not be one line a header.</summary>
    public static byte[]? Request(PlannedProbe probe, out string? refusal)
    {
        var http = probe.Http;
        var method = string.IsNullOrEmpty(http?.Method) ? "GET" : http.Method;
        var path = string.IsNullOrEmpty(http?.Path) ? "/" : http.Path;
        var host = string.IsNullOrEmpty(http?.Host) ? HostHeader(probe) : http.Host;
        refusal = !path.StartsWith('/') ? $"the path '{path}' must begin with /"
            : HasBreak(method) || HasBreak(path) || HasBreak(host) ? "method, path and host must hold no blank or control character"
            : null;
        return refusal is null
            ? Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: plumbline\r\nAccept: */*\r\nConnection: close\r\n\r\n")
            : null;
    }

    /// <summary>Any status proves that HTTP is spoken. Whether it is one that a row takes is the operator's to judge.</summary>
    public static Attempt Replied(Attempt connected, int status, double milliseconds) =>
        connected with { Proven = ProvenStage.Replied, HttpStatus = status, HttpMilliseconds = milliseconds };

    /// <summary>The stream ended, or time did, before the final status line was complete. An interim one shows that HTTP is spoken.</summary>
    public static Attempt Unfinished(Attempt connected, ReadOnlySpan<byte> received, double milliseconds, bool timedOut) => (timedOut, received.IsEmpty) switch
    {
        (_, false) when Parse(received) is { Kind: HttpHeadKind.Incomplete, Status: > 0 and var interim } => Replied(connected, interim, milliseconds),
        (true, true) => connected with { Outcome = ProbeOutcome.HttpNoResponse, Detail = "connected and sent the request, but no response came in time" },
        (true, false) => connected with { Outcome = ProbeOutcome.HttpNoResponse, Detail = $"the response stopped after {received.Length} bytes, before a status line" },
        (false, true) => connected with { Outcome = ProbeOutcome.ClosedByPeer, Detail = "accepted, then closed without a response" },
        (false, false) => connected with { Outcome = ProbeOutcome.ClosedByPeer, Detail = $"closed after {received.Length} bytes, before a status line" },
    };

    /// <summary>As much was read as is ever read.</summary>
    public static Attempt TooLong(Attempt connected, HttpHead head, ReadOnlySpan<byte> received, double milliseconds) => head.Status > 0
        ? Replied(connected, head.Status, milliseconds)
        : SpokeOtherwise(connected, received);

    public static Attempt SpokeOtherwise(Attempt connected, ReadOnlySpan<byte> received) =>
        connected with { Outcome = ProbeOutcome.NotHttp, Detail = Describe(received) };

    private static string Describe(ReadOnlySpan<byte> received) => received switch
    {
        [0x15 or 0x16, 0x03, ..] => "answers in TLS: document it as HTTPS",
        [0, 0, _, 4, ..] => "answers in HTTP/2 frames, without being asked to",
        _ => $"answers '{Printable(received[..Math.Min(received.Length, 40)])}'",
    };

    private static string Printable(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var b in bytes)
            text.Append(b is >= 0x20 and < 0x7f ? (char)b : '.');
        return text.ToString();
    }

    private static string HostHeader(PlannedProbe probe)
    {
        var host = probe.Host.TrimEnd('.');
        if (host.Contains(':'))
            host = $"[{host}]";
        var usual = probe.Protocol == ProbeProtocol.Https ? 443 : 80;
        return probe.Port == usual ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{probe.Port}");
    }

    private static bool HasBreak(string text) => text.AsSpan().ContainsAnyExceptInRange('!', '~');
}
