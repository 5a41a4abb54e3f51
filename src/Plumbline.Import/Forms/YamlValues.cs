using YamlDotNet.RepresentationModel;

namespace Plumbline.Import.Forms;

internal static class YamlValues
{
    public static YamlNode? Get(YamlNode? node, string key)
    {
        if (node is not YamlMappingNode mapping)
            return null;
        foreach (var (name, value) in mapping.Children)
        {
            if (name is YamlScalarNode { Value: { } text } && text == key)
                return value;
        }

        return null;
    }

    public static YamlNode? Get(YamlNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var key in path)
            node = Get(node, key);
        return node;
    }

    public static string? Text(YamlNode? node, string key) => Get(node, key) is YamlScalarNode { Value: { Length: > 0 } text } ? text : null;

    public static IEnumerable<YamlNode> Items(YamlNode? node) => node is YamlSequenceNode sequence ? sequence.Children : [];

    public static IEnumerable<(string Key, YamlNode Value)> Fields(YamlNode? node) =>
        node is YamlMappingNode mapping ? mapping.Children.Select(c => (Key: (c.Key as YamlScalarNode)?.Value ?? "", c.Value)) : [];

    public static int FirstLine(YamlNode node) => (int)node.Start.Line;

    /// <summary>The last line with something of the node on it: a block's own end is where the next one begins.</summary>
    public static int LastLine(YamlNode node)
    {
        var last = (int)node.Start.Line;
        var open = new Stack<YamlNode>();
        open.Push(node);
        var steps = 0;
        while (open.TryPop(out var at) && steps++ < 10_000)
        {
            last = Math.Max(last, at is YamlScalarNode ? Math.Max((int)at.Start.Line, at.End.Column > 1 ? (int)at.End.Line : (int)at.Start.Line) : (int)at.Start.Line);
            switch (at)
            {
                case YamlMappingNode mapping:
                    foreach (var (key, value) in mapping.Children)
                    {
                        open.Push(key);
                        open.Push(value);
                    }

                    break;
                case YamlSequenceNode sequence:
                    foreach (var item in sequence.Children)
                        open.Push(item);
                    break;
            }
        }

        return last;
    }
}
