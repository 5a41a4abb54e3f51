using System.Text.Json;
using System.Text.RegularExpressions;
using Plumbline.Api.Mapping;

namespace Plumbline.Api.Tests;

public sealed class ConnectionFactoryTests
{
    [Test]
    public void Row_BecomesAConnection_WithTheMapFoldedIn()
    {
        var (connections, problems) = Expand("""
            metadata: {name: tenant, namespace: docs, uid: u-1}
            spec:
              document: {title: Tenant Service, file: tenant.txt}
              defaults: {intervalSeconds: 30, coverage: {maxPairs: 16}}
              suspend: true
              parties: [{name: "postgre  sql*", component: pg-tenant}]
              connections:
              - {id: "15", from: Tenant Service, to: Postgre SQL, protocol: TCP, ports: [5432], line: 7}
            """);

        Assert.That(problems, Is.Empty);
        Assert.That(JsonSerializer.Serialize(connections.Single(), PlumblineJson.Default.V1Alpha1Connection), Is.EqualTo(Regex.Replace("""
            {"apiVersion":"plumbline.dev/v1alpha1","kind":"Connection",
            "metadata":{"labels":{"app.kubernetes.io/managed-by":"plumbline","plumbline.dev/map":"tenant"},
            "name":"tenant-15","namespace":"docs",
            "ownerReferences":[{"apiVersion":"plumbline.dev/v1alpha1","controller":true,"kind":"ConnectionMap","name":"tenant","uid":"u-1"}]},
            "spec":{"map":"tenant","mapTitle":"Tenant Service","file":"tenant.txt","toComponent":"pg-tenant",
            "intervalSeconds":30,"timeoutMilliseconds":3000,"failureThreshold":3,"maxPairs":16,"suspend":true,
            "id":"15","from":"Tenant Service","to":"Postgre SQL","protocol":"TCP","ports":[5432],"line":7}}
            """, @"\r?\n", "")), "what is not given is not applied");
    }

    [Test]
    public void Row_OfEveryField_KeepsThemAll()
    {
        const string Row = """
            {"id":"1","from":"a","to":"b","protocol":"HTTP","protocolText":"t","ports":[1],"portRanges":[{"from":1,"to":2}],"portMatch":"Any",
            "portProtocols":[{"port":1,"protocol":"TLS"}],"expect":"Open","classification":"c","data":"d","http":{"path":"/","method":"GET","expectedStatuses":[200],"host":"h"},
            "tls":{"serverName":"s","minVersion":"1.2"},"reference":{"document":"x","rows":["1"]},"line":1}
            """;
        var row = JsonSerializer.Deserialize(Row, PlumblineJson.Default.V1Alpha1ConnectionRow)!;
        var spec = ConnectionFactory.Expand(new V1Alpha1ConnectionMap { Spec = new() { Connections = [row] } }).Connections.Single().Spec;

        var json = JsonSerializer.SerializeToNode(spec, PlumblineJson.Default.V1Alpha1ConnectionSpec)!.AsObject();
        foreach (var member in PlumblineJson.Default.V1Alpha1ConnectionRow.Properties)
            Assert.That(json[member.Name]?.ToJsonString(), Is.EqualTo(JsonDocument.Parse(Row).RootElement.GetProperty(member.Name).GetRawText()), member.Name);
    }

    [TestCase("metadata: {name: m}")]
    [TestCase("metadata: {name: m}\nspec: {connections: , parties: , defaults: , document: }")]
    public void Map_WithoutRows_IsNoConnections(string text) => Assert.That(Expand(text), Is.EqualTo(new ExpandedMap([], [])));

    [Test]
    public void Rows_WithoutIds_GetTheirOrdinal() =>
        Assert.That(
            Expand("metadata: {name: m}\nspec: {connections: [{from: a}, {id: '7'}, {id: ' '}]}").Connections.Select(c => (c.Metadata.Name, c.Spec.Id)),
            Is.EqualTo(new[] { ("m-r1", "r1"), ("m-7", "7"), ("m-r3", "r3") }));

    [Test]
    public void Id_Twice_ReportsTheSecondAndGoesOn()
    {
        var (connections, problems) = Expand("metadata: {name: m}\nspec: {connections: [{id: '1', from: a}, {id: '1', from: b}, {id: '2'}]}");

        Assert.That(connections.Select(c => (c.Spec.Id, c.Spec.From)), Is.EqualTo(new[] { ("1", "a"), ("2", null) }));
        Assert.That(problems.Single(), Is.EqualTo(new SpecProblem(
            SpecProblemKind.Duplicate, "spec.connections[1].id", "row 1 is in the map already; give this row an id of its own")));
    }

    [Test]
    public void Party_WithTwoMeanings_LeavesOutTheRowsThatUseIt()
    {
        var (connections, problems) = Expand("""
            metadata: {name: m}
            spec:
              parties: [{name: Redis, component: a}, {name: redis, component: b}, {name: PG, component: c}, {name: pg*, component: c}]
              connections: [{id: "1", to: REDIS}, {id: "2", to: PG}, {id: "3", to: Other}]
            """);

        Assert.That(connections.Select(c => (c.Spec.Id, c.Spec.ToComponent)), Is.EqualTo(new[] { ("2", "c"), ("3", null) }));
        Assert.That(problems.Select(p => p.ToString()), Is.EqualTo(new[]
        {
            "spec.parties[1]: 'redis' is bound to a (spec.parties[0]) and to b; keep one",
            "spec.connections[0].to: row 1 is left out: the map's parties bind 'REDIS' to two components",
        }));
    }

    [Test]
    public void Row_WithUnknownParts_IsReportedAndStays()
    {
        var (connections, problems) = Expand("metadata: {name: m}\nspec: {defaults: {intervalSeconds: 1}, connections: [{id: '1', protocol: SCTP, ports: [70000]}]}");

        Assert.That(connections.Single().Spec.IntervalSeconds, Is.EqualTo(60));
        Assert.That(problems.Select(p => p.Field), Is.EqualTo(new[] { "spec.defaults.intervalSeconds", "spec.connections[0].protocol", "spec.connections[0].ports[0]" }));
    }

    [TestCase("tenant", "15", "tenant-15")]
    [TestCase("tenant.v2", "r7", "tenant.v2-r7")]
    [TestCase("tenant", "2-2", "tenant-2-2")]
    [TestCase("tenant", "2.1", "tenant-2.1")]
    public void Name_ThatIsValid_IsMapAndId(string map, string id, string expected) => Assert.That(ConnectionName.Of(map, id), Is.EqualTo(expected));

    [TestCase("tenant", "15 A", "tenant-15-a-")]
    [TestCase("tenant", "15/a", "tenant-15-a-")]
    [TestCase("tenant", "№ 7", "tenant-7-")]
    [TestCase("tenant", "7.", "tenant-7-")]
    [TestCase("tenant", "A", "tenant-a-")]
    [TestCase("", "!", "")]
    public void Name_ThatHasToChange_IsValidAndCarriesAHash(string map, string id, string start)
    {
        var name = ConnectionName.Of(map, id);

        Assert.That(name, Does.Match($"^{Regex.Escape(start)}[0-9a-f]{{8}}$"));
        Assert.That(ConnectionName.Of(map, id), Is.EqualTo(name), "the same today and tomorrow");
    }

    [Test]
    public void Name_OfIdsThatDifferInWhatHadToGo_Differs() =>
        Assert.That(new[] { "A", "a", "a ", "a/", "a!" }.Select(id => ConnectionName.Of("m", id)), Is.Unique);

    [Test]
    public void Name_ThatIsTooLong_IsCutToWhatTheApiTakes()
    {
        Assert.That(ConnectionName.Of(new string('m', 250), "15").Length, Is.LessThanOrEqualTo(253));
        Assert.That(ConnectionName.Of(new string('m', 250), "15"), Is.Not.EqualTo(ConnectionName.Of(new string('m', 250), "16")));
        Assert.That(ConnectionName.LabelOf(new string('m', 64)).Length, Is.EqualTo(63));
        Assert.That(ConnectionName.LabelOf(new string('m', 63)), Is.EqualTo(new string('m', 63)));
    }

    [Test]
    public void Fingerprint_OfASpecThatTheServerHasFilledIn_IsTheSame()
    {
        var asked = Manifests.ReadAs<V1Alpha1Connection>("spec: {id: '1', protocol: HTTP, http: {expectedStatuses: []}, ports: []}").Spec;
        var stored = Manifests.ReadAs<V1Alpha1Connection>("""
            spec:
              {id: '1', protocol: HTTP, http: {path: /, method: GET}, portMatch: All, expect: Open, intervalSeconds: 60, timeoutMilliseconds: 3000,
              failureThreshold: 3, maxPairs: 64, suspend: false}
            """).Spec;

        Assert.That(ConnectionFingerprint.Of(stored), Is.EqualTo(ConnectionFingerprint.Of(asked)));
        Assert.That(ConnectionFingerprint.Of(stored with { IntervalSeconds = 61 }), Is.Not.EqualTo(ConnectionFingerprint.Of(stored)));
        Assert.That(ConnectionFingerprint.Of(stored with { Ports = [1, 2] }), Is.Not.EqualTo(ConnectionFingerprint.Of(stored with { Ports = [2, 1] })));
    }

    private static ExpandedMap Expand(string text) => ConnectionFactory.Expand(Manifests.ReadAs<V1Alpha1ConnectionMap>(text));
}
