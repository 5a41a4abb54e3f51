using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Plumbline.Core.Connections;
using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;
using Plumbline.Core.Words;

namespace Plumbline.Core.Planning;

/// <summary>Resolved pairs → probes, each question once a node however many rows ask it.</summary>
public static class ProbePlanner
{
    public static PlannedPair Probe(DocumentedConnection connection, ProbePair pair)
    {
        var protocol = pair.Target.Protocol switch
        {
            ConnectionProtocol.Tcp => ProbeProtocol.Tcp,
            ConnectionProtocol.Tls => ProbeProtocol.Tls,
            ConnectionProtocol.Http => ProbeProtocol.Http,
            ConnectionProtocol.Https => ProbeProtocol.Https,
            ConnectionProtocol.Grpc => ProbeProtocol.Grpc,
            ConnectionProtocol.Udp => pair.Target.IsDns ? ProbeProtocol.Dns : ProbeProtocol.Udp,
            ConnectionProtocol.Logical => throw new InvalidOperationException("logical rows are never resolved to pairs"),
        };
        var http = protocol is ProbeProtocol.Http or ProbeProtocol.Https ? RequestOf(connection.Http ?? HttpExpectation.Default, pair.Target) : null;
        var usesTls = protocol is ProbeProtocol.Tls or ProbeProtocol.Https or ProbeProtocol.Grpc;
        return new PlannedPair(pair, Create(pair.Source, pair.Target, protocol, http, usesTls ? NamedBy(connection, pair.Target) : null, connection.Settings));
    }

    /// <summary>A look at the sockets of the target, from its own node.</summary>
    public static PlannedPair Listeners(DocumentedConnection connection, ProbePair pair) =>
        new(pair, Create(pair.Source, pair.Target, ProbeProtocol.Listeners, null, null, connection.Settings));

    /// <summary>Whether one probe of a row answers for both pairs.</summary>
    public static bool AsksTheSame(ProbePair a, ProbePair b) =>
        a.Target.Port == b.Target.Port && a.Target.IsDns == b.Target.IsDns && a.Target.Proxy == b.Target.Proxy && a.Target.Protocol == b.Target.Protocol && a.Target.Host == b.Target.Host && a.Target.Service == b.Target.Service
        && a.Target.Pod?.Uid == b.Target.Pod?.Uid
        && a.Source.Node == b.Source.Node && a.Source.Probe.Equals(b.Source.Probe);

    /// <summary>One probe for two rows that ask the same: the shorter interval, the longer timeout and the more confirmations win.</summary>
    public static PlannedProbe Merge(PlannedProbe a, PlannedProbe b)
    {
        var (interval, timeout, confirmations) =
            (Math.Min(a.IntervalMilliseconds, b.IntervalMilliseconds), Math.Max(a.TimeoutMilliseconds, b.TimeoutMilliseconds), Math.Max(a.Confirmations, b.Confirmations));
        return a.IntervalMilliseconds == interval && a.TimeoutMilliseconds == timeout && a.Confirmations == confirmations
            ? a
            : a with { IntervalMilliseconds = interval, TimeoutMilliseconds = timeout, Confirmations = confirmations };
    }

    private static PlannedProbe Create(PairSource source, PairTarget target, ProbeProtocol protocol, HttpRequestSpec? http, TlsExpectation? tls, ProbeSettings settings)
    {
        var probe = new PlannedProbe
        {
            Id = default,
            Source = source.Probe.Id,
            Host = target.Host,
            Port = target.Port,
            Protocol = protocol,
            ServerName = tls?.ServerName,
            MinTls = tls?.MinVersion,
            Http = http,
            Proxy = target.Proxy,
            IntervalMilliseconds = (int)settings.Interval.TotalMilliseconds,
            TimeoutMilliseconds = (int)settings.Timeout.TotalMilliseconds,
            Confirmations = settings.FailureThreshold,
        };
        return probe with { Id = IdOf(source, target, probe) };
    }

    private static HttpRequestSpec RequestOf(HttpExpectation http, PairTarget target)
    {
        // Endpoints are asked under the Service's name, as clients of the Service ask them.
        var host = http.Host ?? target.Service?.Let(s => $"{s.Name}.{s.Namespace}");
        return new HttpRequestSpec(http.Method, http.Path, host);
    }

    /// <summary>Servers choose by the name that they are asked for, so endpoints are asked by the name of the Service.</summary>
    private static TlsExpectation NamedBy(DocumentedConnection connection, PairTarget target) =>
        new(connection.Http?.Host ?? connection.Tls?.ServerName ?? target.ServerName, connection.Tls?.MinVersion);

    private static ProbeId IdOf(PairSource source, PairTarget target, PlannedProbe probe)
    {
        // Interval, timeout and confirmations are no part of the question. The addresses are: a pod that got new ones is asked anew. So is the target's
        // pod: another one that is given its address later has nothing to do with what was seen there.
        var text = string.Join('\n', (IEnumerable<string?>)
        [
            source.Node,
            source.Probe.Id,
            string.Join(',', source.Probe.Addresses),
            probe.Host,
            probe.Port.ToString(CultureInfo.InvariantCulture),
            probe.Protocol.ToString(),
            probe.Http is { } h ? $"{h.Method} {h.Path} {h.Host}" : null,
            probe.ServerName,
            probe.MinTls,
            probe.Proxy?.ToString(),
            target.Pod?.Uid,
        ]);
        return new ProbeId(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
    }

    private static TResult Let<T, TResult>(this T value, Func<T, TResult> map)
        where T : struct => map(value);
}
