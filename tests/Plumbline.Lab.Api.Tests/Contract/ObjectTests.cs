using System.Net;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Tests.Contract;

internal sealed class ObjectTests(ApiServer server) : ContractFixture(server)
{
    private string ConfigMaps => $"/api/v1/namespaces/{Namespace}/configmaps";

    [Test]
    public async Task Create_NewObject_GetsSystemFields()
    {
        var made = await PostAsync(ConfigMaps, ConfigMap("one"));
        Assert.That(made.Code, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(Guid.TryParse(made.Json.Text("metadata", "uid"), out _), Is.True);
        Assert.That(made.Json.Text("metadata", "creationTimestamp"), Does.EndWith("Z"));
        var read = await GetAsync($"{ConfigMaps}/one");
        Assert.That(JsonTree.Same(read.Json, made.Json), Is.True);
    }

    [Test]
    public async Task Create_ExistingName_IsAlreadyExists()
    {
        await PostAsync(ConfigMaps, ConfigMap("one"));
        var again = await PostAsync(ConfigMaps, ConfigMap("one"));
        Assert.That(again.Code, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(again.Json.Text("reason"), Is.EqualTo("AlreadyExists"));
        Assert.That(again.Message, Is.EqualTo("configmaps \"one\" already exists"));
    }

    [Test]
    public async Task Get_Missing_IsNotFoundWithDetails()
    {
        var missing = await GetAsync($"/apis/apps/v1/namespaces/{Namespace}/deployments/none");
        Assert.That(missing.Code, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(missing.Message, Is.EqualTo("deployments.apps \"none\" not found"));
        Assert.That(missing["details"].Text("name"), Is.EqualTo("none"));
        Assert.That(missing["details"].Text("group"), Is.EqualTo("apps"));
        Assert.That(missing["details"].Text("kind"), Is.EqualTo("deployments"));
    }

    [TestCase("/api/v1/bananas")]
    [TestCase("/api/v2/pods")]
    [TestCase("/apis/apps/v1/bananas")]
    [TestCase("/api/v1/namespaces/default/pods/p/nonsense")]
    [TestCase("/api/v1/namespaces/default/pods/p/status/more")]
    [TestCase("/api/v1//pods")]
    public async Task Path_UnknownInAGroup_IsNotFoundAsAStatus(string path)
    {
        var answer = await GetAsync(path);
        Assert.That((answer.Code, answer.Json.Text("kind"), answer.Message), Is.EqualTo((HttpStatusCode.NotFound, "Status", "the server could not find the requested resource")));
    }

    [TestCase("/apis/nowhere.example.com")]
    [TestCase("/apis/nowhere.example.com/v1/namespaces/default/gauges")]
    public async Task Path_OfAnUnknownGroup_IsNotFoundAsText(string path)
    {
        var answer = await GetAsync(path);
        Assert.That((answer.Code, answer.Text), Is.EqualTo((HttpStatusCode.NotFound, "404 page not found\n")));
    }

    [Test]
    public async Task Request_WithoutToken_IsUnauthorized()
    {
        using var stranger = Stranger();
        using var answer = await stranger.GetAsync(new Uri("/api/v1/namespaces", UriKind.Relative));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("\"kind\":\"Status\""));
    }

    [Test]
    public async Task Create_GenerateName_MakesDistinctNames()
    {
        const string Body = """{"metadata":{"generateName":"gen-"}}""";
        var one = await PostAsync(ConfigMaps, Body);
        var other = await PostAsync(ConfigMaps, Body);
        Assert.That(one.Json.Text("metadata", "name"), Does.Match("^gen-[a-z0-9]{5}$"));
        Assert.That(other.Json.Text("metadata", "name"), Is.Not.EqualTo(one.Json.Text("metadata", "name")));
    }

    [TestCase("""{"metadata":{"name":"Upper"}}""", "ConfigMap \"Upper\" is invalid: metadata.name: Invalid value: \"Upper\": a lowercase RFC 1123 subdomain")]
    [TestCase("""{"metadata":{}}""", "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required")]
    [TestCase("""{"metadata":{"name":"x","labels":{"a":"b c"}}}""", "metadata.labels: Invalid value: \"b c\"")]
    [TestCase("""{"metadata":{"name":"x","labels":{"a":1}}}""", "cannot unmarshal number into Go struct field")]
    [TestCase("""{"kind":"Secret","metadata":{"name":"x"}}""", "Secret in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Secret) to (v1.ConfigMap): unknown conversion")]
    [TestCase("""{"kind":"Nonsense","metadata":{"name":"x"}}""", "Nonsense in version \"v1\" cannot be handled as a ConfigMap: no kind \"Nonsense\" is registered for version \"v1\" in scheme ")]
    [TestCase("""{"apiVersion":"v2","metadata":{"name":"x"}}""", "ConfigMap in version \"v2\" cannot be handled as a ConfigMap: no kind \"ConfigMap\" is registered for version \"v2\" in scheme ")]
    [TestCase("""{"metadata":{"name":"x","namespace":"other"}}""", "the namespace of the provided object does not match the namespace sent on the request")]
    [TestCase("""{"metadata":{"name":"x"},"data":["a"]}""", "cannot unmarshal array into Go struct field ConfigMap.data of type map[string]string")]
    [TestCase("{", "the object provided is unrecognized")]
    [TestCase("", "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)")]
    public async Task Create_BadObject_SaysWhatIsWrong(string body, string message)
    {
        var answer = await PostAsync(ConfigMaps, body);
        Assert.That((int)answer.Code, Is.EqualTo(400).Or.EqualTo(422), answer.Text);
        Assert.That(answer.Message, Does.Contain(message));
    }

    [Test]
    public async Task Create_MissingNamespace_IsNotFound()
    {
        var answer = await PostAsync("/api/v1/namespaces/nowhere/configmaps", ConfigMap("one"));
        Assert.That(answer.Code, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(answer.Message, Is.EqualTo("namespaces \"nowhere\" not found"));
    }

    [Test]
    public async Task Update_StaleVersion_IsConflict()
    {
        var made = await PostAsync(ConfigMaps, ConfigMap("one"));
        await MergeAsync($"{ConfigMaps}/one", """{"data":{"key":"w"}}""");
        var stale = await PutAsync($"{ConfigMaps}/one", made.Text);
        Assert.That(stale.Code, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(stale.Json.Text("reason"), Is.EqualTo("Conflict"));
        Assert.That(
            stale.Message,
            Is.EqualTo("Operation cannot be fulfilled on configmaps \"one\": the object has been modified; please apply your changes to the latest version and try again"));
    }

    [Test]
    public async Task Update_NothingChanged_KeepsVersion()
    {
        var made = await PostAsync(ConfigMaps, ConfigMap("one"));
        var same = await PutAsync($"{ConfigMaps}/one", made.Text);
        Assert.That(same.Version, Is.EqualTo(made.Version));
    }

    [Test]
    public async Task Update_Changed_CountsUpOneCounter()
    {
        var one = await PostAsync(ConfigMaps, ConfigMap("one"));
        var other = await PostAsync(ConfigMaps, ConfigMap("two"));
        var changed = await MergeAsync($"{ConfigMaps}/one", """{"data":{"key":"w"}}""");
        Assert.That(new[] { one, other, changed }.Select(answer => long.Parse(answer.Version, null)), Is.Ordered.And.Unique);
        Assert.That(changed.Json.Text("metadata", "uid"), Is.EqualTo(one.Json.Text("metadata", "uid")));
    }

    [Test]
    public async Task DryRun_AnyWrite_ChangesNothing()
    {
        var made = await PostAsync($"{ConfigMaps}?dryRun=All", ConfigMap("one"));
        Assert.That(made.Code, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((await GetAsync($"{ConfigMaps}/one")).Code, Is.EqualTo(HttpStatusCode.NotFound));
        await PostAsync(ConfigMaps, ConfigMap("one"));
        var patched = await MergeAsync($"{ConfigMaps}/one?dryRun=All", """{"data":{"key":"dry"}}""");
        Assert.That(patched["data"].Text("key"), Is.EqualTo("dry"));
        await DeleteAsync($"{ConfigMaps}/one?dryRun=All");
        Assert.That((await GetAsync($"{ConfigMaps}/one"))["data"].Text("key"), Is.EqualTo("v"));
    }

    [Test]
    public async Task Delete_WithFinalizer_StaysUntilItIsRemoved()
    {
        await PostAsync(ConfigMaps, """{"metadata":{"name":"held","finalizers":["example.com/hold"]}}""");
        var deleted = await DeleteAsync($"{ConfigMaps}/held");
        Assert.That(deleted.Json.Text("metadata", "deletionTimestamp"), Is.Not.Null);
        var added = await MergeAsync($"{ConfigMaps}/held", """{"metadata":{"finalizers":["example.com/hold","example.com/more"]}}""");
        Assert.That(added.Message, Does.Contain("no new finalizers can be added if the object is being deleted"));
        await MergeAsync($"{ConfigMaps}/held", """{"metadata":{"finalizers":null}}""");
        Assert.That((await GetAsync($"{ConfigMaps}/held")).Code, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Delete_OtherUid_IsConflict()
    {
        await PostAsync(ConfigMaps, ConfigMap("one"));
        var answer = await DeleteAsync($"{ConfigMaps}/one", """{"preconditions":{"uid":"other"}}""");
        Assert.That(answer.Code, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(answer.Message, Does.Contain("the UID in the precondition (other) does not match"));
    }

    [Test]
    public async Task Delete_Owner_TakesDependentsAlong()
    {
        EmbeddedOnly("garbage is collected by a controller");
        var owner = (await PostAsync(ConfigMaps, ConfigMap("owner"))).Json.Text("metadata", "uid");
        var other = (await PostAsync(ConfigMaps, ConfigMap("other"))).Json.Text("metadata", "uid");
        string Reference(string name, string? uid) => $$$"""{"apiVersion":"v1","kind":"ConfigMap","name":"{{{name}}}","uid":"{{{uid}}}"}""";
        await PostAsync(ConfigMaps, $$$"""{"metadata":{"name":"child","ownerReferences":[{{{Reference("owner", owner)}}}]}}""");
        await PostAsync(ConfigMaps, $$$"""{"metadata":{"name":"shared","ownerReferences":[{{{Reference("owner", owner)}}},{{{Reference("other", other)}}}]}}""");
        await DeleteAsync($"{ConfigMaps}/owner");
        await EventuallyAsync($"{ConfigMaps}/child", answer => answer.Code == HttpStatusCode.NotFound);
        var shared = await EventuallyAsync($"{ConfigMaps}/shared", answer => answer.Json.Items("metadata", "ownerReferences")?.Count == 1);
        Assert.That(shared.Json.Items("metadata", "ownerReferences")![0].Text("name"), Is.EqualTo("other"));
    }

    [Test]
    public async Task Delete_OwnerOrphaning_LeavesDependents()
    {
        EmbeddedOnly("garbage is collected by a controller");
        var owner = (await PostAsync(ConfigMaps, ConfigMap("owner"))).Json.Text("metadata", "uid");
        await PostAsync(ConfigMaps, $$$"""{"metadata":{"name":"child","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"owner","uid":"{{{owner}}}"}]}}""");
        await DeleteAsync($"{ConfigMaps}/owner", """{"propagationPolicy":"Orphan"}""");
        var child = await GetAsync($"{ConfigMaps}/child");
        Assert.That(child.Json.Items("metadata", "ownerReferences")?.Count ?? 0, Is.Zero);
    }

    [Test]
    public async Task Create_OwnerUnknown_IsCollected()
    {
        EmbeddedOnly("garbage is collected by a controller");
        await PostAsync(ConfigMaps, """{"metadata":{"name":"stray","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"gone","uid":"none"}]}}""");
        await EventuallyAsync($"{ConfigMaps}/stray", answer => answer.Code == HttpStatusCode.NotFound);
    }

    [Test]
    public async Task DeleteNamespace_WithContent_EmptiesItFirst()
    {
        await PostAsync("/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{Namespace}}}-2"} }""");
        await PostAsync($"/api/v1/namespaces/{Namespace}-2/configmaps", """{"metadata":{"name":"held","finalizers":["example.com/hold"]}}""");
        await DeleteAsync($"/api/v1/namespaces/{Namespace}-2");
        await EventuallyAsync($"/api/v1/namespaces/{Namespace}-2/configmaps/held", answer => answer.Json.Text("metadata", "deletionTimestamp") is not null);
        var rejected = await PostAsync($"/api/v1/namespaces/{Namespace}-2/configmaps", ConfigMap("late"));
        Assert.That(rejected.Code, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(rejected.Message, Does.Contain("because it is being terminated"));
        Assert.That((await GetAsync($"/api/v1/namespaces/{Namespace}-2"))["status"].Text("phase"), Is.EqualTo("Terminating"));
        await MergeAsync($"/api/v1/namespaces/{Namespace}-2/configmaps/held", """{"metadata":{"finalizers":[]}}""");
        await EventuallyAsync($"/api/v1/namespaces/{Namespace}-2", answer => answer.Code == HttpStatusCode.NotFound);
    }

    [Test]
    public async Task DeleteCollection_Selected_LeavesTheRest()
    {
        await PostAsync(ConfigMaps, ConfigMap("a", labels: """{"go":"yes"}"""));
        await PostAsync(ConfigMaps, ConfigMap("b"));
        await DeleteAsync($"{ConfigMaps}?labelSelector=go%3Dyes");
        Assert.That((await GetAsync(ConfigMaps)).Json.Items("items")!.Select(item => item.Text("metadata", "name")), Is.EqualTo(new[] { "b" }));
    }

    [Test]
    public async Task Service_WithoutAddress_GetsOne()
    {
        var one = await PostAsync($"/api/v1/namespaces/{Namespace}/services", """{"metadata":{"name":"a"},"spec":{"ports":[{"port":80}]}}""");
        var two = await PostAsync($"/api/v1/namespaces/{Namespace}/services", """{"metadata":{"name":"b"},"spec":{"ports":[{"port":80}]}}""");
        Assert.That(one["spec"].Text("clusterIP"), Does.StartWith("10.96."));
        Assert.That(two["spec"].Text("clusterIP"), Is.Not.EqualTo(one["spec"].Text("clusterIP")));
        Assert.That(one["spec"].Items("ports")![0].Number("targetPort"), Is.EqualTo(80));
    }

    [Test]
    public async Task Event_WrittenAsEventsV1_ReadsAsCore()
    {
        await PostAsync($"/apis/events.k8s.io/v1/namespaces/{Namespace}/events", """
            {"metadata":{"name":"e"},"regarding":{"kind":"Pod","name":"p","uid":"u"},"note":"hello","reason":"Because","type":"Normal","action":"A","eventTime":"2026-01-01T00:00:00.000000Z","reportingController":"c","reportingInstance":"i"}
            """);
        var core = await GetAsync($"/api/v1/namespaces/{Namespace}/events?fieldSelector=involvedObject.name%3Dp,involvedObject.kind%3DPod");
        var found = core.Json.Items("items")!.Single();
        Assert.That(found.Text("message"), Is.EqualTo("hello"));
        Assert.That((core.Json.Text("kind"), core.Json.Text("apiVersion"), found.Text("kind"), found.Text("apiVersion")), Is.EqualTo(("EventList", "v1", (string?)null, (string?)null)));
        Assert.That(found.Text("reportingComponent"), Is.EqualTo("c"));
        var events = await GetAsync($"/apis/events.k8s.io/v1/namespaces/{Namespace}/events/e");
        Assert.That(events.Json.Text("note"), Is.EqualTo("hello"));
        Assert.That(events["regarding"].Text("name"), Is.EqualTo("p"));
    }

    [TestCase("a: [b")]
    [TestCase("a: [b\nc")]
    public async Task Yaml_Malformed_IsABadRequest(string body)
    {
        var answer = await PostAsync(ConfigMaps, body, "application/yaml");

        Assert.That((int)answer.Code, Is.EqualTo(400));
    }

    [Test]
    public async Task Yaml_BodyAndAnswer_AreUnderstood()
    {
        var made = await PostAsync(ConfigMaps, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\ndata:\n  on: \"true\"\n  No: \"no\"\n  text: |\n    a\n    b\n", "application/yaml");
        Assert.That(made.Code, Is.EqualTo(HttpStatusCode.Created), made.Text);
        Assert.That(made["data"].Text("text"), Is.EqualTo("a\nb\n"));
        var read = await GetAsync($"{ConfigMaps}/yaml", "application/yaml");
        Assert.That(read.ContentType, Is.EqualTo("application/yaml"));
        var data = YamlTree.Parse(read.Text).Map("data")!;
        Assert.That((data.Text("true"), data.Text("false"), data.Count), Is.EqualTo(("true", "no", 3)), "keys, too, are read as YAML 1.1 has them");
    }

    [Test]
    public async Task Scale_Patched_ChangesReplicas()
    {
        await PostAsync($"/apis/apps/v1/namespaces/{Namespace}/deployments", """{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""");
        var scaled = await MergeAsync($"/apis/apps/v1/namespaces/{Namespace}/deployments/d/scale", """{"spec":{"replicas":7}}""");
        Assert.That(scaled["spec"].Number("replicas"), Is.EqualTo(7));
        Assert.That(scaled["status"].Text("selector"), Is.EqualTo("a=b"));
        var deployment = await GetAsync($"/apis/apps/v1/namespaces/{Namespace}/deployments/d");
        Assert.That(deployment["spec"].Number("replicas"), Is.EqualTo(7));
        Assert.That(deployment["metadata"].Number("generation"), Is.EqualTo(2));
    }

    [TestCase(262_144 - 1, true)]
    [TestCase(262_144, false)]
    public async Task Annotations_TogetherLargerThanTheirLimit_AreInvalid(int length, bool fits)
    {
        var answer = await PostAsync(ConfigMaps, $$$"""{"metadata":{"name":"one","annotations":{"a":"{{{new string('x', length)}}}"} } }""");
        Assert.That((int)answer.Code, Is.EqualTo(fits ? 201 : 422));
        Assert.That(answer.Json.Text("message"), Is.EqualTo(fits ? null : "ConfigMap \"one\" is invalid: metadata.annotations: Too long: may not be more than 262144 bytes"));
    }

    [TestCase(1_000_000, 201, null)]
    [TestCase(1_600_000, 500, "etcdserver: request is too large")]
    [TestCase(3_200_000, 413, "Request entity too large: limit is 3145728")]
    public async Task Create_LargeObject_IsRefusedByTheLimitThatItExceeds(int length, int code, string? message)
    {
        var answer = await PostAsync("/apis/coordination.k8s.io/v1/namespaces/" + Namespace + "/leases", $$$"""{"metadata":{"name":"one"},"spec":{"holderIdentity":"{{{new string('x', length)}}}"} }""");
        Assert.That(((int)answer.Code, answer.Json.Text("message")), Is.EqualTo((code, message)));
    }

    [TestCase("2026-01-02T03:04:05.000000Z", true)]
    [TestCase("2026-01-02T03:04:05Z", false)]
    [TestCase("2026-01-02T03:04:05.5Z", false)]
    public async Task Lease_TimeOfAWholeSecond_NeedsItsSixDigits(string time, bool taken)
    {
        var answer = await PostAsync($"/apis/coordination.k8s.io/v1/namespaces/{Namespace}/leases", $$$"""{"metadata":{"name":"one"},"spec":{"renewTime":"{{{time}}}"} }""");
        Assert.That((int)answer.Code, Is.EqualTo(taken ? 201 : 400), answer.Text);
    }

    [TestCase("Strict", 400)]
    [TestCase("Warn", 201)]
    [TestCase("Ignore", 201)]
    public async Task Create_UnknownField_IsRefusedWarnedOfOrPassedOver(string validation, int code)
    {
        var answer = await PostAsync($"{ConfigMaps}?fieldValidation={validation}", """{"metadata":{"name":"one"},"bogus":1}""");
        Assert.That((int)answer.Code, Is.EqualTo(code), answer.Text);
        Assert.That(answer.Warnings, Is.EqualTo(validation == "Warn" ? new[] { "299 - \"unknown field \\\"bogus\\\"\"" } : []));
        if (validation == "Strict")
        {
            Assert.That(answer.Message, Is.EqualTo("ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"bogus\""));
        }
    }

    [Test]
    public async Task Delete_OtherVersion_IsConflict()
    {
        var made = await PostAsync(ConfigMaps, ConfigMap("one"));
        await MergeAsync($"{ConfigMaps}/one", """{"data":{"key":"w"}}""");
        var answer = await DeleteAsync($"{ConfigMaps}/one", $$$"""{"preconditions":{"resourceVersion":"{{{made.Version}}}"} }""");
        Assert.That(answer.Code, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(answer.Message, Does.Contain($"the ResourceVersion in the precondition ({made.Version}) does not match"));
        Assert.That((await DeleteAsync($"{ConfigMaps}/one", "{}")).Code, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await GetAsync($"{ConfigMaps}/one")).Code, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Generation_OfABuiltInKind_CountsChangesOfItsSpecOnly()
    {
        var deployments = $"/apis/apps/v1/namespaces/{Namespace}/deployments";
        var made = await PostAsync(deployments, """{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""");
        var labelled = await MergeAsync($"{deployments}/d", """{"metadata":{"labels":{"x":"y"}}}""");
        var status = await MergeAsync($"{deployments}/d/status", """{"status":{"replicas":3},"spec":{"replicas":9}}""");
        var scaled = await MergeAsync($"{deployments}/d", """{"spec":{"replicas":2},"status":{"replicas":4}}""");
        Assert.That(new[] { made, labelled, status, scaled }.Select(answer => answer["metadata"].Number("generation")), Is.EqualTo(new long?[] { 1, 1, 1, 2 }));
        Assert.That((scaled["spec"].Number("replicas"), scaled["status"].Number("replicas")), Is.EqualTo(((long?)2, (long?)3)));
    }
}
