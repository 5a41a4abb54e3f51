using System.Net;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Tests.Contract;

internal sealed class ApplyTests(ApiServer server) : ContractFixture(server)
{
    private string Gauge1 => $"/apis/lab.example.com/v1/namespaces/{Namespace}/gauges/g";

    [SetUp]
    public Task Define() => DefineGaugesAsync();

    [Test]
    public async Task Apply_NoObject_CreatesIt()
    {
        var made = await ApplyAsync(Gauge1, "one", Gauge("g", """{"from":"a","rows":[{"id":"1","to":"x"}]}"""));
        Assert.That(made.Code, Is.EqualTo(HttpStatusCode.Created), made.Text);
        Assert.That(
            Owned(made, "one"),
            Is.EqualTo("""{"f:spec":{"f:from":{},"f:rows":{"k:{\"id\":\"1\"}":{".":{},"f:id":{},"f:to":{}}}}}"""));
        Assert.That(made["metadata"].Items("managedFields")!.Single().Text("operation"), Is.EqualTo("Apply"));
    }

    [Test]
    public async Task Apply_Same_ChangesNothing()
    {
        var first = await ApplyAsync(Gauge1, "one", Gauge("g"));
        var again = await ApplyAsync(Gauge1, "one", Gauge("g"));
        Assert.That(again.Code, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(again.Version, Is.EqualTo(first.Version));
    }

    [Test]
    public async Task Apply_ValueOfAnother_IsAConflictThatNamesIt()
    {
        await ApplyAsync(Gauge1, "one", Gauge("g", """{"from":"a","mode":"x"}"""));
        var conflict = await ApplyAsync(Gauge1, "two", Gauge("g", """{"from":"b"}"""));
        Assert.That(conflict.Code, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(conflict.Json.Text("reason"), Is.EqualTo("Conflict"));
        Assert.That(conflict.Message, Is.EqualTo("Apply failed with 1 conflict: conflict with \"one\": .spec.from"));
        var cause = conflict["details"].Items("causes")!.Single();
        Assert.That(cause.Text("reason"), Is.EqualTo("FieldManagerConflict"));
        Assert.That(cause.Text("field"), Is.EqualTo(".spec.from"));
    }

    [Test]
    public async Task Apply_Forced_TakesTheFieldOver()
    {
        await ApplyAsync(Gauge1, "one", Gauge("g", """{"from":"a","mode":"x"}"""));
        var forced = await ApplyAsync(Gauge1, "two", Gauge("g", """{"from":"b"}"""), force: true);
        Assert.That(forced["spec"].Text("from"), Is.EqualTo("b"));
        Assert.That(Owned(forced, "one"), Is.EqualTo("""{"f:spec":{"f:mode":{}}}"""));
        Assert.That(Owned(forced, "two"), Is.EqualTo("""{"f:spec":{"f:from":{}}}"""));
    }

    [Test]
    public async Task Apply_SameValueAsAnother_IsSharedAndStaysUntilBothLetGo()
    {
        await ApplyAsync(Gauge1, "one", Gauge("g", """{"from":"a","mode":"x","kind":"TCP"}"""));
        var shared = await ApplyAsync(Gauge1, "two", Gauge("g", """{"from":"a","kind":"TCP"}"""));
        Assert.That(shared.Code, Is.EqualTo(HttpStatusCode.OK), shared.Text);
        var one = await ApplyAsync(Gauge1, "one", Gauge("g", """{"from":"a"}"""));
        Assert.That(one["spec"].Text("kind"), Is.EqualTo("TCP"), "two still owns it");
        Assert.That(one["spec"].Text("mode"), Is.EqualTo("open"), "nobody owns it: back to its default");
        var definitionAllows = await MergeAsync(Gauge1, """{"metadata":{"labels":{"a":"b"}}}""");
        Assert.That(definitionAllows["metadata", "labels"].Text("a"), Is.EqualTo("b"));
    }

    [Test]
    public async Task Apply_ListItems_AreOwnedOneByOne()
    {
        await ApplyAsync(Gauge1, "one", Gauge("g", """{"from":"a","rows":[{"id":"1","to":"x"},{"id":"2","to":"y"}],"tags":["a","b"]}"""));
        await ApplyAsync(Gauge1, "two", Gauge("g", """{"from":"a","rows":[{"id":"2","from":"z"},{"id":"3","to":"w"}],"tags":["b","c"]}"""));
        var less = await ApplyAsync(Gauge1, "one", Gauge("g", """{"from":"a","rows":[],"tags":[]}"""));
        var rows = less["spec"].Items("rows")!;
        Assert.That(rows.Select(row => row.Text("id")), Is.EqualTo(new[] { "2", "3" }));
        Assert.That(rows[0].Text("to"), Is.Null, "only one had applied it");
        Assert.That(rows[0].Text("from"), Is.EqualTo("z"));
        Assert.That(less["spec"].Texts("tags"), Is.EqualTo(new[] { "b", "c" }));
    }

    [Test]
    public async Task Apply_FieldOfAnUpdate_ConflictsWithItsManager()
    {
        await ApplyAsync(Gauge1, "one", Gauge("g", """{"from":"a"}"""));
        await MergeAsync($"{Gauge1}?fieldManager=hand", """{"spec":{"from":"b"}}""");
        var conflict = await ApplyAsync(Gauge1, "one", Gauge("g", """{"from":"a"}"""));
        Assert.That(conflict.Message, Is.EqualTo("Apply failed with 1 conflict: conflict with \"hand\" using lab.example.com/v1: .spec.from"));
    }

    [Test]
    public async Task Apply_SeveralConflicts_AreListedByManager()
    {
        await ApplyAsync(Gauge1, "one", Gauge("g", """{"from":"a","mode":"x","rows":[{"id":"1","to":"x"}]}"""));
        var conflict = await ApplyAsync(Gauge1, "two", Gauge("g", """{"from":"b","mode":"y","rows":[{"id":"1","to":"z"}]}"""));
        Assert.That(conflict.Message, Is.EqualTo("Apply failed with 3 conflicts: conflicts with \"one\":\n- .spec.from\n- .spec.mode\n- .spec.rows[id=\"1\"].to"));
    }

    [Test]
    public async Task Update_TakesOwnershipOfWhatItChanges()
    {
        await ApplyAsync(Gauge1, "one", Gauge("g", """{"from":"a","mode":"x"}"""));
        var updated = await MergeAsync($"{Gauge1}?fieldManager=hand", """{"spec":{"mode":"y"}}""");
        Assert.That(Owned(updated, "one"), Is.EqualTo("""{"f:spec":{"f:from":{}}}"""));
        Assert.That(Owned(updated, "hand"), Is.EqualTo("""{"f:spec":{"f:mode":{}}}"""));
        var removed = await MergeAsync($"{Gauge1}?fieldManager=other", """{"spec":{"kind":"TCP"},"metadata":{"labels":{"a":"b"}}}""");
        Assert.That(Owned(removed, "other"), Is.EqualTo("""{"f:metadata":{"f:labels":{".":{},"f:a":{}}},"f:spec":{"f:kind":{}}}"""));
    }

    [Test]
    public async Task ApplyStatus_OwnsOnlyStatusUnderItsSubresource()
    {
        await ApplyAsync(Gauge1, "one", Gauge("g"));
        const string Status = """{"apiVersion":"lab.example.com/v1","kind":"Gauge","metadata":{"name":"g","labels":{"no":"no"}},"spec":{"from":"no"},"status":{"conditions":[{"type":"Ready","status":"True","reason":"R"}]}}""";
        var applied = await ApplyAsync($"{Gauge1}/status", "operator", Status);
        Assert.That(applied.Code, Is.EqualTo(HttpStatusCode.OK), applied.Text);
        Assert.That(applied["spec"].Text("from"), Is.EqualTo("Tenant"));
        Assert.That(applied["metadata", "labels"], Is.Null);
        Assert.That(
            Owned(applied, "operator"),
            Is.EqualTo("""{"f:status":{"f:conditions":{"k:{\"type\":\"Ready\"}":{".":{},"f:reason":{},"f:status":{},"f:type":{}}}}}"""));
        Assert.That(applied["metadata"].Items("managedFields")!.Single(entry => entry.Text("manager") == "operator").Text("subresource"), Is.EqualTo("status"));

        var other = await ApplyAsync($"{Gauge1}/status", "second", Status.Replace("Ready", "Verified", StringComparison.Ordinal));
        Assert.That(other["status"].Items("conditions")!.Select(each => each.Text("type")), Is.EqualTo(new[] { "Ready", "Verified" }));
        var gone = await ApplyAsync($"{Gauge1}/status", "operator", """{"apiVersion":"lab.example.com/v1","kind":"Gauge","metadata":{"name":"g"},"status":{"conditions":[]}}""");
        Assert.That(gone["status"].Items("conditions")!.Select(each => each.Text("type")), Is.EqualTo(new[] { "Verified" }));
    }

    [Test]
    public async Task ApplyStatus_NoObject_IsNotFound() =>
        Assert.That((await ApplyAsync($"{Gauge1}/status", "operator", Gauge("g"))).Code, Is.EqualTo(HttpStatusCode.NotFound));

    [Test]
    public async Task Apply_Deployment_MergesContainersByNameAndPortsByNumber()
    {
        var Path = $"/apis/apps/v1/namespaces/{Namespace}/deployments/d";
        static string Deployment(string containers) =>
            """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":""" + containers + "}}}}";
        await ApplyAsync(Path, "one", Deployment("""[{"name":"main","image":"i:1","ports":[{"containerPort":80}]}]"""));
        var two = await ApplyAsync(Path, "two", Deployment("""[{"name":"side","image":"s:1"},{"name":"main","ports":[{"containerPort":81,"protocol":"TCP"}]}]"""));
        Assert.That(two.Code, Is.EqualTo(HttpStatusCode.OK), two.Text);
        var containers = two["spec", "template", "spec"].Items("containers")!;
        Assert.That(containers.Select(container => container.Text("name")), Is.EqualTo(new[] { "side", "main" }));
        Assert.That(containers[1].Items("ports")!.Select(port => port.Number("containerPort")), Is.EquivalentTo(new[] { 80, 81 }));
        Assert.That(Owned(two, "one"), Does.Contain("""k:{\"containerPort\":80,\"protocol\":\"TCP\"}"""));
        var less = await ApplyAsync(Path, "one", Deployment("""[{"name":"main","image":"i:2"}]"""));
        Assert.That(less["spec", "template", "spec"].Items("containers")![1].Items("ports")!.Select(port => port.Number("containerPort")), Is.EqualTo(new[] { 81 }));
    }

    [Test]
    public async Task Apply_ManagedFieldsGiven_IsRejected()
    {
        var answer = await ApplyAsync(Gauge1, "one", """{"apiVersion":"lab.example.com/v1","kind":"Gauge","metadata":{"name":"g","managedFields":[{"manager":"x"}]},"spec":{"from":"a"}}""");
        Assert.That(answer.Message, Is.EqualTo("metadata.managedFields must be nil"));
    }

    [TestCase("""{"from":"a","bogus":1}""", ": .spec.bogus: field not declared in schema")]
    [TestCase("""{"from":"a","rows":[{"id":"1"},{"id":"1"}],"tags":["x","x"]}""", "errors:\n  .spec.|  .spec.rows: duplicate entries for key [id=\"1\"]|  .spec.tags: duplicate entries for key [=\"x\"]")]
    [TestCase("""{"from":"a","rows":[{"to":"x"}]}""", ".spec.rows: element 0: associative list with keys has an element that omits all key fields [\"id\"]")]
    [TestCase("""{"from":7}""", ".spec.from: expected string, got &value.valueUnstructured{Value:7}")]
    public async Task Apply_ThatDoesNotFitTheSchema_IsRejectedWhole(string spec, string message)
    {
        var answer = await ApplyAsync(Gauge1, "one", Gauge("g", spec));
        Assert.That((int)answer.Code, Is.EqualTo(500));
        Assert.That(answer.Message, Does.StartWith("failed to create typed patch object (/g; lab.example.com/v1, Kind=Gauge): "));
        // A real server tells several errors in any order.
        Assert.That(message.Split('|').Where(part => !answer.Message.Contains(part, StringComparison.Ordinal)), Is.Empty, answer.Message);
        Assert.That((await GetAsync(Gauge1)).Code, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Apply_WithoutManager_IsRejected()
    {
        var answer = await SendAsync(HttpMethod.Patch, Gauge1, Gauge("g"), "application/apply-patch+yaml");
        Assert.That(answer.Message, Does.Contain("fieldManager: Required value: is required for apply patch"));
    }

    [Test]
    public async Task Update_ManagedFieldsReset_ForgetsAllOwners()
    {
        await ApplyAsync(Gauge1, "one", Gauge("g"));
        var reset = await MergeAsync(Gauge1, """{"metadata":{"managedFields":[{}]}}""");
        Assert.That(reset["metadata", "managedFields"], Is.Null);
        var conflict = await ApplyAsync(Gauge1, "two", Gauge("g", """{"from":"b"}"""));
        Assert.That(conflict.Message, Is.EqualTo("Apply failed with 1 conflict: conflict with \"before-first-apply\" using lab.example.com/v1: .spec.from"));
        var taken = await ApplyAsync(Gauge1, "two", Gauge("g", """{"from":"b"}"""), force: true);
        Assert.That(taken.Code, Is.EqualTo(HttpStatusCode.OK), taken.Text);
        Assert.That(Owned(taken, "two"), Is.EqualTo("""{"f:spec":{"f:from":{}}}"""));
    }

    private static string? Owned(Answer answer, string manager) =>
        answer["metadata"].Items("managedFields")?.FirstOrDefault(entry => entry.Text("manager") == manager)?["fieldsV1"] is JsonObject fields ? JsonTree.ToText(fields) : null;
}
