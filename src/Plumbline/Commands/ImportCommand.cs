using System.CommandLine;
using System.Text.Json.Nodes;
using Plumbline.Import;
using Plumbline.Import.Files;
using Plumbline.Import.Mapping;

namespace Plumbline.Commands;

/// <summary><c>plumbline import</c>: documents to manifests on standard output, issues on standard error.</summary>
public static class ImportCommand
{
    public const int Imported = 0;

    /// <summary>Some file could not be imported; the others were.</summary>
    public const int Incomplete = 1;

    /// <summary>The command line itself is wrong.</summary>
    public const int UsageError = 2;

    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Documents: plain text, Markdown, CSV or HTML with a table of connections", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string>("--output", "-o") { Description = "yaml: manifests for kubectl apply; json: what the documents say, without completions", DefaultValueFactory = _ => "yaml" };
        output.AcceptOnlyFromAmong("yaml", "json");
        var completions = new Option<string[]>("--completions") { Description = $"Completions file, named after its document; found without this option as <document>{CompletionsFile.Suffix} beside the document", DefaultValueFactory = _ => [] };
        var noCompletions = new Option<bool>("--no-completions") { Description = "Use no completions, not even those beside the documents" };
        var components = new Option<string[]>("--components") { Description = $"Manifests whose Components claim names already (default: {ComponentsFile.DefaultName} beside the documents)", DefaultValueFactory = _ => [] };
        var @namespace = new Option<string>("--namespace", "-n") { Description = "Namespace of the manifests", DefaultValueFactory = _ => "docs" };
        var interval = new Option<int?>("--interval") { Description = "Seconds between probes, 5 to 86400, for all maps (default: as the completions say, else 60)" };
        @namespace.Validators.Add(result =>
        {
            if (result.GetValue(@namespace) is { } name && !ObjectNames.IsLabel(name))
                result.AddError($"--namespace '{name}' must be at most 63 lower-case letters, digits and dashes");
        });
        interval.Validators.Add(result =>
        {
            if (result.GetValue(interval) is < 5 or > 86400)
                result.AddError("--interval must be from 5 to 86400 seconds");
        });

        var command = new Command(
            "import",
            "Turn documents that list connections into Components and ConnectionMaps.\n\n"
            + "Manifests go to standard output, issues to standard error, one a line: 'file:line: row N: code: what was read, what to do'.\n"
            + "Exit status: 0 all files were imported, perhaps with issues; 1 some file could not be imported (the others were); 2 the command line is wrong.")
        {
            files, output, completions, noCompletions, components, @namespace, interval,
        };
        command.SetAction(result => Run(
            new ImportRequest(
                result.GetValue(files) ?? [],
                result.GetValue(components) ?? [],
                result.GetValue(completions) ?? [],
                !result.GetValue(noCompletions) && result.GetValue(output) != "json",
                result.GetValue(@namespace) ?? "docs",
                result.GetValue(interval)),
            result.GetValue(output) == "json",
            result.InvocationConfiguration.Output,
            result.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(ImportRequest request, bool json, TextWriter output, TextWriter error)
    {
        var outcome = DocumentImport.Run(json ? request with { Components = [] } : request);
        foreach (var document in outcome.Documents)
        {
            foreach (var issue in document.Issues)
                error.WriteLine(issue.ToLine(document.File));
        }

        if (json)
        {
            using var buffer = new MemoryStream();
            DocumentJson.Write(buffer, outcome.Documents.Select(d => d.Document));
            output.Write(System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
            return outcome.Documents.Any(d => d.Document.NothingImported) ? Incomplete : Imported;
        }

        foreach (var issue in outcome.Issues)
            error.WriteLine(issue.ToLine(issue.File ?? ""));
        if (!outcome.Issues.Any(i => i.Code == DocumentIssueCode.ComponentsInvalid))
            output.Write(Yaml(outcome));
        return outcome.IsComplete && !outcome.Issues.Any(i => i.Code == DocumentIssueCode.CompletionsInvalid) ? Imported : Incomplete;
    }

    private static string Yaml(ImportOutcome outcome)
    {
        var comments = new Dictionary<JsonNode, IReadOnlyList<string>>(ReferenceEqualityComparer.Instance);
        var maps = outcome.Maps.Select(map => Manifests.ToJson(map, (json, row) => comments[json] = row.Comments)).ToList();
        return ManifestYaml.Write(outcome.Scaffolds.Select(Manifests.ToJson).Concat(maps), comments);
    }
}
