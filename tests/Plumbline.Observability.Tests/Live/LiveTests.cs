using System.Text.Json.Nodes;
using Plumbline.Lab.Estate;
using Plumbline.Lab.Launch;
using Plumbline.Lab.Tests.EndToEnd;
using Plumbline.Lab.View;
using Plumbline.Observability.Tests.Dashboards;

namespace Plumbline.Observability.Tests.Live;

/// <summary>From real sockets in the lab through a real Prometheus and Alertmanager to the pager, and to every panel of the dashboards.</summary>
[TestFixture]
[Category("Lab")]
[NonParallelizable]
public sealed class LiveTests
{
    private const string Fault = "F11";

    /// <summary>A row of the fault, for the panels about one connection.</summary>
    private const string Connection = "genesys-pulse-2";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private static readonly HashSet<string> Unprobeable = ["OutsideCluster", "LogicalConnection", "DocumentedElsewhere"];

    /// <summary>Panels that are empty while everything works.</summary>
    private static readonly HashSet<string> OnlyInAFault =
    [
        "plumbline-overview · Reasons of drift · A",
        "plumbline-overview · Drifted rows · A",
        "plumbline-overview · Drifted rows · B",
        "plumbline-connection · Outages by reason · A",
    ];

    /// <summary>Panels that need an agent that is away.</summary>
    private static readonly HashSet<string> OnlyWithoutAgent =
    [
        "plumbline-overview · Rows that are not known · A",
        "plumbline-overview · Rows that are not known · B",
    ];

    private LabUnderTest _lab = null!;
    private Monitoring _monitoring = null!;

    private static IEnumerable<DashboardQuery> Queries => Dashboard.All.SelectMany(d => d.Queries);

    [OneTimeSetUp]
    public async Task BringUp()
    {
        if (await Preflight.CheckAsync(TestContext.Out, CancellationToken.None) is Readiness.NotReady no)
        {
            Assert.Ignore(string.Join(" ", no.Problems));
        }

        _lab = await LabUnderTest.UpAsync(CancellationToken.None);
        await _lab.SettleAsync(NotHealthy, Limit, CancellationToken.None);
        _monitoring = await Monitoring.StartAsync(await _lab.StatusAsync(CancellationToken.None), CancellationToken.None);
        await Eventually.TrueAsync(
            async () => (await _monitoring.QueryAsync("min(count_over_time(plumbline_operator_leader[1m])) >= 10 and count(up == 1) == 4", CancellationToken.None)).Count > 0,
            () => "ten scrapes of everything", Limit, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task TakeDown()
    {
        if (_monitoring is not null)
        {
            await _monitoring.DisposeAsync();
        }

        if (_lab is not null)
        {
            await _lab.DisposeAsync();
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Metrics_OfOperatorAndAgents_PassPromtool(CancellationToken cancellation)
    {
        if (Tool.Find("promtool") is not { } promtool)
        {
            Assert.Ignore("promtool is not installed (Debian: apt-get install prometheus)");
            return;
        }

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var status = await _lab.StatusAsync(cancellation);
        foreach (var address in status.AgentMetrics.Values.Prepend(status.Metrics))
        {
            var text = await http.GetStringAsync(new Uri(address), cancellation);
            Assert.That(text, Does.Contain("plumbline_"), address);
            var run = await Tool.RunAsync([promtool, "check", "metrics"], text, cancellation);
            Assert.That(run.ExitCode, Is.Zero, address + run.Output + run.Error);
        }
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Lab_Healthy_NoAlertIsPendingOrFiring(CancellationToken cancellation)
    {
        // Another test may have just healed what it broke.
        IReadOnlyList<string> alerts = [];
        await Eventually.TrueAsync(
            async () =>
            {
                (alerts, var problems) = await _monitoring.RulesAsync(cancellation);
                Assert.That(problems, Is.Empty);
                return alerts.Count == 0 && (await _monitoring.QueryAsync("ALERTS or count_over_time(ALERTS[20s])", cancellation)).Count == 0;
            },
            () => $"no alert: {string.Join(", ", alerts)}", Limit, cancellation);
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Dashboards_LabHealthy_EveryQueryReturnsData(CancellationToken cancellation)
    {
        await EveryVariableHasValues(cancellation);
        var queries = Queries.Where(q => !OnlyInAFault.Contains(q.Name) && !OnlyWithoutAgent.Contains(q.Name)).ToList();
        Assert.That(queries, Has.Count.GreaterThan(40));
        await AllHaveDataAsync(queries, cancellation);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task Fault_OfADestinationOfManyRows_IsOnePageAndOneAllClear(CancellationToken cancellation)
    {
        var rows = EstateModel.Load().FindFault(Fault)!.Rows.Select(r => $"{r.Map}-{r.Row}").Order(StringComparer.Ordinal).ToList();
        var before = _monitoring.Pages.Count;
        List<JsonNode> Pages() => [.. _monitoring.Pages.Skip(before)];
        await _lab.DoAsync("fault", Fault, cancellation, "on");
        try
        {
            await Eventually.TrueAsync(() => Task.FromResult(Pages().Count > 0), () => "a page", Limit, cancellation);
            var page = Pages()[0];
            TestContext.Out.WriteLine(page["alerts"]![0]!["annotations"]!["description"]);
            TestContext.Out.WriteLine(string.Join('\n', page["alerts"]!.AsArray().Select(a => $"{a!["startsAt"]} {a["labels"]!["connection"]}")));
            using (Assert.EnterMultipleScope())
            {
                Assert.That((string?)page["status"], Is.EqualTo("firing"));
                Assert.That(Rows(page), Is.EqualTo(rows));
                Assert.That(page["alerts"]!.AsArray().Select(a => (string)a!["labels"]!["alertname"]!).Distinct(), Is.EqualTo(["PlumblineConnectionBroken"]));
                Assert.That((string?)page["groupLabels"]!["cause"], Is.EqualTo("host/redis.backing.example.net"));
                foreach (var alert in page["alerts"]!.AsArray())
                {
                    Assert.That((string?)alert!["annotations"]!["description"], Does.Contain("Document: ").And.Contain("Data: ").And.Contain("Reason: TimedOut").And.StartWith("Cause: host/redis.backing.example.net\n").And.Contain("failed"));
                }
            }

            await AllHaveDataAsync([.. Queries.Where(q => OnlyInAFault.Contains(q.Name))], cancellation);
            await SleepAsync(Monitoring.GroupInterval, cancellation);
            Assert.That(Pages(), Has.Count.EqualTo(1), "another notification of the same fault");
        }
        finally
        {
            await _lab.DoAsync("fault", Fault, cancellation, "off");
        }

        await Eventually.TrueAsync(() => Task.FromResult(Pages().Any(p => (string?)p["status"] == "resolved")), () => "the all clear", Limit, cancellation);
        await _lab.SettleAsync(NotHealthy, Limit, cancellation);
        using (Assert.EnterMultipleScope())
        {
            // Rows recover one after the other, so that some may already have been told of in a notification of those that are left.
            Assert.That(Pages().Where(p => (string?)p["status"] == "resolved"), Has.Exactly(1).Items);
            Assert.That(Pages().Skip(1).SelectMany(p => p["alerts"]!.AsArray().Where(a => (string?)a!["status"] == "resolved")).Select(a => (string)a!["labels"]!["connection"]!).Distinct().Order(StringComparer.Ordinal), Is.EqualTo(rows));
            Assert.That(_monitoring.Tickets, Is.Empty);
        }
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task Agent_Stopped_RowsThatAreNotKnownAreShownAndNobodyIsPaged(CancellationToken cancellation)
    {
        var pages = _monitoring.Pages.Count;
        await _lab.DoAsync("stop", "agent-node-1", cancellation);
        try
        {
            await AllHaveDataAsync([.. Queries.Where(q => OnlyWithoutAgent.Contains(q.Name))], cancellation);
            await Eventually.TrueAsync(
                async () => (await _monitoring.QueryAsync("max(plumbline_nodes_without_agent) == 1", cancellation)).Count > 0, () => "the operator to miss the agent", Limit, cancellation);
            Assert.That((await _monitoring.QueryAsync("ALERTS{alertname=~\"PlumblineConnection.*\"}", cancellation)), Is.Empty);
        }
        finally
        {
            await _lab.DoAsync("start", "agent-node-1", cancellation);
        }

        await _lab.SettleAsync(NotHealthy, Limit, cancellation);
        Assert.That(_monitoring.Pages, Has.Count.EqualTo(pages));
    }

    private static List<string> Rows(JsonNode page) => [.. page["alerts"]!.AsArray().Select(a => (string)a!["labels"]!["connection"]!).Order(StringComparer.Ordinal)];

    /// <summary>A time in which nothing must happen cannot be waited for by a condition.</summary>
    private static Task SleepAsync(TimeSpan time, CancellationToken cancellation) => Task.Delay(time, TimeProvider.System, cancellation);

    private static string? NotHealthy(BoardState state) => state.Rows.Count != LabUnderTest.Rows
        ? $"{state.Rows.Count} rows"
        : state.Rows.FirstOrDefault(r => r.Verified != "True" && !Unprobeable.Contains(r.Reason)) is { } row ? $"{row.Verdict}: {row.Explanation}" : null;

    private async Task EveryVariableHasValues(CancellationToken cancellation)
    {
        foreach (var variable in Dashboard.All.SelectMany(d => d.Variables))
        {
            Assert.That(await _monitoring.LabelValuesAsync(Dashboard.Substitute(variable.Query, Values), cancellation), Is.Not.Empty, variable.Query);
        }
    }

    private static Dictionary<string, string> Values => new()
    {
        // "docs" fits namespace="$namespace" and namespace=~"$namespace"; .* is what a dashboard puts for All.
        ["namespace"] = "docs",
        ["map"] = ".*",
        ["connection"] = Connection,
        ["__rate_interval"] = "1m",
        ["__range"] = "15m",
    };

    private async Task AllHaveDataAsync(IReadOnlyList<DashboardQuery> queries, CancellationToken cancellation)
    {
        Assert.That(queries, Is.Not.Empty);
        var left = queries;

        // Only a row that speaks TLS has a certificate.
        var secured = await _monitoring.LabelValuesAsync("label_values(plumbline_connection_certificate_expiry_timestamp_seconds, connection)", cancellation);
        Assert.That(secured, Is.Not.Empty);
        var values = queries.ToDictionary(q => q, q => q.Expression.Contains("certificate_expiry", StringComparison.Ordinal) ? new(Values) { ["connection"] = secured[0] } : Values);
        await Eventually.TrueAsync(
            async () =>
            {
                var still = new List<DashboardQuery>();
                foreach (var query in left)
                {
                    if ((await _monitoring.QueryAsync(Dashboard.Substitute(query.Expression, values[query]), cancellation)).Count == 0)
                    {
                        still.Add(query);
                    }
                }

                left = still;
                return left.Count == 0;
            },
            () => $"data of {string.Join(", ", left)}", TimeSpan.FromSeconds(60), cancellation);
    }
}
