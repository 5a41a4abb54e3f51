using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Plumbline.Testing;

namespace Plumbline.Observability.Tests.Dashboards;

/// <summary>A query of a panel or of a variable, as it stands in the file.</summary>
/// <param name="Name">Dashboard, panel and letter, as a person finds it.</param>
internal sealed record DashboardQuery(string Name, string Expression)
{
    public override string ToString() => Name;
}

internal sealed record DashboardVariable(string Name, string Query, bool All);

/// <summary>One file of deploy/grafana.</summary>
internal sealed class Dashboard
{
    private Dashboard(string file)
    {
        File = Path.GetFileName(file);
        Root = JsonNode.Parse(System.IO.File.ReadAllText(file))!.AsObject();
    }

    public static IReadOnlyList<Dashboard> All { get; } =
        [.. Directory.GetFiles(Repository.PathOf("deploy", "grafana"), "*.json").Order(StringComparer.Ordinal).Select(f => new Dashboard(f))];

    public string File { get; }

    public JsonObject Root { get; }

    public IReadOnlyList<JsonObject> Panels => [.. Root["panels"]!.AsArray().Select(p => p!.AsObject())];

    public IReadOnlyList<DashboardQuery> Queries =>
    [
        .. from panel in Panels
           from target in panel["targets"]?.AsArray() ?? []
           select new DashboardQuery($"{Root["uid"]} · {panel["title"]} · {target!["refId"]}", (string)target["expr"]!),
    ];

    public IReadOnlyList<DashboardVariable> Variables =>
    [
        .. Root["templating"]!["list"]!.AsArray().Where(v => (string?)v!["type"] == "query")
            .Select(v => new DashboardVariable((string)v!["name"]!, (string)v["query"]!["query"]!, (bool?)v["includeAll"] ?? false)),
    ];

    public override string ToString() => File;

    /// <summary>As Grafana does: <c>$name</c> and <c>${name}</c>.</summary>
    public static string Substitute(string expression, IReadOnlyDictionary<string, string> values) => Regex.Replace(
        expression, @"\$\{?(?<name>\w+)\}?", m => values.TryGetValue(m.Groups["name"].Value, out var value) ? value : throw new KeyNotFoundException($"{m.Value} in {expression}"));
}
