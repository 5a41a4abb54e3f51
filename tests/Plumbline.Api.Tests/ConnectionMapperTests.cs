using System.Collections.Immutable;
using Plumbline.Api.Mapping;
using Plumbline.Core.Connections;
using Plumbline.Core.Words;

namespace Plumbline.Api.Tests;

public sealed class ConnectionMapperTests
{
    [Test]
    public void Connection_WithEverything_IsTakenOver()
    {
        var (connection, problems) = Map("""
            metadata: {name: tenant-15, namespace: docs, generation: 3}
            spec:
              map: tenant
              file: tenant.txt
              id: "15"
              from: " Tenant Service "
              to: PostgreSQL
              toComponent: pg-tenant
              protocol: HTTPS
              ports: [443, 25, 443]
              portProtocols: [{port: 25, protocol: TCP}]
              portRanges: [{from: 10, to: 20}]
              portMatch: Any
              expect: Blocked
              classification: Egress
              data: rows
              http: {path: /health, method: HEAD, expectedStatuses: [200], host: pg}
              reference: {document: Other, rows: ["1"]}
              line: 71
              intervalSeconds: 30
              timeoutMilliseconds: 500
              failureThreshold: 2
              maxPairs: 8
              suspend: true
            """);

        Assert.That(problems, Is.Empty);
        Assert.That(connection.Key, Is.EqualTo(new NamespacedName("docs", "tenant-15")));
        Assert.That(connection.Generation, Is.EqualTo(3));
        Assert.That((connection.Map, connection.Id, connection.Origin), Is.EqualTo(("tenant", "15", "tenant.txt:71")));
        Assert.That((connection.From, connection.To), Is.EqualTo(("Tenant Service", "PostgreSQL")));
        Assert.That((connection.FromComponent, connection.ToComponent), Is.EqualTo(((string?)null, "pg-tenant")));
        Assert.That(connection.Protocol, Is.EqualTo(ConnectionProtocol.Https));
        Assert.That(connection.Ports.Where(p => p.Of is null), Is.EqualTo(ImmutableArray.Create(new DocumentedPort(443, ConnectionProtocol.Https), new(25, ConnectionProtocol.Tcp))));
        Assert.That(connection.Ports.Where(p => p.Of is not null).Select(p => p.Of).Distinct().Count(), Is.GreaterThan(0));
        Assert.That((connection.PortMatch, connection.Expect), Is.EqualTo((PortMatch.Any, Expectation.Blocked)));
        Assert.That((connection.Classification, connection.Data), Is.EqualTo(("Egress", "rows")));
        Assert.That((connection.Http!.Path, connection.Http.Method, connection.Http.Host), Is.EqualTo(("/health", "HEAD", "pg")));
        Assert.That(connection.Http.ExpectedStatuses, Is.EqualTo(ImmutableArray.Create(200)));
        Assert.That(connection.Reference!.Rows, Is.EqualTo(ImmutableArray.Create("1")));
        Assert.That(connection.Settings, Is.EqualTo(new ProbeSettings(TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(500), 2, 8)));
        Assert.That(connection.Suspended, Is.True);
    }

    [TestCase("metadata: {name: x, namespace: docs}")]
    [TestCase("metadata: {name: x, namespace: docs}\nspec:\n")]
    [TestCase("metadata: {name: x, namespace: docs}\nspec: {ports: , portProtocols: , portRanges: , http: , reference: , expect: }")]
    public void Connection_WithNothing_GetsTheDefaults(string text)
    {
        var (connection, problems) = Map(text);

        Assert.That(problems, Is.Empty);
        Assert.That(connection.Id, Is.EqualTo("x"), "the name stands in for the id");
        Assert.That((connection.Protocol, connection.From, connection.Http), Is.EqualTo(((ConnectionProtocol?)null, (string?)null, (HttpExpectation?)null)));
        Assert.That(connection.Ports, Is.Empty);
        Assert.That((connection.PortMatch, connection.Expect, connection.Suspended), Is.EqualTo((PortMatch.All, Expectation.Open, false)));
        Assert.That(connection.Settings, Is.EqualTo(ProbeSettings.Default));
    }

    [Test]
    public void Http_WithNothing_IsGetOfTheRootAndAnyStatus()
    {
        var http = Map("metadata: {name: x}\nspec: {protocol: HTTP, http: {}}").Connection.Http!;

        Assert.That((http.Path, http.Method, http.Host, http.ExpectedStatuses.Length), Is.EqualTo(("/", "GET", (string?)null, 0)));
    }

    [TestCase("TCP", ConnectionProtocol.Tcp)]
    [TestCase("TLS", ConnectionProtocol.Tls)]
    [TestCase("HTTP", ConnectionProtocol.Http)]
    [TestCase("HTTPS", ConnectionProtocol.Https)]
    [TestCase("gRPC", ConnectionProtocol.Grpc)]
    [TestCase("UDP", ConnectionProtocol.Udp)]
    [TestCase("Logical", ConnectionProtocol.Logical)]
    public void Protocol_OfTheSchema_IsKnown(string text, ConnectionProtocol expected) =>
        Assert.That(Map($"metadata: {{name: x}}\nspec: {{protocol: {text}}}").Connection.Protocol, Is.EqualTo(expected));

    [Test]
    public void Protocol_OfAnotherVersion_IsKeptAsText()
    {
        var (connection, problems) = Map("metadata: {name: x}\nspec: {protocol: QUIC, ports: [1]}");

        Assert.That((connection.Protocol, connection.ProtocolText), Is.EqualTo(((ConnectionProtocol?)null, "QUIC")));
        Assert.That(problems.Single().ToString(), Is.EqualTo("spec.protocol: 'QUIC' is not known here; use one of TCP, TLS, HTTP, HTTPS, gRPC, UDP, Logical"));
    }

    [Test]
    public void Protocol_GivenForEveryPortOnly_IsThatOfTheFirst()
    {
        Assert.That(
            Map("metadata: {name: x}\nspec: {ports: [25, 443], portProtocols: [{port: 443, protocol: HTTPS}, {port: 25, protocol: TLS}]}").Connection.Protocol,
            Is.EqualTo(ConnectionProtocol.Tls));
        Assert.That(
            Map("metadata: {name: x}\nspec: {ports: [25, 443], portProtocols: [{port: 443, protocol: HTTPS}]}").Connection.Protocol,
            Is.Null, "one port's protocol says nothing of the other");
    }

    [Test]
    public void BadParts_AreReportedWithTheirFields_AndTheRestStands()
    {
        var (connection, problems) = Map("""
            metadata: {name: x}
            spec:
              protocol: TCP
              ports: [0, 80, 70000]
              portProtocols: [{port: 81, protocol: TLS}, {protocol: TLS}]
              expect: Closed
              http: {method: POST, expectedStatuses: [99, 200]}
              reference: {rows: ["1"]}
              intervalSeconds: 0
            """);

        Assert.That(problems.Select(p => (p.Kind, p.Field)), Is.EquivalentTo(new[]
        {
            (SpecProblemKind.OutOfBounds, "spec.ports[0]"),
            (SpecProblemKind.OutOfBounds, "spec.ports[2]"),
            (SpecProblemKind.Dangling, "spec.portProtocols[0].port"),
            (SpecProblemKind.Missing, "spec.portProtocols[1].port"),
            (SpecProblemKind.UnknownValue, "spec.expect"),
            (SpecProblemKind.UnknownValue, "spec.http.method"),
            (SpecProblemKind.OutOfBounds, "spec.http.expectedStatuses[0]"),
            (SpecProblemKind.Missing, "spec.reference.document"),
            (SpecProblemKind.OutOfBounds, "spec.intervalSeconds"),
        }));
        Assert.That(connection.Ports.Single(), Is.EqualTo(new DocumentedPort(80, ConnectionProtocol.Tcp)));
        Assert.That(connection.Http!.ExpectedStatuses.Single(), Is.EqualTo(200));
        Assert.That(connection.Settings, Is.EqualTo(ProbeSettings.Default));
    }

    private static MappedConnection Map(string text) => ConnectionMapper.ToDocumented(Manifests.ReadAs<V1Alpha1Connection>(text));
}
