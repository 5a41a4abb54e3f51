using System.Net;
using System.Text;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Tests;

/// <summary>
/// A process that is killed leaves exactly what its writes gave to the kernel. Restarting over a copy of the state directory, taken while the server still runs, is the same.
/// </summary>
internal sealed class PersistenceTests : ApiFixture
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    private string _state = "";

    protected override LabApiOptions Options => base.Options with { StateDirectory = Path.Combine(_state, "live"), SnapshotAfterBytes = 64 * 1024 };

    [OneTimeSetUp]
    public void MakeDirectory() => _state = Directory.CreateTempSubdirectory("plumbline-api-").FullName;

    [OneTimeTearDown]
    public void RemoveDirectory() => Directory.Delete(_state, recursive: true);

    [TearDown]
    public void EmptyDirectory() => Directory.Delete(Path.Combine(_state, "live"), recursive: true);

    [Test]
    public async Task Restart_AfterKill_HasTheSameObjectsAndCounters()
    {
        await DefineGaugesAsync();
        await PostAsync("/apis/lab.example.com/v1/namespaces/default/gauges", Gauge("g"));
        await PostAsync(ConfigMaps, ConfigMap("gone"));
        await DeleteAsync($"{ConfigMaps}/gone");
        var kept = await PostAsync(ConfigMaps, ConfigMap("kept"));
        await using var second = await RestartAsync("kill");
        using var http = ClientOf(second);
        var read = JsonTree.Parse(await http.GetByteArrayAsync(new Uri($"{ConfigMaps}/kept", UriKind.Relative)));
        Assert.That(JsonTree.Same(read, kept.Json), Is.True);
        using var gone = await http.GetAsync(new Uri($"{ConfigMaps}/gone", UriKind.Relative));
        Assert.That(gone.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        var gauge = JsonTree.Parse(await http.GetByteArrayAsync(new Uri("/apis/lab.example.com/v1/namespaces/default/gauges/g", UriKind.Relative)));
        Assert.That(gauge.Text("spec", "mode"), Is.EqualTo("open"));
        using var body = new StringContent(ConfigMap("new"), Encoding.UTF8, "application/json");
        using var made = await http.PostAsync(new Uri(ConfigMaps, UriKind.Relative), body);
        var version = JsonTree.Parse(await made.Content.ReadAsByteArrayAsync()).Text("metadata", "resourceVersion");
        Assert.That(long.Parse(version!, null), Is.EqualTo(long.Parse(kept.Version, null) + 1));
    }

    [Test]
    public async Task Restart_WatchFromBefore_GoesOnWhereItWas()
    {
        var first = await PostAsync(ConfigMaps, ConfigMap("first"));
        await PostAsync(ConfigMaps, ConfigMap("second"));
        await DeleteAsync($"{ConfigMaps}/first");
        await using var server = await RestartAsync("watch");
        using var http = ClientOf(server);
        await using var watch = await WatchReader.OpenAsync(http, $"{ConfigMaps}?watch=true&resourceVersion={first.Version}");
        Assert.That(await watch.TakeAsync(2), Is.EqualTo(new[] { "ADDED second", "DELETED first" }));
    }

    [Test]
    public async Task Restart_TokensMintedBefore_AreStillGood()
    {
        var token = (await PostAsync("/api/v1/namespaces/default/serviceaccounts/default/token", "{}"))["status"].Text("token")!;
        await using var server = await RestartAsync("key");
        using var http = ClientOf(server, token);
        using var answer = await http.GetAsync(new Uri("/api/v1/namespaces", UriKind.Relative));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(Path.Combine(_state, "key", "service-account.key")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }
    }

    [Test]
    public async Task Restart_TornLastLine_IsDroppedAndOverwritten()
    {
        await PostAsync(ConfigMaps, ConfigMap("kept"));
        await PostAsync(ConfigMaps, ConfigMap("torn"));
        var journal = CopyState("torn");
        var bytes = await File.ReadAllBytesAsync(journal);
        await File.WriteAllBytesAsync(journal, bytes[..^17]);
        for (var round = 0; round < 2; round++)
        {
            await using var server = await LabApiServer.StartAsync(base.Options with { StateDirectory = Path.Combine(_state, "torn") });
            using var http = ClientOf(server);
            using var kept = await http.GetAsync(new Uri($"{ConfigMaps}/kept", UriKind.Relative));
            using var torn = await http.GetAsync(new Uri($"{ConfigMaps}/torn", UriKind.Relative));
            Assert.That(kept.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(torn.StatusCode, Is.EqualTo(round == 0 ? HttpStatusCode.NotFound : HttpStatusCode.OK));
            using var body = new StringContent(ConfigMap("torn"), Encoding.UTF8, "application/json");
            using var _ = await http.PostAsync(new Uri(ConfigMaps, UriKind.Relative), body);
        }
    }

    [Test]
    public async Task Restart_SpoiltLineInTheMiddle_NamesFileAndLine()
    {
        await PostAsync(ConfigMaps, ConfigMap("a"));
        await PostAsync(ConfigMaps, ConfigMap("b"));
        var journal = CopyState("spoilt");
        var lines = await File.ReadAllLinesAsync(journal);
        lines[1] = lines[1][..20];
        await File.WriteAllLinesAsync(journal, lines);
        Assert.That(
            async () => await LabApiServer.StartAsync(base.Options with { StateDirectory = Path.Combine(_state, "spoilt") }),
            Throws.InvalidOperationException.With.Message.Contains($"{journal}:2: cannot be read"));
    }

    [Test]
    public async Task Journal_Grown_IsFoldedIntoASnapshot()
    {
        for (var i = 0; i < 100; i++)
        {
            await PostAsync(ConfigMaps, ConfigMap($"c{i}", new string('x', 2000)));
        }

        Assert.That(new FileInfo(Path.Combine(_state, "live", "journal.jsonl")).Length, Is.LessThan(80 * 1024));
        await DeleteAsync($"{ConfigMaps}/c7");
        await using var server = await RestartAsync("folded");
        using var http = ClientOf(server);
        var list = JsonTree.Parse(await http.GetByteArrayAsync(new Uri(ConfigMaps, UriKind.Relative)));
        Assert.That(list.Items("items"), Has.Count.EqualTo(99));
    }

    [Test]
    public async Task Restart_JournalOlderThanTheSnapshot_IsNotAppliedTwice()
    {
        await PostAsync(ConfigMaps, ConfigMap("a"));
        CopyState("twice");
        // as if the process had died after the new snapshot was in place and before the journal was emptied
        await DeleteAsync($"{ConfigMaps}/a");
        for (var i = 0; i < 40; i++)
        {
            await PostAsync(ConfigMaps, ConfigMap($"c{i}", new string('x', 2000)));
        }

        File.Copy(Path.Combine(_state, "live", "snapshot.jsonl"), Path.Combine(_state, "twice", "snapshot.jsonl"));
        await using var server = await LabApiServer.StartAsync(base.Options with { StateDirectory = Path.Combine(_state, "twice") });
        using var http = ClientOf(server);
        using var a = await http.GetAsync(new Uri($"{ConfigMaps}/a", UriKind.Relative));
        Assert.That(a.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    private Task<LabApiServer> RestartAsync(string name)
    {
        CopyState(name);
        return LabApiServer.StartAsync(base.Options with { StateDirectory = Path.Combine(_state, name) });
    }

    private string CopyState(string name)
    {
        var copy = Path.Combine(_state, name);
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(Path.Combine(_state, "live")))
        {
            var target = Path.Combine(copy, Path.GetFileName(file));
            File.Copy(file, target);
        }

        return Path.Combine(copy, "journal.jsonl");
    }
}
