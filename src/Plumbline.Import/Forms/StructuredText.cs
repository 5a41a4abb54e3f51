using Plumbline.Import.Decoding;
using Plumbline.Import.Files;
using Plumbline.Import.Tables;
using YamlDotNet.RepresentationModel;

namespace Plumbline.Import.Forms;

/// <summary>Files that are data, not a page: YAML and JSON (NetworkPolicies, compose files, lists of records) and diagrams.</summary>
internal static class StructuredText
{
    /// <summary>Characters. Every node of the file is an object: a larger one is better exported as CSV.</summary>
    private const int MaximumLength = 16 * 1024 * 1024;
    private const int MaximumDepth = 100;

    /// <returns>Null: the file is a page and is read as text.</returns>
    public static IReadOnlyList<RawTable>? Read(SourceText text, ColumnOverrides overrides, ICollection<DocumentIssue> issues)
    {
        if (Diagram(text) is { } diagram)
        {
            foreach (var issue in diagram.Issues)
                issues.Add(issue);
            return diagram.Table is { } table ? [table] : [];
        }

        if (!LooksStructured(text))
            return null;
        if (text.Text.Length > MaximumLength)
        {
            issues.Add(new DocumentIssue(DocumentIssueCode.DocumentTooLarge, DocumentIssueSeverity.Error, null, [], $"the file has {text.Text.Length} characters of YAML or JSON, more than {MaximumLength}: not read; split it, or export its records as CSV"));
            return [];
        }

        if (TooDeepAt(text) is { } deep)
        {
            issues.Add(new DocumentIssue(DocumentIssueCode.NestedTooDeep, DocumentIssueSeverity.Error, null, [deep], $"more than {MaximumDepth} levels of YAML or JSON are nested here: the file was not read"));
            return [];
        }

        var problems = new List<YamlProblem>();
        var documents = YamlReader.Documents(text.Text.Replace("\t", "  ", StringComparison.Ordinal), problems);
        if (problems is [var problem, ..] && documents.Count == 0)
        {
            issues.Add(new DocumentIssue(DocumentIssueCode.StructureInvalid, DocumentIssueSeverity.Error, null, [Math.Clamp(problem.Line, 1, text.Count)], $"{problem.Message}: the file was read as text instead"));
            return null;
        }

        var tables = new List<RawTable>();
        foreach (var document in documents)
            tables.AddRange(TablesOf(document, overrides, issues));
        return tables;
    }

    private static List<RawTable> TablesOf(YamlNode root, ColumnOverrides overrides, ICollection<DocumentIssue> issues)
    {
        var manifests = ManifestsIn(root).ToList();
        if (manifests.Count > 0)
            return NetworkPolicies.Read(manifests, issues) is { } policies ? [policies] : [];
        if (ComposeFile.Read(root, issues) is { } compose)
            return [compose];
        return [.. Records.Find(root).SelectMany(grid => GridTables.Read(grid, Place.Unknown, overrides, issues))];
    }

    /// <summary>Kubernetes objects, alone or in a List.</summary>
    private static IEnumerable<YamlMappingNode> ManifestsIn(YamlNode node)
    {
        if (node is not YamlMappingNode mapping || YamlValues.Text(mapping, "kind") is not { } kind || YamlValues.Text(mapping, "apiVersion") is null)
            return [];
        return kind.EndsWith("List", StringComparison.Ordinal) && YamlValues.Get(mapping, "items") is YamlSequenceNode items ? items.Children.SelectMany(ManifestsIn) : [mapping];
    }

    private static bool LooksStructured(SourceText text)
    {
        var start = text.Text.AsSpan().TrimStart();
        if (text.Extension is "yaml" or "yml" or "json")
            return true;
        if (text.Extension is "md" or "markdown" or "csv" or "tsv" or "html" or "htm" or "rst" or "adoc")
            return false;
        if (start.StartsWith("{|", StringComparison.Ordinal))
            return false;
        var head = start[..Math.Min(start.Length, 4000)];
        return (start is ['{' or '[', ..] && start.TrimEnd() is [.., '}' or ']'] && head.ContainsAny('"', ':'))
            || head.StartsWith("apiVersion:", StringComparison.Ordinal) || head.Contains("\napiVersion:", StringComparison.Ordinal)
            || (head.StartsWith("services:", StringComparison.Ordinal) || head.Contains("\nservices:\n", StringComparison.Ordinal));
    }

    private static FoundDiagram? Diagram(SourceText text)
    {
        var first = text.Text.AsSpan().TrimStart();
        var all = new Fence(1, text.Count, "");
        if (text.Extension is "mmd" or "mermaid" || first.StartsWith("sequenceDiagram", StringComparison.Ordinal) || first.StartsWith("flowchart ", StringComparison.Ordinal) || first.StartsWith("graph TD", StringComparison.Ordinal) || first.StartsWith("graph LR", StringComparison.Ordinal))
            return DiagramReader.Report(Mermaid.Edges(text, 1, text.Count), all, "Mermaid");
        if (text.Extension is "dot" or "gv" || first.StartsWith("digraph ", StringComparison.Ordinal))
            return DiagramReader.Report(PlantUml.Edges(text, 1, text.Count), all, "Graphviz");
        return null;
    }

    /// <returns>The line where the file nests deeper than a parser with recursion should go.</returns>
    private static int? TooDeepAt(SourceText text)
    {
        var depth = 0;
        for (var n = 1; n <= text.Count; n++)
        {
            var line = text.Span(n);
            var indent = line.Length - line.TrimStart().Length;
            var dashes = 0;
            for (var i = indent; i + 1 < line.Length && line[i] is '-' or '?' && line[i + 1] == ' '; i += 2)
                dashes++;
            var quoted = false;
            foreach (var c in line)
            {
                if (c == '"')
                    quoted = !quoted;
                else if (!quoted)
                    depth += c is '[' or '{' ? 1 : c is ']' or '}' ? -1 : 0;
                if (depth > MaximumDepth)
                    return n;
            }

            depth = Math.Max(0, depth);
            if (dashes > MaximumDepth || (indent > MaximumDepth * 8 && line.Length > indent))
                return n;
        }

        return null;
    }
}
