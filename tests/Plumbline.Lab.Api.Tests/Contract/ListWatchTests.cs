using System.Net;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Tests.Contract;

internal sealed class ListWatchTests(ApiServer server) : ContractFixture(server)
{
    private string ConfigMaps => $"/api/v1/namespaces/{Namespace}/configmaps";

    protected override LabApiOptions Options => base.Options with { HistoryPerKind = 20, BookmarkInterval = TimeSpan.FromMilliseconds(100) };

    [Test]
    public async Task List_Paged_ShowsTheStateOfTheFirstPage()
    {
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
        {
            await PostAsync(ConfigMaps, ConfigMap(name));
        }

        var first = await GetAsync($"{ConfigMaps}?limit=2");
        Assert.That(first["metadata"].Number("remainingItemCount"), Is.EqualTo(3));
        await DeleteAsync($"{ConfigMaps}/d");
        await PostAsync(ConfigMaps, ConfigMap("c2"));
        var names = Names(first);
        var token = first["metadata"].Text("continue");
        while (token is not null)
        {
            var page = await GetAsync($"{ConfigMaps}?limit=2&continue={token}");
            Assert.That(page.Version, Is.EqualTo(first.Version));
            names.AddRange(Names(page));
            token = page["metadata"].Text("continue");
        }

        Assert.That(names, Is.EqualTo(new[] { "a", "b", "c", "d", "e" }));
    }

    [Test]
    public async Task List_ContinueAfterCompaction_IsExpired()
    {
        EmbeddedOnly("a real one is compacted by its etcd");
        await PostAsync(ConfigMaps, ConfigMap("a"));
        await PostAsync(ConfigMaps, ConfigMap("b"));
        var first = await GetAsync($"{ConfigMaps}?limit=1");
        await PostAsync(ConfigMaps, ConfigMap("c"));
        Server.Compact();
        var next = await GetAsync($"{ConfigMaps}?limit=1&continue={first["metadata"].Text("continue")}");
        Assert.That(next.Code, Is.EqualTo(HttpStatusCode.Gone));
        Assert.That(next.Json.Text("reason"), Is.EqualTo("Expired"));
    }

    [TestCase("app=web", new[] { "web-1", "web-2" })]
    [TestCase("app!=web", new[] { "db", "none" })]
    [TestCase("app in (web, db)", new[] { "db", "web-1", "web-2" })]
    [TestCase("app notin (web),app", new[] { "db" })]
    [TestCase("!app", new[] { "none" })]
    [TestCase("app,tier==front", new[] { "web-1" })]
    [TestCase(" app in (db,), !tier", new[] { "db" })]
    [TestCase("in", new string[0])]
    [TestCase("tier=", new string[0])]
    [TestCase("tier!=", new[] { "db", "none", "web-1", "web-2" })]
    public async Task List_LabelSelector_Selects(string selector, string[] expected)
    {
        await PostAsync(ConfigMaps, ConfigMap("web-1", labels: """{"app":"web","tier":"front"}"""));
        await PostAsync(ConfigMaps, ConfigMap("web-2", labels: """{"app":"web"}"""));
        await PostAsync(ConfigMaps, ConfigMap("db", labels: """{"app":"db"}"""));
        await PostAsync(ConfigMaps, ConfigMap("none"));
        Assert.That(Names(await GetAsync($"{ConfigMaps}?labelSelector={Uri.EscapeDataString(selector)}")), Is.EqualTo(expected));
    }

    [Test]
    public async Task List_FieldSelector_SelectsPodsOfANode()
    {
        foreach (var (name, node) in new[] { ("a", "n1"), ("b", "n2"), ("c", "n1") })
        {
            await PostAsync($"/api/v1/namespaces/{Namespace}/pods", $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"nodeName":"{{{node}}}","containers":[{"name":"x","image":"y"}]}}""");
        }

        Assert.That(Names(await GetAsync("/api/v1/pods?fieldSelector=spec.nodeName%3Dn1")), Is.EqualTo(new[] { "a", "c" }));
        Assert.That(Names(await GetAsync("/api/v1/pods?fieldSelector=metadata.name!%3Da,spec.nodeName%3Dn1")), Is.EqualTo(new[] { "c" }));
        var unknown = await GetAsync("/api/v1/pods?fieldSelector=spec.color%3Dred");
        Assert.That(unknown.Message, Is.EqualTo("field label not supported: spec.color"));
    }

    [Test]
    public async Task Watch_FromListedVersion_MissesAndRepeatsNothing()
    {
        await PostAsync(ConfigMaps, ConfigMap("before"));
        var list = await GetAsync(ConfigMaps);
        await PostAsync(ConfigMaps, ConfigMap("between"));
        await using var watch = await WatchReader.OpenAsync(Http, $"{ConfigMaps}?watch=true&resourceVersion={list.Version}");
        await MergeAsync($"{ConfigMaps}/before", """{"data":{"key":"w"}}""");
        await DeleteAsync($"{ConfigMaps}/between");
        Assert.That(await watch.TakeAsync(3), Is.EqualTo(new[] { "ADDED between", "MODIFIED before", "DELETED between" }));
    }

    [Test]
    public async Task Watch_WithoutVersion_BeginsWithWhatIsThere()
    {
        await PostAsync(ConfigMaps, ConfigMap("a"));
        await using var watch = await WatchReader.OpenAsync(Http, $"{ConfigMaps}?watch=true");
        await PostAsync(ConfigMaps, ConfigMap("b"));
        Assert.That(await watch.TakeAsync(2), Is.EqualTo(new[] { "ADDED a", "ADDED b" }));
    }

    [Test]
    public async Task Watch_WithSelector_SeesObjectsEnterAndLeave()
    {
        await using var watch = await WatchReader.OpenAsync(Http, $"{ConfigMaps}?watch=true&labelSelector=in%3Dyes&resourceVersion={(await GetAsync(ConfigMaps)).Version}");
        await PostAsync(ConfigMaps, ConfigMap("x"));
        await MergeAsync($"{ConfigMaps}/x", """{"metadata":{"labels":{"in":"yes"}}}""");
        await MergeAsync($"{ConfigMaps}/x", """{"data":{"key":"w"}}""");
        var left = await MergeAsync($"{ConfigMaps}/x", """{"metadata":{"labels":{"in":"no"}}}""");
        Assert.That(await watch.TakeAsync(2), Is.EqualTo(new[] { "ADDED x", "MODIFIED x" }));
        var (type, item) = await watch.NextAsync();
        Assert.That(type, Is.EqualTo("DELETED"));
        // the state that was selected last, at the version of the change that ended it
        Assert.That(item.Text("metadata", "labels", "in"), Is.EqualTo("yes"));
        Assert.That(item.Text("metadata", "resourceVersion"), Is.EqualTo(left.Version));
    }

    [Test]
    public async Task Watch_OfDeletion_CarriesTheVersionOfTheDeletion()
    {
        var made = await PostAsync(ConfigMaps, ConfigMap("x"));
        await using var watch = await WatchReader.OpenAsync(Http, $"{ConfigMaps}?watch=true&resourceVersion={made.Version}");
        await DeleteAsync($"{ConfigMaps}/x");
        var (_, item) = await watch.NextAsync();
        Assert.That(long.Parse(item.Text("metadata", "resourceVersion")!, null), Is.GreaterThan(long.Parse(made.Version, null)));
    }

    [Test]
    public async Task Watch_TooOldVersion_IsGone()
    {
        if (Api is not ApiServer.Embedded)
        {
            Assert.Ignore("how much a real server's watch cache remembers depends on how fast events came: a window that grows, from the first version of all on a fresh one");
        }

        var first = await PostAsync(ConfigMaps, ConfigMap("x"));
        for (var i = 0; i < 30; i++)
        {
            await MergeAsync($"{ConfigMaps}/x", $$$"""{"data":{"key":"{{{i}}}"}}""");
        }

        var old = first.Version;
        await using var watch = await WatchReader.OpenAsync(Http, $"{ConfigMaps}?watch=true&resourceVersion={old}");
        var (type, status) = await watch.NextAsync();
        Assert.That((type, status.Number("code"), status.Text("reason")), Is.EqualTo(("ERROR", (long?)410, "Expired")));
        Assert.That(status.Text("message"), Does.StartWith($"too old resource version: {old} ("));
        Assert.That(await watch.NextOrEndAsync(), Is.Null);
    }

    [Test]
    public async Task Watch_VersionOfTheFuture_IsGone()
    {
        EmbeddedOnly("a real one waits for that version without a word, and clients of a server that starts afresh would wait with it");
        await using var watch = await WatchReader.OpenAsync(Http, $"{ConfigMaps}?watch=true&resourceVersion=9000000000000000");
        var (type, status) = await watch.NextAsync();
        Assert.That((type, status.Number("code")), Is.EqualTo(("ERROR", (long?)410)));
    }

    [Test]
    public async Task Watch_WithBookmarks_EndsWithOneThatIsNotOlderThanItsBeginning()
    {
        var made = await PostAsync(ConfigMaps, ConfigMap("a"));
        await using var watch = await WatchReader.OpenAsync(Http, $"{ConfigMaps}?watch=true&allowWatchBookmarks=true&timeoutSeconds=5&resourceVersion={made.Version}");
        var (type, item) = await watch.NextAsync();
        Assert.That((type, item.Text("kind"), item.Text("apiVersion")), Is.EqualTo(("BOOKMARK", "ConfigMap", "v1")));
        Assert.That(long.Parse(item.Text("metadata", "resourceVersion")!, null), Is.GreaterThanOrEqualTo(long.Parse(made.Version, null)));
        while (await watch.NextOrEndAsync() is { } next)
        {
            Assert.That(next.Type, Is.EqualTo("BOOKMARK"));
        }
    }

    [Test]
    public async Task Watch_WithBookmarks_GetsThemWhileNothingHappens()
    {
        EmbeddedOnly("a real one sends them once a minute");
        var list = await GetAsync(ConfigMaps);
        await using var watch = await WatchReader.OpenAsync(Http, $"{ConfigMaps}?watch=true&allowWatchBookmarks=true&resourceVersion={list.Version}");
        // something elsewhere moves the one counter on
        var secret = await PostAsync($"/api/v1/namespaces/{Namespace}/secrets", """{"metadata":{"name":"s"}}""");
        while (true)
        {
            var (type, item) = await watch.NextAsync();
            Assert.That(type, Is.EqualTo("BOOKMARK"));
            Assert.That(item.Text("kind"), Is.EqualTo("ConfigMap"));
            if (item.Text("metadata", "resourceVersion") == secret.Version)
            {
                break;
            }
        }
    }

    [Test]
    public async Task Watch_Timeout_EndsTheStream()
    {
        var list = await GetAsync(ConfigMaps);
        await using var watch = await WatchReader.OpenAsync(Http, $"{ConfigMaps}?watch=true&timeoutSeconds=1&resourceVersion={list.Version}");
        Assert.That(await watch.NextOrEndAsync(), Is.Null);
    }

    [Test]
    public async Task Watch_SendInitialEvents_EndsThemWithABookmark()
    {
        await PostAsync(ConfigMaps, ConfigMap("a"));
        await using var watch = await WatchReader.OpenAsync(
            Http, $"{ConfigMaps}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
        Assert.That(await watch.TakeAsync(1), Is.EqualTo(new[] { "ADDED a" }));
        var (type, item) = await watch.NextAsync();
        Assert.That(type, Is.EqualTo("BOOKMARK"));
        Assert.That(item.Text("metadata", "annotations", "k8s.io/initial-events-end"), Is.EqualTo("true"));
    }

    [Test]
    public async Task Watch_AsTable_SaysItsColumnsOnce()
    {
        const string Accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
        await PostAsync(ConfigMaps, ConfigMap("a"));
        await using var watch = await WatchReader.OpenAsync(Http, $"{ConfigMaps}?watch=true", Accept);
        await PostAsync(ConfigMaps, ConfigMap("b"));
        var (_, first) = await watch.NextAsync();
        var (_, second) = await watch.NextAsync();
        Assert.That(first.Text("kind"), Is.EqualTo("Table"));
        Assert.That(first.Items("columnDefinitions"), Is.Not.Empty);
        Assert.That((second.AsObject().ContainsKey("columnDefinitions"), second["columnDefinitions"]), Is.EqualTo((true, (object?)null)));
        Assert.That(second.Items("rows")![0]!["cells"]![0]!.GetValue<string>(), Is.EqualTo("b"));
    }

    [TestCase("labelSelector=a+b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt")]
    [TestCase("labelSelector=a+in+b", "unable to parse requirement: found 'b' expected: '('")]
    [TestCase("labelSelector=a+in+(b", "unable to parse requirement: found '', expected: ',' or ')'")]
    [TestCase("labelSelector=!", "unable to parse requirement: found '', expected: identifier")]
    [TestCase("labelSelector=a%3Db%3Dc", "found '=', expected: ',' or 'end of string'")]
    [TestCase("labelSelector=!a%3Db", "found '=', expected: ',' or 'end of string'")]
    [TestCase("labelSelector=a,,b", "found ',', expected: identifier after ','")]
    [TestCase("labelSelector=%3Db", "found '=', expected: !, identifier, or 'end of string'")]
    [TestCase("labelSelector=a>x", "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer")]
    [TestCase("fieldSelector=data.key%3Dv", "\"data.key\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")]
    [TestCase("continue=nonsense", "continue key is not valid: ")]
    public async Task List_BadQuery_IsABadRequest(string query, string message)
    {
        var answer = await GetAsync($"{ConfigMaps}?{query}");
        Assert.That((int)answer.Code, Is.EqualTo(400), answer.Text);
        Assert.That(answer.Message, Does.Contain(message));
    }

    [Test]
    public async Task List_Items_DoNotRepeatTheirKindUnlessItIsCustom()
    {
        await DefineGaugesAsync();
        await PostAsync(ConfigMaps, ConfigMap("a"));
        var gauges = $"/apis/lab.example.com/v1/namespaces/{Namespace}/gauges";
        await PostAsync(gauges, Gauge("g"));
        var builtIn = (await GetAsync($"{ConfigMaps}?labelSelector=")).Json.Items("items")!.Single(item => item.Text("metadata", "name") == "a");
        var custom = (await GetAsync(gauges)).Json.Items("items")!.Single();
        Assert.That((builtIn.Text("kind"), builtIn.Text("apiVersion")), Is.EqualTo(((string?)null, (string?)null)));
        Assert.That((custom.Text("kind"), custom.Text("apiVersion")), Is.EqualTo(("Gauge", "lab.example.com/v1")));
    }

    private static List<string> Names(Answer list) => [.. list.Json.Items("items")!.Select(item => item.Text("metadata", "name")!)];
}

internal sealed class ConcurrentWatchTests(ApiServer server) : ContractFixture(server)
{
    private string ConfigMaps => $"/api/v1/namespaces/{Namespace}/configmaps";

    [Test]
    public async Task Watch_WhileOthersWrite_ReplaysToTheSameState()
    {
        var list = await GetAsync(ConfigMaps);
        await using var watch = await WatchReader.OpenAsync(Http, $"{ConfigMaps}?watch=true&resourceVersion={list.Version}");
        var writers = Enumerable.Range(0, 4).Select(async writer =>
        {
            for (var i = 0; i < 15; i++)
            {
                await PostAsync(ConfigMaps, ConfigMap($"w{writer}-{i}"));
                if (i % 3 == 0)
                {
                    await DeleteAsync($"{ConfigMaps}/w{writer}-{i}");
                }
            }
        });
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        long version = 0;
        var reading = Task.Run(async () =>
        {
            for (var i = 0; i < 4 * 20; i++)
            {
                var (type, item) = await watch.NextAsync();
                var next = long.Parse(item.Text("metadata", "resourceVersion")!, null);
                Assert.That(next, Is.GreaterThan(version));
                version = next;
                var name = item.Text("metadata", "name")!;
                Assert.That(type == "DELETED" ? seen.Remove(name) : seen.Add(name), Is.True, $"{type} {name}");
            }
        });
        await Task.WhenAll([.. writers, reading]);
        Assert.That(seen, Is.EqualTo((await GetAsync(ConfigMaps)).Json.Items("items")!.Select(item => item.Text("metadata", "name"))));
    }
}
