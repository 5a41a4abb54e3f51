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
            // Resolution lets no other datagram through.
            ConnectionProtocol.Udp => ProbeProtocol.Dns,
            ConnectionProtocol.Logical => throw new InvalidOperationException("logical rows are never resolved to pairs"),
        };
        var http = protocol is ProbeProtocol.Http or ProbeProtocol.Https ? RequestOf(connection.Http ?? HttpExpectation.Default, pair.Target) : null;
        return new PlannedPair(pair, Create(pair.Source, pair.Target.Host, pair.Target.Port, protocol, http, connection.Settings));
    }

    /// <summary>The probes of every node; where rows share a question, the shortest interval, the longest timeout and the most confirmations win.</summary>
    public static ImmutableSortedDictionary<string, ProbePlan> Assemble(IEnumerable<PlannedPair> probes)
    {
        var nodes = new SortedDictionary<string, (Dictionary<string, ProbeSource> Sources, Dictionary<ProbeId, PlannedProbe> Probes)>(StringComparer.Ordinal);
        foreach (var (pair, probe) in probes)
        {
            if (!nodes.TryGetValue(pair.Source.Node, out var node))
            {
                nodes[pair.Source.Node] = node = ([], []);
            }

            node.Sources[pair.Source.Probe.Id] = pair.Source.Probe;
            node.Probes[probe.Id] = node.Probes.TryGetValue(probe.Id, out var same)
                ? same with
                {
                    IntervalMilliseconds = Math.Min(same.IntervalMilliseconds, probe.IntervalMilliseconds),
                    TimeoutMilliseconds = Math.Max(same.TimeoutMilliseconds, probe.TimeoutMilliseconds),
                    Confirmations = Math.Max(same.Confirmations, probe.Confirmations),
                }
                : probe;
        }

        return nodes.ToImmutableSortedDictionary(
            n => n.Key,
            n => new ProbePlan(n.Value.Sources.ToImmutableSortedDictionary(StringComparer.Ordinal), n.Value.Probes.ToImmutableDictionary()),
            StringComparer.Ordinal);
    }

    public static PlannedProbe Create(PairSource source, string host, int port, ProbeProtocol protocol, HttpRequestSpec? http, ProbeSettings settings)
    {
        var probe = new PlannedProbe
        {
            Id = default,
            Source = source.Probe.Id,
            Host = host,
            Port = port,
            Protocol = protocol,
            Http = http,
            IntervalMilliseconds = (int)settings.Interval.TotalMilliseconds,
            TimeoutMilliseconds = (int)settings.Timeout.TotalMilliseconds,
            Confirmations = settings.FailureThreshold,
        };
        return probe with { Id = IdOf(source, probe) };
    }

    private static HttpRequestSpec RequestOf(HttpExpectation http, PairTarget target)
    {
        // Endpoints are asked under the Service's name, as clients of the Service ask them.
        var host = http.Host ?? target.Service?.Let(s => $"{s.Name}.{s.Namespace}");
        return new HttpRequestSpec(http.Method, http.Path, host);
    }

    private static ProbeId IdOf(PairSource source, PlannedProbe probe)
    {
        // Interval, timeout and confirmations are no part of the question. The addresses are: a pod that got new ones is asked anew.
        var text = string.Join('\n', (IEnumerable<string?>)
        [
            source.Node,
            source.Probe.Id,
            string.Join(',', source.Probe.Addresses),
            probe.Host,
            probe.Port.ToString(CultureInfo.InvariantCulture),
            probe.Protocol.ToString(),
            probe.Http is { } h ? $"{h.Method} {h.Path} {h.Host}" : null,
        ]);
        return new ProbeId(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
    }

    private static TResult Let<T, TResult>(this T value, Func<T, TResult> map)
        where T : struct => map(value);
}
