using System.Buffers.Binary;
using System.Globalization;

namespace Plumbline.Probing.Protocols;

/// <summary>What came back to a call of the health check, as far as it can be told.</summary>
/// <param name="IsComplete">No more will come of this call.</param>
/// <param name="Health">Of <c>HealthCheckResponse.ServingStatus</c>; null when no response came.</param>
/// <param name="GrpcStatus">Null when it was not told, or not readable.</param>
/// <param name="HttpStatus">Of the response; null when none came.</param>
/// <param name="Error">Of a GOAWAY or RST_STREAM; null when there was none.</param>
internal sealed record GrpcAnswer(bool IsComplete, int? Health, int? GrpcStatus, int? HttpStatus, uint? Error)
{
    private const int MaxFrames = 64;

    public static GrpcAnswer Read(ReadOnlySpan<byte> received)
    {
        var answer = new GrpcAnswer(false, null, null, null, null);
        var headers = new HeaderReader();
        for (var i = 0; i < MaxFrames && !answer.IsComplete && Http2Frame.TryRead(ref received, out var frame); i++)
        {
            answer = frame.Type switch
            {
                Http2FrameType.GoAway when frame.Payload.Length >= 8 => answer with { IsComplete = true, Error = BinaryPrimitives.ReadUInt32BigEndian(frame.Payload[4..]) },
                Http2FrameType.ResetStream when frame.Payload.Length >= 4 => answer with { IsComplete = true, Error = BinaryPrimitives.ReadUInt32BigEndian(frame.Payload) },
                Http2FrameType.Headers when frame.Stream != 0 => answer.WithHeaders(headers, frame),
                Http2FrameType.Data when frame.Stream != 0 => answer with { Health = answer.Health ?? HealthOf(frame.Payload), IsComplete = frame.EndsStream },
                _ => answer,
            };
        }

        return answer;
    }

    public string Describe()
    {
        if (Health is { } health)
        {
            return $"gRPC health check: {health switch { 0 => "UNKNOWN", 1 => "SERVING", 2 => "NOT_SERVING", 3 => "SERVICE_UNKNOWN", _ => health.ToString(CultureInfo.InvariantCulture) }}";
        }

        if (GrpcStatus is { } status)
            return status == 12 ? "answers in gRPC; it has no health check (UNIMPLEMENTED)" : $"answers in gRPC; the health check ends with {NameOf(status)}";
        if (HttpStatus is { } http)
            return $"answers in HTTP/2 with status {http.ToString(CultureInfo.InvariantCulture)}";
        return Error is { } error ? $"answers in HTTP/2, and ends the call with error {error.ToString(CultureInfo.InvariantCulture)}" : "answers in HTTP/2, but not the health check";
    }

    private static string NameOf(int status) => status switch
    {
        0 => "OK",
        2 => "UNKNOWN",
        4 => "DEADLINE_EXCEEDED",
        5 => "NOT_FOUND",
        7 => "PERMISSION_DENIED",
        8 => "RESOURCE_EXHAUSTED",
        13 => "INTERNAL",
        14 => "UNAVAILABLE",
        16 => "UNAUTHENTICATED",
        _ => $"status {status.ToString(CultureInfo.InvariantCulture)}",
    };

    /// <summary>One message: five bytes of header, then field 1 as a varint, which is left out when 0.</summary>
    private static int? HealthOf(ReadOnlySpan<byte> payload) => payload switch
    {
        [0, 0, 0, 0, 0] => 0,
        [0, 0, 0, 0, >= 2, 0x08, var status, ..] => status,
        _ => null,
    };

    private GrpcAnswer WithHeaders(HeaderReader reader, Http2Frame frame)
    {
        var block = frame.Payload;
        if ((frame.Flags & 0x08) != 0 && block.Length > 0)
            block = block[1..Math.Max(1, block.Length - block[0])];
        if ((frame.Flags & 0x20) != 0)
            block = block[Math.Min(5, block.Length)..];
        reader.Read(block);
        return this with { HttpStatus = reader.Status ?? HttpStatus, GrpcStatus = reader.GrpcStatus ?? GrpcStatus, IsComplete = frame.EndsStream };
    }
}
