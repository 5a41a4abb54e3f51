using System.Text;
using Plumbline.Import.Mapping;

namespace Plumbline.Import.Files;

/// <summary>A completions file to fill in: each row that lacks something, what it says, and the fields that it lacks.</summary>
public static class CompletionsSkeleton
{
    private static readonly Dictionary<string, string> Examples = new(StringComparer.Ordinal)
    {
        ["from"] = "from: NAME", ["to"] = "to: NAME", ["protocol"] = "protocol: TCP    # TCP, TLS, HTTP, HTTPS, UDP or Logical", ["ports"] = "ports: [443]",
    };

    /// <returns>A valid completions file that completes nothing until it is filled in.</returns>
    public static string Write(DocumentOutcome document)
    {
        var file = document.File == DocumentFiles.StandardInput ? "its document" : Path.GetFileName(document.File);
        var open = ImportSummary.RowsOf(document).Where(r => r.State == RowState.ToComplete).ToList();
        if (open.Count == 0)
            return $"# {file} leaves nothing open.\n";

        var issues = document.Issues.Where(i => i.Row is not null && i.Severity == DocumentIssueSeverity.Error).ToLookup(i => i.Row!, StringComparer.Ordinal);
        var yaml = new StringBuilder($"# What {file} leaves open. Uncomment and fill in; keep it beside the document as {Path.GetFileName(CompletionsFile.PathFor(file))}.\nrows:\n");
        foreach (var (row, _, gaps) in open)
        {
            var rowIssues = issues[row.Id].ToList();
            yaml.Append("- row: ").Append(ManifestYaml.Quoted(row.Id)).Append("    # line ").Append(row.Line).Append('\n');
            Says(yaml, row);
            foreach (var issue in rowIssues)
                yaml.Append("  # ").Append(issue.Code.Word()).Append(": ").Append(ManifestYaml.OneLine(issue.Message)).Append('\n');
            foreach (var field in gaps.Count > 0 ? gaps : [.. Examples.Keys])
                yaml.Append("  # ").Append(Examples[field]).Append('\n');
            yaml.Append("  # reason: who or what says so\n");
        }

        return yaml.ToString();
    }

    private static void Says(StringBuilder yaml, DocumentedRow row)
    {
        var fields = new List<string>();
        if (row.Source is { } from)
            fields.Add($"from: {ManifestYaml.Quoted(RowMapper.NameOf(from)!)}");
        if (row.Destination is { } to)
            fields.Add($"to: {ManifestYaml.Quoted(RowMapper.NameOf(to)!)}");
        if (row.Protocol is { } protocol)
            fields.Add($"protocol: {ManifestYaml.Quoted(protocol)}");
        if (fields.Count > 0)
            yaml.Append("  says: {").AppendJoin(", ", fields).Append("}\n");
    }
}
