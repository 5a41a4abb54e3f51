using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Decoding;

namespace Plumbline.Import.Forms;

/// <summary>The arrows of PlantUML (component, deployment and sequence diagrams, C4's <c>Rel</c>) and of Graphviz.</summary>
internal static partial class PlantUml
{
    private const int MaximumLine = 2000;

    public static IReadOnlyList<Edge> Edges(SourceText text, int first, int last)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var n = first; n <= last && n <= text.Count; n++)
        {
            if (text[n].Length <= MaximumLine)
                Declare(text[n], names);
        }

        var edges = new List<Edge>();
        var comment = false;
        for (var n = first; n <= last && n <= text.Count; n++)
        {
            var line = text[n].Trim();
            comment |= line.StartsWith("/'", StringComparison.Ordinal);
            if (comment || line.Length is 0 or > MaximumLine || line[0] is '\'' or '!' or '#')
            {
                comment &= !line.EndsWith("'/", StringComparison.Ordinal);
                continue;
            }

            if (Relation().Match(line) is { Success: true } rel)
                edges.Add(OfRelation(rel, n, names));
            else if (Read(line, n, names) is { } edge)
                edges.Add(edge);
        }

        return edges;
    }

    private static Edge OfRelation(Match rel, int line, Dictionary<string, string> names)
    {
        var label = string.Join(", ", new[] { rel.Groups["label"].Value, rel.Groups["tech"].Value }.Where(t => t.Length > 0));
        var (from, to) = (NameOf(rel.Groups["from"].Value, names), NameOf(rel.Groups["to"].Value, names));
        return rel.Groups["back"].Success ? new Edge(line, to, from, label, ArrowKind.Forward) : new Edge(line, from, to, label, rel.Groups["both"].Success ? ArrowKind.Both : ArrowKind.Forward);
    }

    private static Edge? Read(string line, int number, Dictionary<string, string> names)
    {
        // "a -> b [label="TCP 5432"]" is Graphviz
        var graphviz = GraphvizLabel().Match(line);
        var body = graphviz.Success ? line[..graphviz.Index] : line;
        if (Arrow.Find(OutsideQuotes(body)) is not { } arrow)
            return null;

        var right = body[arrow.End..].Trim().TrimEnd(';');
        var colon = OutsideQuotes(right).IndexOf(" :", StringComparison.Ordinal) is var spaced and >= 0 ? spaced : LabelColon(right);
        var label = graphviz.Success ? graphviz.Groups[1].Value : colon >= 0 ? right[colon..].TrimStart(' ', ':').Trim() : "";
        var (left, to) = (NameOf(body[..arrow.Start], names), NameOf(colon >= 0 ? right[..colon] : right, names));
        if (left.Length == 0 || to.Length == 0)
            return null;
        return arrow.Kind == ArrowKind.Backward ? new Edge(number, to, left, label, ArrowKind.Forward) : new Edge(number, left, to, label, arrow.Kind);
    }

    private static int LabelColon(string text) => OutsideQuotes(text).IndexOf(':', StringComparison.Ordinal);

    /// <summary>Quoted and bracketed text with blanks in its place, so that no arrow or colon is found inside a name.</summary>
    private static string OutsideQuotes(string text) => Quoted().Replace(text, m => new string('_', m.Length));

    private static void Declare(string line, Dictionary<string, string> names)
    {
        foreach (var pattern in (ReadOnlySpan<Regex>)[NameAsAlias(), AliasAsName(), Macro()])
        {
            if (pattern.Match(line) is not { Success: true } match)
                continue;
            names[match.Groups["alias"].Value] = CellText.FoldBlanks(match.Groups["name"].Value.Replace("\\n", " ", StringComparison.Ordinal));
            return;
        }

        if (GraphvizNode().Match(line) is { Success: true } node)
            names[node.Groups["alias"].Value.Trim('"')] = node.Groups["name"].Value;
    }

    private static string NameOf(string text, Dictionary<string, string> names)
    {
        var name = text.Trim().Trim('"').Trim();
        if (name.StartsWith('[') && name.EndsWith(']'))
            name = name[1..^1].Trim();
        else if (name.StartsWith('(') && name.EndsWith(')') && !name.StartsWith("()", StringComparison.Ordinal))
            name = name[1..^1].Trim();
        else if (name.StartsWith("()", StringComparison.Ordinal))
            name = name[2..].Trim().Trim('"');
        else if (name.StartsWith(':') && name.EndsWith(':') && name.Length > 2)
            name = name[1..^1];
        return CellText.FoldBlanks(names.GetValueOrDefault(name, name).Replace("\\n", " ", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"""[^""]*""|\[[^\[\]]*\](?!-)|\([^()]*\)")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\[[^\[\]]*\blabel\s*=\s*""([^""]*)""[^\[\]]*\]\s*;?\s*$")]
    private static partial Regex GraphvizLabel();

    [GeneratedRegex(@"^\s*(?<alias>""[^""]+""|\w+)\s*\[[^\[\]]*\blabel\s*=\s*""(?<name>[^""]*)""")]
    private static partial Regex GraphvizNode();

    [GeneratedRegex(@"(?:""(?<name>[^""]+)""|\[(?<name>[^\[\]]+)\]|:(?<name>[^:]+):|\((?<name>[^()]+)\)|\b(?:component|node|database|actor|participant|rectangle|cloud|queue|storage|agent|artifact|boundary|control|entity|collections|frame|folder|package|interface|container|stack|card|file|hexagon)\s+(?<name>[\w.-]+))(?:\s*<<[^<>]*>>)?\s+as\s+(?<alias>[\w.-]+)")]
    private static partial Regex NameAsAlias();

    [GeneratedRegex(@"\b(?:component|node|database|actor|participant|rectangle|cloud|queue|storage|agent|artifact|boundary|control|entity|collections|interface|container)\s+(?<alias>[\w.-]+)\s+as\s+(?:""(?<name>[^""]+)""|\[(?<name>[^\[\]]+)\])")]
    private static partial Regex AliasAsName();

    [GeneratedRegex(@"^\s*(?:Person|System|Container|Component|SystemDb|ContainerDb|ComponentDb|SystemQueue|ContainerQueue|System_Ext|Container_Ext|Person_Ext|Node|Deployment_Node|SystemDb_Ext|ContainerDb_Ext)(?:_Ext)?\s*\(\s*(?<alias>[\w.-]+)\s*,\s*""(?<name>[^""]*)""", RegexOptions.IgnoreCase)]
    private static partial Regex Macro();

    [GeneratedRegex(@"^\s*(?:(?<both>Bi)?Rel(?<back>_Back)?(?:_[A-Z]\w*)?)\s*\(\s*(?<from>[\w.-]+)\s*,\s*(?<to>[\w.-]+)\s*,\s*""(?<label>[^""]*)""(?:\s*,\s*""(?<tech>[^""]*)"")?", RegexOptions.IgnoreCase)]
    private static partial Regex Relation();
}
