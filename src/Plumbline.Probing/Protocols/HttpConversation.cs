using System.Globalization;
using System.Text;
using Plumbline.Core.Probes;
using Plumbline.Probing.Engine;

namespace Plumbline.Probing.Protocols;

/// <summary>The little HTTP/1.1 that proves a connection: one request, one status line. A server that answers in HTTP/2 proves it too.</summary>
internal sealed class HttpConversation(byte[] request) : Conversation(request)
{
    private const int BadRequest = 400;

    /// <summary>Null with the reason when the request would not be one line a header.</summary>
    public static HttpConversation? Create(PlannedProbe probe, out string? refusal)
    {
        var http = probe.Http;
        var method = string.IsNullOrEmpty(http?.Method) ? "GET" : http.Method;
        var path = string.IsNullOrEmpty(http?.Path) ? "/" : http.Path;
        var host = string.IsNullOrEmpty(http?.Host) ? HostHeader(probe) : http.Host;
        refusal = !path.StartsWith('/') ? $"the path '{path}' must begin with /"
            : HasBreak(method) || HasBreak(path) || HasBreak(host) ? "method, path and host must hold no blank or control character"
            : null;
        return refusal is null
            ? new HttpConversation(Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: plumbline\r\nAccept: */*\r\nConnection: close\r\n\r\n"))
            : null;
    }

    public static string HostHeader(PlannedProbe probe)
    {
        var host = HostOf(probe);
        var usual = probe.Protocol == ProbeProtocol.Https ? 443 : 80;
        return probe.Port == usual ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{probe.Port}");
    }

    /// <summary>As it stands before a port: an address of IPv6 in brackets, a name without the dot that ends it.</summary>
    public static string HostOf(PlannedProbe probe)
    {
        var host = probe.Host.TrimEnd('.');
        return host.Contains(':') ? $"[{host}]" : host;
    }

    /// <summary>It cannot stand in a line of a request.</summary>
    public static bool HasBreak(string text) => text.AsSpan().ContainsAnyExceptInRange('!', '~');

    public override Attempt? Read(Attempt connected, ReadOnlySpan<byte> received, double milliseconds)
    {
        var head = HttpHead.Parse(received);
        return head.Kind switch
        {
            HttpHeadKind.Incomplete => null,
            HttpHeadKind.Status when head.Status == BadRequest && connected.Proven < ProvenStage.TlsEstablished => PlainToTls.IsWhole(received) ? Refused(connected, received, milliseconds) : null,
            HttpHeadKind.Status => Replied(connected, head.Status, milliseconds),
            HttpHeadKind.Http2 => Http2Conversation.Spoken(connected, "answers in HTTP/2 frames, which is as good a proof as a status", milliseconds),
            HttpHeadKind.NotHttp => SpokeOtherwise(connected, received),
        };
    }

    /// <summary>An interim status shows that HTTP is spoken.</summary>
    public override Attempt Ended(Attempt connected, ReadOnlySpan<byte> received, double milliseconds, ConversationEnd end)
    {
        if (HttpHead.Parse(received) is { Kind: HttpHeadKind.Incomplete, Status: > 0 and var interim })
            return Replied(connected, interim, milliseconds);
        if (HttpHead.Parse(received) is { Kind: HttpHeadKind.Status, Status: BadRequest })
            return Refused(connected, received, milliseconds);
        return (end, received.IsEmpty) switch
        {
            (ConversationEnd.TooLong, _) => SpokeOtherwise(connected, received),
            (ConversationEnd.TimedOut, true) => connected with { Outcome = ProbeOutcome.HttpNoResponse, Detail = "connected and sent the request, but no response came in time" },
            (ConversationEnd.TimedOut, false) => connected with { Outcome = ProbeOutcome.HttpNoResponse, Detail = $"the response stopped after {received.Length} bytes, before a status line" },
            (ConversationEnd.Closed, true) => connected with { Outcome = ProbeOutcome.ClosedByPeer, Detail = "accepted, then closed without a response", ClosedMute = true },
            (ConversationEnd.Closed, false) => connected with { Outcome = ProbeOutcome.ClosedByPeer, Detail = $"closed after {received.Length} bytes, before a status line" },
        };
    }

    /// <summary>Any status proves that HTTP is spoken. Whether it is one that a row takes is the operator's to judge.</summary>
    private static Attempt Replied(Attempt connected, int status, double milliseconds) =>
        connected with { Proven = ProvenStage.Replied, HttpStatus = status, HttpMilliseconds = milliseconds };

    /// <summary>Status 400, which is also what servers of HTTPS say to a client that forgot TLS.</summary>
    private static Attempt Refused(Attempt connected, ReadOnlySpan<byte> received, double milliseconds) => PlainToTls.IsTold(received)
        ? connected with { Outcome = ProbeOutcome.NotHttp, Proven = ProvenStage.Replied, Detail = "answers HTTP with status 400 and says that the port takes TLS only: document it as HTTPS" }
        : Replied(connected, BadRequest, milliseconds);

    private static Attempt SpokeOtherwise(Attempt connected, ReadOnlySpan<byte> received) =>
        connected with { Outcome = ProbeOutcome.NotHttp, Proven = ProvenStage.Replied, Detail = Describe(received) };

    private static string Describe(ReadOnlySpan<byte> received) => received switch
    {
        [0x15 or 0x16, 0x03, ..] => "answers in TLS: document it as HTTPS",
        _ => $"answers '{PlainText.Of(received, 40)}'",
    };
}
