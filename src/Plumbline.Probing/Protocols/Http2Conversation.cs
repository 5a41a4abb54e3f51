using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Plumbline.Core.Probes;
using Plumbline.Probing.Engine;

namespace Plumbline.Probing.Protocols;

/// <summary>
/// HTTP/2 without being asked to: the client's preface and, for gRPC, one call of the standard health check. Any answer in HTTP/2 proves the
/// connection, a service that has no health check too.
/// </summary>
internal sealed class Http2Conversation : Conversation
{
    private const int HealthStream = 1;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;
    private const string HealthPath = "/grpc.health.v1.Health/Check";

    private readonly bool _health;

    private Http2Conversation(byte[] opening, bool health)
        : base(opening) => _health = health;

    /// <summary>Only the preface and empty settings.</summary>
    public static Http2Conversation Hello { get; } = new([.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Http2FrameType.Settings, 0, 0, [])], health: false);

    /// <summary>Null with the reason when the authority cannot stand in a header.</summary>
    public static Http2Conversation? HealthCheck(PlannedProbe probe, bool tls, out string? refusal)
    {
        var authority = string.IsNullOrEmpty(probe.Http?.Host) ? HttpConversation.HostHeader(probe) : probe.Http.Host;
        refusal = authority.Length > 100 || HttpConversation.HasBreak(authority) ? "the host must be at most 100 characters and hold no blank or control character" : null;
        if (refusal is not null)
            return null;

        // Names of the static table, values as they are, and nothing that a server would have to remember.
        byte[] headers =
        [
            0x83, (byte)(tls ? 0x87 : 0x86),
            0x04, .. Text(HealthPath),
            0x01, .. Text(authority),
            0x0f, 0x10, .. Text("application/grpc"),
            0x00, .. Text("te"), .. Text("trailers"),
            0x0f, 0x2b, .. Text("plumbline"),
        ];
        return new Http2Conversation(
            [
                .. Hello.Opening.Span,
                .. Frame(Http2FrameType.Headers, EndHeaders, HealthStream, headers),
                // An empty request: the health of the server as a whole.
                .. Frame(Http2FrameType.Data, EndStream, HealthStream, [0, 0, 0, 0, 0]),
            ],
            health: true);
    }

    public static Attempt Spoken(Attempt connected, string detail, double milliseconds) => connected with
    {
        Outcome = ProbeOutcome.Succeeded,
        Proven = ProvenStage.Replied,
        Remarks = connected.Remarks | ProbeRemarks.SpeaksHttp2,
        Detail = string.IsNullOrEmpty(connected.Detail) ? detail : $"{connected.Detail}; {detail}",
        HttpMilliseconds = milliseconds,
    };

    public override Attempt? Read(Attempt connected, ReadOnlySpan<byte> received, double milliseconds)
    {
        switch (Http2Frame.Begins(received))
        {
            case null:
                return null;
            case false:
                return connected with { Outcome = ProbeOutcome.NotHttp, Proven = ProvenStage.Replied, Detail = Describe(received), AnswersInTls = received is [0x15 or 0x16, 0x03, ..] };
            default:
                break;
        }

        if (!_health)
            return Spoken(connected, "answers in HTTP/2", milliseconds);
        return GrpcAnswer.Read(received) is { IsComplete: true } answer ? Spoken(connected, answer.Describe(), milliseconds) : null;
    }

    public override Attempt Ended(Attempt connected, ReadOnlySpan<byte> received, double milliseconds, ConversationEnd end)
    {
        if (Http2Frame.Begins(received) == true)
            return Spoken(connected, GrpcAnswer.Read(received).Describe(), milliseconds);
        return (end, received.IsEmpty) switch
        {
            (ConversationEnd.TimedOut, true) => connected with { Outcome = ProbeOutcome.HttpNoResponse, Detail = "connected and spoke HTTP/2, but nothing came back in time" },
            (ConversationEnd.TimedOut, false) => connected with { Outcome = ProbeOutcome.HttpNoResponse, Detail = $"the answer stopped after {received.Length} bytes, before a frame of HTTP/2" },
            (ConversationEnd.Closed, true) => connected with { Outcome = ProbeOutcome.ClosedByPeer, Detail = "accepted, then closed without an answer in HTTP/2", ClosedMute = true },
            _ => connected with { Outcome = ProbeOutcome.ClosedByPeer, Detail = $"closed after {received.Length} bytes, before a frame of HTTP/2" },
        };
    }

    private static string Describe(ReadOnlySpan<byte> received) =>
        received.StartsWith("HTTP/1."u8) ? "answers in HTTP/1.1, not in HTTP/2: no gRPC there"
        : received is [0x15 or 0x16, 0x03, ..] ? "answers in TLS"
        : $"no HTTP/2: answers '{PlainText.Of(received, 40)}'";

    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Frame(Http2FrameType type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[Http2Frame.HeaderSize + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, (payload.Length << 8) | (byte)type);
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, Http2Frame.HeaderSize);
        return frame;
    }
}
