using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Plumbline.Kubernetes.Connection;

/// <summary>One mapping of a YAML file that knows where it stands, so that every complaint names file and field.</summary>
internal sealed class YamlFields(YamlMappingNode node, string file, string path)
{
    public string File => file;

    /// <exception cref="KubernetesConfigurationException">The file is no YAML mapping.</exception>
    public static YamlFields Parse(string file, string text)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            var root = stream.Documents.Count == 0 ? new YamlMappingNode() : stream.Documents[0].RootNode;
            return root switch
            {
                YamlMappingNode mapping => new YamlFields(mapping, file, ""),
                YamlScalarNode { Value: null or "" } => new YamlFields([], file, ""),
                _ => throw new KubernetesConfigurationException($"{file}:1: expected a mapping with clusters, users and contexts"),
            };
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException or ArgumentException)
        {
            // At some malformed text ("a: [b") YamlDotNet throws other than its own, without a line.
            throw new KubernetesConfigurationException($"{file}:{(e is YamlException at ? at.Start.Line : 1)}: no valid YAML: {e.Message}", e);
        }
    }

    public string? String(string name) => Find(name) switch
    {
        null => null,
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "null" or "~" or "" } => null,
        YamlScalarNode { Value: { Length: > 0 } value } => value,
        YamlScalarNode => null,
        _ => throw Wrong(name, "expected text"),
    };

    public bool Bool(string name) => String(name) switch
    {
        null => false,
        var text when bool.TryParse(text, out var value) => value,
        var text => throw Wrong(name, $"expected true or false, not '{text}'"),
    };

    public YamlFields? Map(string name) => Find(name) switch
    {
        null or YamlScalarNode { Value: null or "" or "null" or "~" } => null,
        YamlMappingNode map => new YamlFields(map, file, Join(name)),
        _ => throw Wrong(name, "expected a mapping"),
    };

    public IEnumerable<YamlFields> Maps(string name) =>
        Items(name).Select((item, i) => item as YamlMappingNode is { } map
            ? new YamlFields(map, file, $"{Join(name)}[{i}]")
            : throw Wrong($"{name}[{i}]", "expected a mapping"));

    public IReadOnlyList<string> Strings(string name) =>
        [.. Items(name).Select((item, i) => (item as YamlScalarNode)?.Value ?? throw Wrong($"{name}[{i}]", "expected text"))];

    public IEnumerable<string> Names() => node.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value ?? "");

    public string Required(string name) => String(name) ?? throw Wrong(name, "is missing");

    public KubernetesConfigurationException Wrong(string name, string what, Exception? inner = null) => new($"{Where(name)}: {what}", inner);

    public string Where(string name) => $"{file}: {Join(name)}";

    /// <summary>A path in a kubeconfig is relative to the file that it stands in.</summary>
    public string? PathOf(string name) =>
        String(name) is { } value ? Path.GetFullPath(value, Path.GetDirectoryName(Path.GetFullPath(file))!) : null;

    private IEnumerable<YamlNode> Items(string name) => Find(name) switch
    {
        null or YamlScalarNode { Value: null or "" or "null" or "~" } => [],
        YamlSequenceNode items => items.Children,
        _ => throw Wrong(name, "expected a list"),
    };

    private YamlNode? Find(string name) => node.Children.TryGetValue(new YamlScalarNode(name), out var value) ? value : null;

    private string Join(string name) => path.Length == 0 ? name : $"{path}.{name}";
}
