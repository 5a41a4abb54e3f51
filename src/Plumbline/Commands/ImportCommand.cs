using System.CommandLine;
using System.Text;
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

    public const int UsageError = CommandLine.UsageError;

    /// <summary>All was imported, and <c>--fail-on</c> found what it was told to look for.</summary>
    public const int FoundIssues = 3;

    /// <summary>Below so many files nobody waits long enough to wonder.</summary>
    private const int ManyFiles = 50;

    public static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Documents with tables of connections: files, folders, patterns such as 'docs/**/*.md', or - for standard input", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string>("--output", "-o")
        {
            Description = "yaml: manifests for kubectl apply --server-side; json: what the documents say, without completions; completions: a completions file to fill in, for what the documents leave open",
            DefaultValueFactory = _ => "yaml",
        };
        var completions = new Option<string[]>("--completions") { Description = $"Completions file, named after its document; found without this option as <document>{CompletionsFile.Suffix} beside the document", DefaultValueFactory = _ => [] };
        var noCompletions = new Option<bool>("--no-completions") { Description = "Use no completions, not even those beside the documents" };
        var components = new Option<string[]>("--components") { Description = $"Manifests whose Components claim names already (default: {ComponentsFile.DefaultName} beside the documents)", DefaultValueFactory = _ => [] };
        var @namespace = new Option<string>("--namespace", "-n") { Description = "Namespace of the manifests", DefaultValueFactory = _ => "docs" };
        var interval = new Option<int?>("--interval") { Description = "Seconds between probes, 5 to 86400, for all maps (default: as the completions say, else 60)" };
        var columns = new Option<string[]>("--columns") { Description = "What columns hold whose titles do not say it: 'Peer=source,Zielport=ports'", DefaultValueFactory = _ => [] };
        var encoding = new Option<string?>("--encoding") { Description = "Encoding of the documents, such as windows-1252 (default: as their bytes say)" };
        var against = new Option<string?>("--against") { Description = "Manifests of an earlier import: prints the rows that came, went and changed since, and what is left behind" };
        var failOn = new Option<string>("--fail-on") { Description = "Exit with 3 on issues: error or warning of at least that severity, incomplete rows that lack a value", DefaultValueFactory = _ => "never" };
        output.AcceptOnlyFromAmong("yaml", "json", "completions");
        failOn.AcceptOnlyFromAmong("never", "incomplete", "error", "warning");
        CommandLine.RefuseOptions(files);
        NamespaceOption.Validate(@namespace);
        interval.Validators.Add(result =>
        {
            if (result.GetValue(interval) is < 5 or > 86400)
                result.AddError("--interval must be from 5 to 86400 seconds");
        });
        columns.Validators.Add(result =>
        {
            foreach (var value in result.GetValue(columns) ?? [])
            {
                if (!ColumnOverrides.TryParse(value, out _, out var problem))
                    result.AddError($"--columns: {problem}");
            }
        });
        encoding.Validators.Add(result =>
        {
            if (result.GetValue(encoding) is { } name && !IsEncoding(name))
                result.AddError($"--encoding '{name}' is not known: write a name such as utf-8, windows-1252, shift_jis, gb18030 or koi8-r");
        });

        var command = new Command(
            "import",
            "Turn documents that list connections into Components and ConnectionMaps.\n\n"
            + "Manifests go to standard output, issues to standard error, one a line: 'file:line: severity: row N: code: what was read, what to do', and a summary at the end.\n"
            + "Exit status: 0 all files were imported, perhaps with issues; 1 some file could not be imported (the others were); 2 the command line is wrong; 3 all were imported, and --fail-on found issues.")
        {
            files, output, completions, noCompletions, components, @namespace, interval, columns, encoding, against, failOn,
        };
        command.SetAction(result =>
        {
            var words = result.GetValue(output) ?? "yaml";
            var request = new ImportRequest(
                result.GetValue(files) ?? [],
                words == "json" ? [] : result.GetValue(components) ?? [],
                result.GetValue(completions) ?? [],
                !result.GetValue(noCompletions) && words != "json",
                result.GetValue(@namespace) ?? "docs",
                result.GetValue(interval))
            {
                Columns = (result.GetValue(columns) ?? []).Select(Columns).Aggregate(ColumnOverrides.None, (all, one) => one.Over(all)),
                Encoding = result.GetValue(encoding),
                Progress = new ProgressLines(result.InvocationConfiguration.Error),
            };
            return new ImportRun(request, words, result.GetValue(against), result.GetValue(failOn) ?? "never", result.InvocationConfiguration.Output, result.InvocationConfiguration.Error).Run();
        });
        return command;
    }

    private static ColumnOverrides Columns(string text) => ColumnOverrides.TryParse(text, out var overrides, out _) ? overrides : ColumnOverrides.None;

    private static bool IsEncoding(string name)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        try
        {
            _ = Encoding.GetEncoding(name);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private sealed class ProgressLines(TextWriter error) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value)
        {
            if (value.Of >= ManyFiles && (value.Read == value.Of || value.Read % (value.Of / 10) == 0))
                error.WriteLine($"{value.Read} of {value.Of} files read");
        }
    }

    private sealed class ImportRun(ImportRequest request, string words, string? against, string failOn, TextWriter output, TextWriter error)
    {
        public int Run()
        {
            if (!TryReadEarlier(out var earlier))
                return Incomplete;
            var outcome = DocumentImport.Run(request);
            var lines = new ImportIssueLines(error);
            foreach (var document in outcome.Documents)
                lines.Write(document.File, document.Issues);
            if (words != "json")
                lines.Write("", outcome.Issues);
            Write(outcome);
            Compare(earlier, outcome);
            foreach (var line in ImportSummary.Of(outcome).Lines())
                error.WriteLine(line);
            return Status(outcome);
        }

        private bool TryReadEarlier(out IReadOnlyList<JsonObject>? earlier)
        {
            earlier = null;
            if (against is null)
                return true;
            try
            {
                earlier = YamlReader.Manifests(against);
                return true;
            }
            catch (Exception e) when (e is InvalidDataException)
            {
                error.WriteLine(e.Message);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                error.WriteLine($"{against}:1: error: the file cannot be read ({e.Message.TrimEnd('.')}); check the path and its permissions");
            }

            return false;
        }

        private void Write(ImportOutcome outcome)
        {
            switch (words)
            {
                case "json":
                    using (var buffer = new MemoryStream())
                    {
                        DocumentJson.Write(buffer, outcome.Documents.Where(d => !d.IsOther).Select(d => d.Document));
                        output.Write(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
                    }

                    break;
                case "completions":
                    foreach (var document in outcome.Documents.Where(d => d.IsImported))
                        output.Write(CompletionsSkeleton.Write(document));
                    break;
                default:
                    // with a broken file of Components every name would get a second one
                    if (!outcome.Issues.Any(i => i.Code == DocumentIssueCode.ComponentsInvalid))
                        output.Write(Yaml(outcome));
                    break;
            }
        }

        private void Compare(IReadOnlyList<JsonObject>? earlier, ImportOutcome outcome)
        {
            if (earlier is null)
                return;
            var comparison = ImportComparison.Of(against!, earlier, outcome, request.Namespace);
            foreach (var line in comparison.Lines(against!).Concat(comparison.LeftBehind.Select(i => i.ToLine(against!))))
                error.WriteLine(line);
        }

        private int Status(ImportOutcome outcome)
        {
            if (words == "json" ? outcome.Documents.Any(d => d.Document.NothingImported && !d.IsOther) : !outcome.IsComplete)
                return Incomplete;
            var issues = outcome.Documents.SelectMany(d => d.Issues).Concat(outcome.Issues);
            var found = failOn switch
            {
                "incomplete" => ImportSummary.Of(outcome).ToComplete > 0,
                "error" => issues.Any(i => i.Severity == DocumentIssueSeverity.Error),
                "warning" => issues.Any(i => i.Severity != DocumentIssueSeverity.Info),
                _ => false,
            };
            return found ? FoundIssues : Imported;
        }

        private static string Yaml(ImportOutcome outcome)
        {
            var comments = new Dictionary<JsonNode, IReadOnlyList<string>>(ReferenceEqualityComparer.Instance);
            var manifests = new List<JsonObject>();
            foreach (var scaffold in outcome.Scaffolds)
            {
                manifests.Add(MapManifests.ToJson(scaffold));
                comments[manifests[^1]] = scaffold.Comments;
            }

            manifests.AddRange(outcome.Maps.Select(map => MapManifests.ToJson(map, (json, row) => comments[json] = row.Comments)));
            return ManifestYaml.Write(manifests, comments);
        }
    }
}
