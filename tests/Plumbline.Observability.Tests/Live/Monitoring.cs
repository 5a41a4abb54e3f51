using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Plumbline.Lab.Control;
using Plumbline.Lab.Launch;
using Plumbline.Observability.Tests.Rules;
using Plumbline.Testing;

namespace Plumbline.Observability.Tests.Live;

/// <summary>A real Prometheus that scrapes the lab with the shipped rules, and a real Alertmanager with the shipped example, in a quicker time.</summary>
internal sealed partial class Monitoring : IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly Uri _prometheusAddress = new($"http://127.0.0.1:{Background.FreePort()}");
    private readonly Uri _alertmanagerAddress = new($"http://127.0.0.1:{Background.FreePort()}");
    private Background? _alertmanager;
    private Background? _prometheus;

    public HttpReceiver Receiver { get; } = new();

    /// <summary>How long Alertmanager waits for what else belongs to a notification, and between two of one group.</summary>
    public static TimeSpan GroupWait { get; } = TimeSpan.FromSeconds(20);

    public static TimeSpan GroupInterval { get; } = TimeSpan.FromSeconds(30);

    public IReadOnlyList<JsonNode> Pages => [.. Receiver.Received("/pager").Select(b => JsonNode.Parse(b)!)];

    public IReadOnlyList<JsonNode> Tickets => [.. Receiver.Received("/tickets").Select(b => JsonNode.Parse(b)!)];

    public static async Task<Monitoring> StartAsync(LabStatus lab, CancellationToken cancellation)
    {
        var (prometheus, alertmanager) = (Need("prometheus", "prometheus"), Need("prometheus-alertmanager", "prometheus-alertmanager"));
        var monitoring = new Monitoring();
        try
        {
            await monitoring.StartAlertmanagerAsync(alertmanager, cancellation);
            await monitoring.StartPrometheusAsync(prometheus, lab, cancellation);
            return monitoring;
        }
        catch
        {
            await monitoring.DisposeAsync();
            throw;
        }
    }

    /// <summary>The result of an instant query.</summary>
    public async Task<IReadOnlyList<JsonNode>> QueryAsync(string expression, CancellationToken cancellation)
    {
        using var form = new FormUrlEncodedContent([new("query", expression)]);
        using var response = await _http.PostAsync(new Uri(_prometheusAddress, "/api/v1/query"), form, cancellation);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellation))!;
        Assert.That((string?)answer["status"], Is.EqualTo("success"), $"{expression}: {answer["error"]}");
        return [.. answer["data"]!["result"]!.AsArray().Select(r => r!)];
    }

    /// <summary>What <c>label_values(metric, label)</c> of a dashboard gives.</summary>
    public async Task<IReadOnlyList<string>> LabelValuesAsync(string query, CancellationToken cancellation)
    {
        var parts = LabelValues().Match(query);
        Assert.That(parts.Success, Is.True, query);
        var address = new Uri(_prometheusAddress, $"/api/v1/label/{parts.Groups["label"].Value}/values?match[]={Uri.EscapeDataString(parts.Groups["series"].Value)}");
        return [.. JsonNode.Parse(await _http.GetStringAsync(address, cancellation))!["data"]!.AsArray().Select(v => (string)v!)];
    }

    /// <summary>Every alert that is pending or firing, and problems of evaluation.</summary>
    public async Task<(IReadOnlyList<string> Alerts, IReadOnlyList<string> Problems)> RulesAsync(CancellationToken cancellation)
    {
        var rules = JsonNode.Parse(await _http.GetStringAsync(new Uri(_prometheusAddress, "/api/v1/rules"), cancellation))!["data"]!["groups"]!.AsArray()
            .SelectMany(g => g!["rules"]!.AsArray()).ToList();
        return (
            [.. rules.SelectMany(r => r!["alerts"]!.AsArray().Select(a => $"{r["name"]} {a!["state"]} {a["labels"]!["connection"]}"))],
            [.. rules.Where(r => (string?)r!["health"] != "ok").Select(r => $"{r!["name"]} {r["health"]} {r["lastError"]}")]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_prometheus is not null)
        {
            await _prometheus.DisposeAsync();
        }

        if (_alertmanager is not null)
        {
            await _alertmanager.DisposeAsync();
        }

        Receiver.Dispose();
        _http.Dispose();
    }

    private static string Need(string program, string package)
    {
        if (Tool.Find(program) is not { } path)
        {
            Assert.Ignore($"{program} is not installed (Debian: apt-get install {package})");
            throw new InvalidOperationException();
        }

        return path;
    }

    private async Task StartAlertmanagerAsync(string program, CancellationToken cancellation)
    {
        var directory = Background.NewDirectory();
        var config = Replace(
            await File.ReadAllTextAsync(Repository.PathOf("deploy", "alertmanager", "example.yaml"), cancellation),
            ("group_wait: 90s", $"group_wait: {Seconds(GroupWait)}"),
            ("group_interval: 5m", $"group_interval: {Seconds(GroupInterval)}"),
            ("http://pager.example.com/alertmanager", new Uri(Receiver.Address, "/pager").AbsoluteUri),
            ("http://tickets.example.com/alertmanager", new Uri(Receiver.Address, "/tickets").AbsoluteUri));
        await File.WriteAllTextAsync(Path.Combine(directory, "alertmanager.yaml"), config, cancellation);
        _alertmanager = await Background.StartAsync(
            program,
            ["--config.file=alertmanager.yaml", "--storage.path=data", $"--web.listen-address={_alertmanagerAddress.Authority}", "--cluster.listen-address="],
            directory, new Uri(_alertmanagerAddress, "/-/ready"), _http, cancellation);
    }

    private async Task StartPrometheusAsync(string program, LabStatus lab, CancellationToken cancellation)
    {
        var directory = Background.NewDirectory();
        var rules = await File.ReadAllTextAsync(RuleFile.Path, cancellation);
        Assert.That(For().Count(rules), Is.GreaterThan(10));
        await File.WriteAllTextAsync(Path.Combine(directory, "rules.yaml"), For().Replace(rules, "for: 4s"), cancellation);
        var agents = string.Join(", ", lab.AgentMetrics.Select(a => $"{{targets: ['{new Uri(a.Value).Authority}'], labels: {{node: {a.Key}}}}}"));
        var config = $$"""
            global: {scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 2s}
            rule_files: [rules.yaml]
            alerting: {alertmanagers: [{static_configs: [{targets: ['{{_alertmanagerAddress.Authority}}']}]}]}
            scrape_configs:
            - {job_name: operator, honor_labels: true, static_configs: [{targets: ['{{new Uri(lab.Metrics).Authority}}']}]}
            - {job_name: agent, honor_labels: true, static_configs: [{{agents}}]}
            """;
        await File.WriteAllTextAsync(Path.Combine(directory, "prometheus.yaml"), config, cancellation);
        _prometheus = await Background.StartAsync(
            program,
            ["--config.file=prometheus.yaml", "--storage.tsdb.path=data", $"--web.listen-address={_prometheusAddress.Authority}", "--web.console.templates=.", "--web.console.libraries=."],
            directory, new Uri(_prometheusAddress, "/-/ready"), _http, cancellation);
    }

    private static string Replace(string text, params (string Old, string New)[] changes)
    {
        foreach (var (old, changed) in changes)
        {
            Assert.That(text, Does.Contain(old));
            text = text.Replace(old, changed, StringComparison.Ordinal);
        }

        return text;
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalSeconds}s");

    [GeneratedRegex(@"\bfor: \w+$", RegexOptions.Multiline)]
    private static partial Regex For();

    [GeneratedRegex(@"^label_values\((?<series>.+), (?<label>\w+)\)$")]
    private static partial Regex LabelValues();
}
