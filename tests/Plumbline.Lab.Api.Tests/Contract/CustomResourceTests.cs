using System.Net;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Tests.Contract;

internal sealed class CustomResourceTests(ApiServer server) : ContractFixture(server)
{
    private string Gauges => $"/apis/lab.example.com/v1/namespaces/{Namespace}/gauges";
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    [SetUp]
    public Task Define() => DefineGaugesAsync();

    [Test]
    public async Task Definition_Created_IsEstablishedAndServed()
    {
        // A real server serves the kind as soon as its names are accepted, and calls it established some seconds later (reason Installing until then).
        var definition = await EventuallyAsync(
            $"{Definitions}/gauges.lab.example.com",
            answer => answer["status"].Items("conditions")?.Any(each => each.Text("type") == "Established" && each.Text("status") == "True") == true);
        Assert.That(
            definition["status"].Items("conditions")!.Select(each => $"{each.Text("type")}={each.Text("status")}"), Is.EquivalentTo(new[] { "NamesAccepted=True", "Established=True" }));
        Assert.That(definition["status", "acceptedNames"].Text("listKind"), Is.EqualTo("GaugeList"));
        var list = await GetAsync(Gauges);
        Assert.That(list.Json.Text("kind"), Is.EqualTo("GaugeList"));
    }

    [Test]
    public async Task Definition_Deleted_TakesItsObjectsAndItsPathAway()
    {
        await PostAsync(Gauges, Gauge("g"));
        await UndefineGaugesAsync();
        var gone = await EventuallyAsync(Gauges, answer => answer.Code == HttpStatusCode.NotFound);
        Assert.That((gone.Text, gone.ContentType), Is.EqualTo(("404 page not found\n", "text/plain; charset=utf-8")));
        await DefineGaugesAsync();
        Assert.That((await GetAsync(Gauges)).Json.Items("items"), Is.Empty);
    }

    [TestCase("rule: \"has(self.from) ||", "rule: \"has(self.nothing) ||", "x-kubernetes-validations[1].rule: Invalid value: ", "undefined field 'nothing'")]
    [TestCase("size(self.rows) > 0", "size(self.rows) > ", "Syntax error: mismatched input '<EOF>'", "")]
    [TestCase("size(self.rows) > 0", "size(self.rows) > 'a'", "found no matching overload for '_>_' applied to '(int, string)'", "")]
    [TestCase("size(self.rows) > 0", "frobnicate(self.rows)", "undeclared reference to 'frobnicate'", "")]
    [TestCase("size(self.rows) > 0", "self.from", "expected type 'bool' but found 'string'", "")]
    [TestCase("pattern: '^[a-z]+$'", "pattern: '['", "must be a valid regular expression", "")]
    [TestCase("x-kubernetes-list-map-keys: [id]", "x-kubernetes-list-map-keys: [name]", "entries must all be names of item properties", "")]
    [TestCase("default: open", "default: 7", "must be of type string", "")]
    [TestCase("from: {type: string, minLength: 1", "from: {minLength: 1", "properties[from].type: Required value: must not be empty for specified object fields", "")]
    [TestCase("jsonPath: .spec.from", "jsonPath: spec.from", "additionalPrinterColumns[0].JSONPath: Invalid value: \"spec.from\": must be a simple json path starting with .", "")]
    [TestCase("name: gauges.lab.example.com", "name: other.lab.example.com", "must be spec.names.plural", "")]
    [TestCase("storage: true", "storage: false", "must have exactly one version marked as storage version", "")]
    public async Task Definition_ThatCannotBeEnforced_IsRejected(string good, string bad, string message, string and)
    {
        await UndefineGaugesAsync();
        Assert.That(GaugeDefinition, Does.Contain(good));
        var answer = await PostAsync(Definitions, GaugeDefinition.Replace(good, bad, StringComparison.Ordinal), "application/yaml");
        Assert.That((int)answer.Code, Is.EqualTo(422), answer.Text);
        Assert.That(answer.Message, Does.Contain(message).And.Contain(and));
    }

    [Test]
    public async Task Definition_WithAWordThatIsNone_IsTakenWithoutItAndWarnedOf()
    {
        const string Field = "spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.from.patternn";
        await UndefineGaugesAsync();
        var typo = GaugeDefinition.Replace("minLength: 1,", "minLength: 1, patternn: x,", StringComparison.Ordinal);
        var strict = await PostAsync($"{Definitions}?fieldValidation=Strict", typo, "application/yaml");
        Assert.That(strict.Message, Is.EqualTo($"CustomResourceDefinition in version \"v1\" cannot be handled as a CustomResourceDefinition: strict decoding error: unknown field \"{Field}\""));
        var made = await PostAsync(Definitions, typo, "application/yaml");
        Assert.That(made.Code, Is.EqualTo(HttpStatusCode.Created), made.Text);
        Assert.That(made.Warnings, Is.EqualTo(new[] { $"299 - \"unknown field \\\"{Field}\\\"\"" }));
        Assert.That(made.Text, Does.Not.Contain("patternn"));
    }

    [Test]
    public async Task Create_DefaultsAreFilledIn()
    {
        var made = await PostAsync(Gauges, Gauge("g", """{"from":"a","rows":[{"id":"1"}],"mode":null}"""));
        Assert.That(made.Code, Is.EqualTo(HttpStatusCode.Created), made.Text);
        Assert.That(made["spec"].Number("replicas"), Is.EqualTo(1));
        Assert.That(made["spec"].Text("mode"), Is.EqualTo("open"));
        Assert.That(made["spec"].Items("rows")![0].Number("timeoutSeconds"), Is.EqualTo(3));
    }

    [Test]
    public async Task Create_UnknownFields_AreDroppedAndWarnedOf()
    {
        var made = await PostAsync(Gauges, Gauge("g", """{"from":"a","bogus":1,"rows":[{"id":"1","nope":2}],"any":{"deep":{"stays":true}}}"""));
        Assert.That(made.Code, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(made["spec"]!.AsObject().ContainsKey("bogus"), Is.False);
        Assert.That(made["spec", "any", "deep"].Flag("stays"), Is.True);
        Assert.That(made.Warnings, Is.EqualTo(new[] { "299 - \"unknown field \\\"spec.bogus\\\"\"", "299 - \"unknown field \\\"spec.rows[0].nope\\\"\"" }));
    }

    [Test]
    public async Task Create_UnknownOrRepeatedFieldsStrictly_IsRejected()
    {
        var answer = await PostAsync($"{Gauges}?fieldValidation=Strict", Gauge("g", """{"from":"a","bogus":1}"""));
        Assert.That(answer.Code, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(answer.Message, Is.EqualTo("Gauge in version \"v1\" cannot be handled as a Gauge: strict decoding error: unknown field \"spec.bogus\""));
        var repeated = await PostAsync($"{Gauges}?fieldValidation=Strict", Gauge("g", """{"from":"a","from":"b"}"""));
        Assert.That(repeated.Message, Is.EqualTo("Gauge in version \"v1\" cannot be handled as a Gauge: strict decoding error: duplicate field \"spec.from\""));
        var ignored = await PostAsync($"{Gauges}?fieldValidation=Ignore", Gauge("g", """{"from":"a","from":"b"}"""));
        Assert.That(ignored["spec"].Text("from"), Is.EqualTo("b"));
        Assert.That(ignored.Warnings, Is.Empty);
    }

    [TestCase("""{}""", "spec.from: Required value")]
    [TestCase("""{"from":7}""", "spec.from: Invalid value: \"integer\": spec.from in body must be of type string: \"integer\"")]
    [TestCase("""{"from":""}""", "spec.from: Invalid value: \"\": spec.from in body should be at least 1 chars long")]
    [TestCase("""{"from":"a","kind":"UDP"}""", "spec.kind: Unsupported value: \"UDP\": supported values: \"TCP\", \"TLS\"")]
    [TestCase("""{"from":"a","replicas":9}""", "spec.replicas: Invalid value: 9: spec.replicas in body should be less than or equal to 5")]
    [TestCase("""{"from":"a","replicas":5000000000}""", "<nil>: Invalid value: \"\": Checked value must be of type integer with format int32 in spec.replicas")]
    [TestCase("""{"from":"a","mode":"X1"}""", "spec.mode: Invalid value: \"X1\": spec.mode in body should match '^[a-z]+$'")]
    [TestCase("""{"from":"a","since":"yesterday"}""", "spec.since in body must be of type date-time")]
    [TestCase("""{"from":"a","addresses":["1","2","3"]}""", "spec.addresses: Too many: 3: must have at most 2 items")]
    [TestCase("""{"from":"a","tags":["x","x"]}""", "spec.tags[1]: Duplicate value: \"x\"")]
    [TestCase("""{"from":"a","rows":[{"id":"1"},{"id":"1"}]}""", "spec.rows[1]: Duplicate value: {\"id\":\"1\"}")]
    [TestCase("""{"from":"a","rows":[{"to":"x"}]}""", "spec.rows[0].id: Required value")]
    [TestCase("""{"from":"a","rows":[{"id":"1","ports":[70000]}]}""", "spec.rows[0].ports[0]: Invalid value: 70000")]
    [TestCase("""{"from":"a","port":1.5}""", "spec.port in body must be of type integer,string")]
    [TestCase("""{"from":"a","labels":{"x":1}}""", "spec.labels.x in body must be of type string")]
    [TestCase("""{"from":"a","workload":{},"pods":{}}""", "spec: Invalid value: at most one of workload and pods")]
    [TestCase("""{"from":"a","rows":[{"id":"1","ports":[80,666]}]}""", "spec.rows[0].ports: Invalid value: one of the ports is 666")]
    public async Task Create_AgainstTheSchema_IsInvalidWithCause(string spec, string error)
    {
        var answer = await PostAsync(Gauges, Gauge("g", spec));
        Assert.That((int)answer.Code, Is.EqualTo(422), answer.Text);
        Assert.That(answer.Message, Does.StartWith("Gauge.lab.example.com \"g\" is invalid: ").And.Contain(error));
        Assert.That(answer["details"].Items("causes"), Is.Not.Empty);
    }

    [Test]
    public async Task Create_RuleOfTheWholeObject_SeesItsName()
    {
        var answer = await PostAsync(Gauges, Gauge("forbidden-fruit"));
        Assert.That(answer.Message, Is.EqualTo("Gauge.lab.example.com \"forbidden-fruit\" is invalid: <nil>: Invalid value: no name may begin with forbidden"));
    }

    [Test]
    public async Task Create_TwoErrors_AreBothReported()
    {
        var answer = await PostAsync(Gauges, Gauge("g", """{"from":"","kind":"UDP"}"""));
        Assert.That(answer["details"].Items("causes")!.Select(cause => cause.Text("field")), Is.EquivalentTo(new[] { "spec.from", "spec.kind", "<nil>" }));
        Assert.That(answer.Message, Does.Contain("is invalid: [").And.EndsWith("]"));
    }

    [Test]
    public async Task Update_TransitionRule_SeesTheOldValue()
    {
        await PostAsync(Gauges, Gauge("g", """{"from":"a","kind":"TCP"}"""));
        var answer = await MergeAsync($"{Gauges}/g", """{"spec":{"kind":"TLS"}}""");
        Assert.That(answer.Message, Is.EqualTo("Gauge.lab.example.com \"g\" is invalid: spec.kind: Forbidden: kind is immutable"));
        Assert.That(answer["details"].Items("causes")![0].Text("reason"), Is.EqualTo("FieldValueForbidden"));
        Assert.That((await MergeAsync($"{Gauges}/g", """{"spec":{"from":"b"}}""")).Code, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Status_AndSpec_AreWrittenOnlyThroughTheirOwnEndpoint()
    {
        var made = await PostAsync(Gauges, """{"apiVersion":"lab.example.com/v1","kind":"Gauge","metadata":{"name":"g"},"spec":{"from":"a"},"status":{"observedGeneration":9}}""");
        Assert.That(made["status"], Is.Null);
        Assert.That(made["metadata"].Number("generation"), Is.EqualTo(1));
        var both = """{"spec":{"from":"b"},"status":{"observedGeneration":7},"metadata":{"labels":{"x":"y"}}}""";
        var status = await MergeAsync($"{Gauges}/g/status", both);
        Assert.That(status["status"].Number("observedGeneration"), Is.EqualTo(7));
        Assert.That(status["spec"].Text("from"), Is.EqualTo("a"));
        Assert.That(status["metadata", "labels"], Is.Null);
        Assert.That(status["metadata"].Number("generation"), Is.EqualTo(1));
        var spec = await MergeAsync($"{Gauges}/g", """{"spec":{"from":"b"},"status":{"observedGeneration":8}}""");
        Assert.That(spec["spec"].Text("from"), Is.EqualTo("b"));
        Assert.That(spec["status"].Number("observedGeneration"), Is.EqualTo(7));
        Assert.That(spec["metadata"].Number("generation"), Is.EqualTo(2));
        var labels = await MergeAsync($"{Gauges}/g", """{"metadata":{"labels":{"x":"y"}}}""");
        Assert.That(labels["metadata"].Number("generation"), Is.EqualTo(2));
    }

    [Test]
    public async Task Replace_WithoutVersion_IsInvalid()
    {
        await PostAsync(Gauges, Gauge("g"));
        var answer = await PutAsync($"{Gauges}/g", Gauge("g"));
        Assert.That(answer.Message, Does.Contain("metadata.resourceVersion: Invalid value: 0: must be specified for an update"));
    }

    [Test]
    public async Task Read_AfterTheSchemaChanged_FollowsTheNewOne()
    {
        await PostAsync(Gauges, Gauge("g", """{"from":"a","kind":"TCP"}"""));
        var changed = GaugeDefinition.Replace("kind: {type: string, enum: [TCP, TLS]}", "kind: {type: string}\n              fresh: {type: string, default: new}", StringComparison.Ordinal)
            .Replace("              labels: {type: object, additionalProperties: {type: string}}\n", "", StringComparison.Ordinal);
        var applied = await ApplyAsync($"{Definitions}/gauges.lab.example.com", "m", changed, force: true);
        Assert.That(applied.Code, Is.EqualTo(HttpStatusCode.OK), applied.Text);
        await EventuallyAsync($"{Gauges}/g", answer => answer["spec"].Text("fresh") == "new");
        var listed = await GetAsync(Gauges);
        Assert.That(listed.Json.Items("items")![0].Text("spec", "fresh"), Is.EqualTo("new"));
    }

    [Test]
    public async Task Table_HasTheColumnsOfTheDefinition()
    {
        await PostAsync(Gauges, Gauge("g", """{"from":"Tenant Service"}"""));
        await MergeAsync($"{Gauges}/g/status", """{"status":{"conditions":[{"type":"Ready","status":"False"},{"type":"Verified","status":"True","reason":"Reachable"}]}}""");
        var table = await GetAsync(Gauges, "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
        Assert.That(table.ContentType, Is.EqualTo("application/json"));
        Assert.That(table.Json.Items("columnDefinitions")!.Select(column => $"{column.Text("name")}/{column.Number("priority")}"),
            Is.EqualTo(new[] { "Name/0", "From/0", "Verified/0", "Reason/1", "Replicas/0", "Age/0" }));
        var row = table.Json.Items("rows")![0]!;
        Assert.That(row["cells"]!.AsArray().Take(5).Select(cell => cell!.ToString()), Is.EqualTo(new[] { "g", "Tenant Service", "True", "Reachable", "1" }));
        Assert.That(row["cells"]![5]!.ToString(), Does.Match("^\\d+s$"));
        Assert.That(row["object"].Text("kind"), Is.EqualTo("PartialObjectMetadata"));
    }
}
