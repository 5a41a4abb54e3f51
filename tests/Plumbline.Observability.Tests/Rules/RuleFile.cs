using Plumbline.Testing;
using YamlDotNet.Serialization;

namespace Plumbline.Observability.Tests.Rules;

/// <summary>One alert of a rule file.</summary>
internal sealed record AlertRule(string Name, string Expression, IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations)
{
    public override string ToString() => Name;
}

/// <summary>The alerts that are shipped.</summary>
internal static class RuleFile
{
    public const string RunbookBase = "https://github.com/plumbline/plumbline/blob/main/";

    public static string Path { get; } = Repository.PathOf("deploy", "rules", "plumbline.rules.yaml");

    public static IReadOnlyList<AlertRule> Alerts { get; } = [.. Read()];

    private static IEnumerable<AlertRule> Read()
    {
        var root = (Dictionary<object, object>)new DeserializerBuilder().Build().Deserialize(new YamlDotNet.Core.MergingParser(new YamlDotNet.Core.Parser(File.OpenText(Path))))!;
        foreach (var rule in List(root["groups"]).SelectMany(g => List(g["rules"])).Where(r => r.ContainsKey("alert")))
        {
            yield return new AlertRule((string)rule["alert"], (string)rule["expr"], Texts(rule, "labels"), Texts(rule, "annotations"));
        }
    }

    private static IEnumerable<Dictionary<object, object>> List(object list) => ((List<object>)list).Cast<Dictionary<object, object>>();

    private static Dictionary<string, string> Texts(Dictionary<object, object> rule, string field) =>
        rule.TryGetValue(field, out var value) ? ((Dictionary<object, object>)value).ToDictionary(p => (string)p.Key, p => (string)p.Value) : [];
}
