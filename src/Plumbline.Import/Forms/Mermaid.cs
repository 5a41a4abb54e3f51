using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Decoding;

namespace Plumbline.Import.Forms;

/// <summary>The arrows of Mermaid's flowcharts, sequence diagrams and C4 diagrams.</summary>
internal static partial class Mermaid
{
    private const int MaximumLine = 2000;

    /// <summary>Chains and groups ("a &amp; b --> c &amp; d") multiply.</summary>
    private const int MaximumEdgesOfALine = 200;

    public static IReadOnlyList<Edge> Edges(SourceText text, int first, int last)
    {
        var kind = Kind(text, first, last);
        if (kind is "c4context" or "c4container" or "c4component" or "c4deployment" or "c4dynamic")
            return PlantUml.Edges(text, first, last);

        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var edges = new List<Edge>();
        for (var n = first; n <= last && n <= text.Count; n++)
        {
            var line = text[n].Trim().TrimEnd(';');
            if (line.Length is 0 or > MaximumLine || line.StartsWith("%%", StringComparison.Ordinal))
                continue;
            if (kind == "sequencediagram")
                Message(line, n, names, edges);
            else
                Flow(line, n, names, edges);
        }

        return [.. edges.Select(e => e with { Source = names.GetValueOrDefault(e.Source, e.Source), Destination = names.GetValueOrDefault(e.Destination, e.Destination) })];
    }

    private static string Kind(SourceText text, int first, int last)
    {
        for (var n = first; n <= last && n <= text.Count; n++)
        {
            var word = text[n].Trim().Split([' ', '\t'], 2)[0].ToLowerInvariant();
            if (word.Length > 0 && !word.StartsWith("%%", StringComparison.Ordinal) && word != "---" && !word.EndsWith(':'))
                return word;
        }

        return "";
    }

    private static void Message(string line, int number, Dictionary<string, string> names, List<Edge> edges)
    {
        if (Participant().Match(line) is { Success: true } participant)
            names[participant.Groups[1].Value] = participant.Groups[2].Value.Trim();
        // an answer goes back on the connection that is open
        else if (SequenceArrow().Match(line) is { Success: true } message && !message.Groups["arrow"].Value.StartsWith("--", StringComparison.Ordinal))
            edges.Add(new Edge(number, message.Groups["from"].Value.Trim(), message.Groups["to"].Value.Trim(), message.Groups["label"].Value.Trim(), message.Groups["arrow"].Value.StartsWith('<') ? ArrowKind.Both : ArrowKind.Forward));
    }

    private static void Flow(string line, int number, Dictionary<string, string> names, List<Edge> edges)
    {
        var at = 0;
        if (Nodes(line, ref at, names) is not { Count: > 0 } left)
            return;
        while (at < line.Length && edges.Count < int.MaxValue)
        {
            if (Link().Match(line, at) is not { Success: true } link || link.Index != at)
                return;
            at += link.Length;
            var label = link.Groups["bar"].Success ? link.Groups["bar"].Value : link.Groups["inline"].Value;
            if (Nodes(line, ref at, names) is not { Count: > 0 } right)
                return;
            var arrow = link.Groups["start"].Value + link.Groups["end"].Value;
            var kind = (arrow.Contains('<', StringComparison.Ordinal), arrow.Contains('>', StringComparison.Ordinal) || arrow.EndsWith('x') || arrow.EndsWith('o')) switch
            {
                (true, true) => ArrowKind.Both, (true, false) => ArrowKind.Backward, (false, true) => ArrowKind.Forward, _ => ArrowKind.None,
            };
            foreach (var (from, to) in left.SelectMany(l => right.Select(r => (l, r))).Take(MaximumEdgesOfALine))
                edges.Add(kind == ArrowKind.Backward ? new Edge(number, to, from, Clean(label), ArrowKind.Forward) : new Edge(number, from, to, Clean(label), kind));
            left = right;
        }
    }

    /// <summary>"shop[Shop] &amp; basket" – the ids; what stands in their brackets is remembered as the name.</summary>
    private static List<string>? Nodes(string line, ref int at, Dictionary<string, string> names)
    {
        var ids = new List<string>();
        while (Node().Match(line, at) is { Success: true } node && node.Index == at)
        {
            at += node.Length;
            var id = node.Groups["id"].Value;
            if (node.Groups["name"].Success)
                names[id] = Clean(node.Groups["name"].Value);
            ids.Add(id);
            if (And().Match(line, at) is not { Success: true } and || and.Index != at)
                break;
            at += and.Length;
        }

        return ids;
    }

    private static string Clean(string text) => CellText.Clean(text.Trim().Trim('"', '`').Replace("\\n", " ", StringComparison.Ordinal));

    [GeneratedRegex(@"\G\s*(?<id>[\p{L}\p{N}_][\p{L}\p{N}_.]*(?:-(?![-.>=])[\p{L}\p{N}_.]+)*)(?:@\{[^{}]*\})?(?:\(\[(?<name>[^\[\]]*)\]\)|\[\((?<name>[^()]*(?:\([^()]*\)[^()]*)?)\)\]|\(\((?<name>[^()]*)\)\)|\{\{(?<name>[^{}]*)\}\}|\[\[(?<name>[^\[\]]*)\]\]|\[/(?<name>[^\[\]]*?)[/\\]\]|\[""(?<name>[^""]*)""\]|\[(?<name>[^\[\]]*)\]|\(""(?<name>[^""]*)""\)|\((?<name>[^()]*)\)|\{(?<name>[^{}]*)\}|>(?<name>[^\[\]]*)\])?(?::::\w+|:::\w+)?")]
    private static partial Regex Node();

    [GeneratedRegex(@"\G\s*&")]
    private static partial Regex And();

    [GeneratedRegex(@"\G\s*(?<start>[<xo]?)(?:(?:--|==|-\.)\s+(?<inline>[^|>]{1,200}?)\s+(?<end>(?:-{2,}|={2,}|\.-+)[>xo]?)|(?<end>(?:-{2,}|={2,}|-\.+-)[>xo]?))(?:\s*\|(?<bar>[^|]*)\|)?")]
    private static partial Regex Link();

    [GeneratedRegex(@"^\s*(?:create\s+)?(?:participant|actor)\s+(\S+)\s+as\s+(.+)$", RegexOptions.IgnoreCase)]
    private static partial Regex Participant();

    [GeneratedRegex(@"^(?<from>[^:]+?)\s*(?<arrow><<-?->>|--?>>|--?>|--?x|--?\))\s*[+-]?\s*(?<to>[^:]+?)\s*:\s*(?<label>.*)$")]
    private static partial Regex SequenceArrow();
}
