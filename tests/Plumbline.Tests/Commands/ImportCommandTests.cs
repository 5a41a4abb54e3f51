using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Plumbline.Commands;
using Plumbline.Core.Words;
using Plumbline.Import.Files;
using Plumbline.Testing;

namespace Plumbline.Tests.Commands;

public sealed class ImportCommandTests
{
    private static readonly string[] Seeds = [.. Directory.GetFiles(Repository.PathOf("seeds"), "*.txt").Order(StringComparer.Ordinal)];

    private readonly string _folder = Directory.CreateTempSubdirectory("plumbline-import-").FullName;

    [OneTimeTearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Seeds_WithTheirCompletionsAndComponents_BecomeFiveMapsAndNoScaffold()
    {
        var (status, output, _) = Run([.. Seeds, "--components", Repository.PathOf("seeds", "components.yaml")]);
        var manifests = Parse(output);

        Assert.That(status, Is.EqualTo(0));
        Assert.That(manifests.Select(m => $"{m["kind"]} {m["metadata"]!["name"]} {m["metadata"]!["namespace"]}"), Is.EqualTo(new[]
        {
            "ConnectionMap tenant-service docs", "ConnectionMap genesys-pulse docs", "ConnectionMap iwd docs", "ConnectionMap gcxi docs", "ConnectionMap gvp-reporting-server docs",
        }));
        Assert.That(manifests.Sum(m => m["spec"]!["connections"]!.AsArray().Count), Is.EqualTo(89));
    }

    [Test]
    public void Seeds_EveryRowThatCanBeProbed_HasBothPartiesBound()
    {
        var known = YamlReader.Manifests(Repository.PathOf("seeds", "components.yaml"));
        var claimed = known.SelectMany(c => c["spec"]!["names"]!.AsArray().Select(n => n!.GetValue<string>().ToLowerInvariant())).ToHashSet();
        var bound = known.Where(c => c["spec"]!.AsObject().Count > 1).SelectMany(c => c["spec"]!["names"]!.AsArray().Select(n => n!.GetValue<string>().ToLowerInvariant())).ToHashSet();
        var objects = known.Select(c => c["metadata"]!["name"]!.GetValue<string>()).ToList();
        foreach (var map in DocumentImport.Run(new ImportRequest(Seeds, [], [])).Maps)
        {
            var parties = map.Parties.ToDictionary(p => p.Name.ToLowerInvariant(), p => p.Component);
            Assert.That(objects, Is.SupersetOf(parties.Values));
            foreach (var row in map.Connections.Where(r => r.Protocol != ConnectionProtocol.Logical))
            {
                foreach (var name in new[] { row.From, row.To })
                {
                    Assert.That(name, Is.Not.Null, $"{map.Name} {row.Id}");
                    Assert.That(parties.ContainsKey(name!.ToLowerInvariant()) || bound.Contains(name.ToLowerInvariant()), $"{map.Name} {row.Id}: {name}");
                }
            }
        }

        Assert.That(objects, Is.Unique);
        Assert.That(claimed, Has.Count.EqualTo(known.Sum(c => c["spec"]!["names"]!.AsArray().Count)), "a name is claimed twice");
    }

    [TestCaseSource(nameof(Seeds))]
    public void Seed_AsYaml_IsTheExpectedManifest(string seed)
    {
        var expected = Repository.PathOf("tests", "cases", $"import-{Path.GetFileNameWithoutExtension(seed)}", "map.yaml");
        var (_, output, _) = Run(seed);
        if (Environment.GetEnvironmentVariable("PLUMBLINE_UPDATE_CASES") == "1")
            File.WriteAllText(expected, output);

        Assert.That(output, Is.EqualTo(File.ReadAllText(expected)), "run the test with PLUMBLINE_UPDATE_CASES=1 if the change is meant");
    }

    [Test]
    public void Seeds_AsJson_GiveTheDocumentsFactsWithoutCompletions()
    {
        var (status, output, error) = Run([.. Seeds, "--output", "json"]);
        var documents = JsonDocument.Parse(output).RootElement.GetProperty("documents").EnumerateArray().ToList();

        Assert.That(status, Is.EqualTo(0));
        Assert.That(documents.Sum(d => d.GetProperty("connections").GetArrayLength()), Is.EqualTo(89));
        Assert.That(documents[1].GetProperty("connections")[0].GetProperty("destination").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(error, Does.Contain("001_6f4a0ac1476cf935.txt:18: row 1: destination-missing: the table has no destination column"));
        Assert.That(error, Does.Contain("001_6f4a0ac1476cf935.txt:17: no-destination-column: "));
    }

    [Test]
    public void Document_WithoutComponents_GetsAScaffoldForEachName()
    {
        var page = Write("plain/page.md", Page("Internet", "Web Shop") + "| 2 | Web Shop | Store | TCP | 5432 |\n");
        var manifests = Parse(Run(page, "--namespace", "shop", "--interval", "30").Output);

        Assert.That(manifests.Select(m => $"{m["kind"]} {m["metadata"]!["namespace"]}/{m["metadata"]!["name"]} {m["spec"]!["outside"]?.ToJsonString()}"), Is.EqualTo(new[]
        {
            "Component shop/internet {}", "Component shop/web-shop ", "Component shop/store ", "ConnectionMap shop/page ",
        }));
        Assert.That(manifests[3]["spec"]!["defaults"]!["intervalSeconds"]!.GetValue<long>(), Is.EqualTo(30));
    }

    [Test]
    public void Documents_WithOneTitle_GetMapsOfDifferentNames()
    {
        var manifests = Parse(Run(Write("twice/a/page.md", Page("A", "B")), Write("twice/b/page.md", Page("A", "B"))).Output);

        Assert.That(manifests.Where(m => m["kind"]!.ToString() == "ConnectionMap").Select(m => m["metadata"]!["name"]!.ToString()), Is.EqualTo(new[] { "page", "page-2" }));
    }

    [Test]
    public void Files_ThatCannotBeImported_LeaveTheOthersAndExitOne()
    {
        var good = Write("mixed/good.md", Page("A", "B"));
        var (status, output, error) = Run(Path.Combine(_folder, "missing.txt"), Write("mixed/empty.txt", ""), _folder, good);

        Assert.That(status, Is.EqualTo(1));
        Assert.That(Parse(output).Count(m => m["kind"]!.ToString() == "ConnectionMap"), Is.EqualTo(1));
        Assert.That(error, Does.Contain("missing.txt:1: file-unreadable: ").And.Contain("empty.txt:1: empty-document: ").And.Contain($"{_folder}:1: file-unreadable: "));
    }

    [TestCase("rows:\n- {row: \"1\", too: X}\n", ":2: completions-invalid: a row has no field 'too' (known: row, from, to,")]
    [TestCase("rows:\n- {to: X}\n", ":2: completions-invalid: a row needs 'row'")]
    [TestCase("rows:\n- row: \"1\"\n  ports: [80, 70000]\n", ":3: completions-invalid: ports '70000' of a row must be a number from 1 to 65535")]
    [TestCase("rows:\n- row: \"1\"\n  protocol: SCTP\n", ":3: completions-invalid: protocol 'SCTP' of a row is none of TCP, TLS, HTTP, HTTPS, UDP, Logical")]
    [TestCase("map: {name: Bad Name}\n", ":1: completions-invalid: name 'Bad Name' of map must be")]
    [TestCase("a: [b\nc", ":1: completions-invalid: not valid YAML: ")]
    [TestCase("map: [\n", ":2: completions-invalid: not valid YAML: ")]
    [TestCase("- a\n", ":1: completions-invalid: the file must be a mapping")]
    public void Completions_WithAMistake_KeepTheDocumentBackAndNameTheLine(string completions, string message)
    {
        var page = Write($"mistake/{TestContext.CurrentContext.Test.ID}/page.md", Page("A", "B"));
        File.WriteAllText(CompletionsFile.PathFor(page), completions);
        var (status, output, error) = Run(page);

        Assert.That((status, output), Is.EqualTo((1, "")));
        Assert.That(error, Does.Contain($"page.completions.yaml{message}"));
        Assert.That(Run(page, "--no-completions").Status, Is.EqualTo(0));
    }

    [Test]
    public void Completions_GivenByName_AreUsedForTheirDocument()
    {
        var page = Write("given/page.md", Page("A", ""));
        var completions = Write("given/elsewhere/page.completions.yaml", "parties:\n- {name: X, component: thing}\nrows:\n- {row: \"1\", to: X, expect: Blocked, http: {path: /health, method: HEAD, expectedStatuses: [200]}}\n");
        var map = Parse(Run(page, "--completions", completions).Output).Single(m => m["kind"]!.ToString() == "ConnectionMap");
        var row = map["spec"]!["connections"]![0]!;

        Assert.That(row.ToJsonString(), Is.EqualTo("""{"id":"1","from":"A","to":"X","protocol":"TCP","ports":[80],"expect":"Blocked","http":{"path":"/health","method":"HEAD","expectedStatuses":[200]},"line":3}"""));
        Assert.That(map["spec"]!["parties"]!.ToJsonString(), Is.EqualTo("""[{"name":"X","component":"thing"}]"""));
    }

    [TestCase("kind: [\n")]
    [TestCase("a: [b\nc")]
    public void Components_ThatAreNoYaml_PrintNothingAndExitOne(string text)
    {
        var (status, output, error) = Run(Write("broken/page.md", Page("A", "B")), "--components", Write("broken/bad.yaml", text));

        Assert.That((status, output), Is.EqualTo((1, "")));
        Assert.That(error, Does.Contain("bad.yaml:").And.Contain("components-invalid: not valid YAML"));
    }

    [TestCase("page.md", "--output", "xml")]
    [TestCase("page.md", "--interval", "1")]
    [TestCase("page.md", "--namespace", "Not A Label")]
    [TestCase]
    public void CommandLine_WithAMistake_IsAUsageError(params string[] arguments) =>
        Assert.That(ImportCommand.Create().Parse(arguments).Errors, Is.Not.Empty);

    [Test]
    public void Help_StatesTheExitStatuses()
    {
        var output = new StringWriter();
        new RootCommand { ImportCommand.Create() }.Parse(["import", "--help"]).Invoke(new InvocationConfiguration { Output = output });

        Assert.That(output.ToString(), Does.Contain("Exit status: 0 all files were imported").And.Contain("1 some file").And.Contain("2 the command line"));
    }

    private static string Page(string source, string destination) => $"| # | Source | Destination | Protocol | Port |\n|-|-|-|-|-|\n| 1 | {source} | {destination} | TCP | 80 |\n";

    private static IReadOnlyList<JsonObject> Parse(string yaml)
    {
        var problems = new List<YamlProblem>();
        var manifests = YamlReader.Documents(yaml, problems).Select(d => (JsonObject)YamlReader.ToJson(d)!).ToList();
        Assert.That(problems, Is.Empty);
        return manifests;
    }

    private static (int Status, string Output, string Error) Run(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var status = ImportCommand.Create().Parse(arguments).Invoke(new InvocationConfiguration { Output = output, Error = error });
        return (status, output.ToString(), error.ToString());
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
