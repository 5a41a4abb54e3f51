using System.Collections.Immutable;
using Plumbline.Api.Schema;
using Plumbline.Core.Connections;
using Plumbline.Core.Words;

namespace Plumbline.Api.Mapping;

/// <param name="Problems">Parts that could not be read; the rest of the row stands.</param>
public sealed record MappedConnection(DocumentedConnection Connection, ImmutableArray<SpecProblem> Problems);

/// <summary>A Connection object → the row that the core judges.</summary>
public static class ConnectionMapper
{
    public static MappedConnection ToDocumented(V1Alpha1Connection connection)
    {
        var problems = ImmutableArray.CreateBuilder<SpecProblem>();
        return new(Read(connection, new("spec", problems)), problems.ToImmutable());
    }

    internal static DocumentedConnection Read(V1Alpha1Connection connection, SpecReader reader)
    {
        var (meta, spec) = (connection.Metadata, connection.Spec);
        var key = new NamespacedName(meta.NamespaceProperty ?? "", meta.Name ?? "");
        var protocol = reader.Word("protocol", spec.Protocol, SpecWords.Protocols);
        var perPort = PortProtocols(spec, reader);
        var ports = Ports(spec, protocol, perPort, reader);

        return new DocumentedConnection
        {
            Key = key,
            Generation = meta.Generation ?? 0,
            Map = SpecReader.Text(spec.Map),
            Id = SpecReader.Text(spec.Id) ?? key.Name,
            Document = SpecReader.Text(spec.MapTitle),
            File = SpecReader.Text(spec.File),
            Line = spec.Line,
            From = SpecReader.Text(spec.From),
            To = SpecReader.Text(spec.To),
            FromComponent = SpecReader.Text(spec.FromComponent),
            ToComponent = SpecReader.Text(spec.ToComponent),
            Protocol = protocol ?? (ports.Length > 0 && ports.All(p => perPort.ContainsKey(p.Port)) ? ports[0].Protocol : null),
            ProtocolText = SpecReader.Text(spec.ProtocolText) ?? (protocol is null ? SpecReader.Text(spec.Protocol) : null),
            Ports = ports,
            PortMatch = reader.Word("portMatch", spec.PortMatch, SpecWords.PortMatches) ?? PortMatch.All,
            Expect = reader.Word("expect", spec.Expect, SpecWords.Expectations) ?? Expectation.Open,
            Classification = SpecReader.Text(spec.Classification),
            Data = SpecReader.Text(spec.Data),
            Http = spec.Http is { } http ? Http(http, reader.At("http")) : null,
            Tls = spec.Tls is { } tls ? new TlsExpectation(SpecReader.Text(tls.ServerName), reader.At("tls").Word("minVersion", tls.MinVersion, TlsVersions) is { } version ? TlsVersions[version].Text : null) : null,
            Reference = Reference(spec, reader),
            Settings = Settings(spec, reader),
            Suspended = spec.Suspend ?? false,
        };
    }

    /// <summary>A setting that is not given is the default.</summary>
    internal static ProbeSettings Settings(V1Alpha1ConnectionSpec spec, SpecReader reader)
    {
        var usual = ProbeSettings.Default;
        return new(
            TimeSpan.FromSeconds(reader.Setting("intervalSeconds", spec.IntervalSeconds, Limits.MinIntervalSeconds, Limits.MaxIntervalSeconds, (int)usual.Interval.TotalSeconds)),
            TimeSpan.FromMilliseconds(reader.Setting("timeoutMilliseconds", spec.TimeoutMilliseconds, Limits.MinTimeoutMilliseconds, Limits.MaxTimeoutMilliseconds, (int)usual.Timeout.TotalMilliseconds)),
            reader.Setting("failureThreshold", spec.FailureThreshold, 1, Limits.MaxFailureThreshold, usual.FailureThreshold),
            reader.Setting("maxPairs", spec.MaxPairs, 1, Limits.MaxPairs, usual.MaxPairs));
    }

    // A row without a protocol is judged incomplete before its ports are looked at; TCP stands in for the missing word until then.
    private static ImmutableArray<DocumentedPort> Ports(
        V1Alpha1ConnectionSpec spec, ConnectionProtocol? rowProtocol, Dictionary<int, ConnectionProtocol> perPort, SpecReader reader)
    {
        var ports = ImmutableArray.CreateBuilder<DocumentedPort>();
        foreach (var (index, port) in (spec.Ports ?? []).Index())
        {
            if (reader.IsPort($"ports[{index}]", port) && !ports.Any(p => p.Port == port))
                ports.Add(new(port, perPort.TryGetValue(port, out var own) ? own : rowProtocol ?? ConnectionProtocol.Tcp));
        }

        foreach (var (index, given) in (spec.PortRanges ?? []).Index())
        {
            var field = $"portRanges[{index}]";
            if (!reader.IsPort($"{field}.from", given.From) || !reader.IsPort($"{field}.to", given.To))
                continue;

            if (given.From > given.To)
            {
                reader.Report(SpecProblemKind.OutOfBounds, field, $"{given.From} to {given.To} is no range; give the lower port first");
                continue;
            }

            var range = new PortRange(given.From!.Value, given.To!.Value);
            ports.AddRange(range.Sample().Where(port => !ports.Any(p => p.Port == port)).Select(port => new DocumentedPort(port, rowProtocol ?? ConnectionProtocol.Tcp, range)).Take(Limits.MaxPortsProbed - ports.Count));
        }

        return ports.ToImmutable();
    }

    private static Dictionary<int, ConnectionProtocol> PortProtocols(V1Alpha1ConnectionSpec spec, SpecReader reader)
    {
        var protocols = new Dictionary<int, ConnectionProtocol>();
        foreach (var (index, entry) in (spec.PortProtocols ?? []).Index())
        {
            var field = $"portProtocols[{index}]";
            if (!reader.IsPort($"{field}.port", entry.Port))
                continue;

            if (spec.Ports?.Contains(entry.Port!.Value) is not true)
                reader.Report(SpecProblemKind.Dangling, $"{field}.port", $"{entry.Port} is not among the row's ports; add it there or correct it");
            else if (reader.Word($"{field}.protocol", entry.Protocol, SpecWords.Protocols) is { } protocol)
                protocols.TryAdd(entry.Port!.Value, protocol);
        }

        return protocols;
    }

    private static HttpExpectation Http(V1Alpha1HttpRequest http, SpecReader reader)
    {
        var usual = HttpExpectation.Default;
        var statuses = ImmutableArray.CreateBuilder<int>();
        foreach (var (index, status) in (http.ExpectedStatuses ?? []).Index())
        {
            if (status is >= Limits.MinHttpStatus and <= Limits.MaxHttpStatus)
                statuses.Add(status);
            else
                reader.Report(SpecProblemKind.OutOfBounds, $"expectedStatuses[{index}]", $"{status} is no HTTP status; they are {Limits.MinHttpStatus} to {Limits.MaxHttpStatus}");
        }

        return new(
            SpecReader.Text(http.Path) ?? usual.Path,
            reader.Word("method", http.Method, [("GET", Method.Get), ("HEAD", Method.Head)]) is Method.Head ? "HEAD" : usual.Method,
            statuses.ToImmutable(),
            SpecReader.Text(http.Host));
    }

    private static DocumentReference? Reference(V1Alpha1ConnectionSpec spec, SpecReader reader)
    {
        if (spec.Reference is not { } reference)
            return null;

        if (SpecReader.Text(reference.Document) is { } document)
            return new(document, [.. reference.Rows ?? []]);

        reader.Report(SpecProblemKind.Missing, "reference.document", "the name of the other document is missing");
        return null;
    }

    private static ImmutableArray<(string Text, int Value)> TlsVersions { get; } = [("1.0", 0), ("1.1", 1), ("1.2", 2), ("1.3", 3)];

    private enum Method
    {
        Get,
        Head,
    }
}
