using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Plumbline.Commands;
using Plumbline.Core.Words;
using Plumbline.Import.Files;
using Plumbline.Import.Mapping;
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
            var parties = map.Parties.ToDictionary(p => p.Name!.ToLowerInvariant(), p => p.Component!);
            Assert.That(objects, Is.SupersetOf(parties.Values));
            foreach (var row in map.Connections.Where(r => r.Protocol != ConnectionProtocol.Logical.Word()))
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
        Assert.That(error, Does.Contain("001_6f4a0ac1476cf935.txt:18: error: row 1: destination-missing: the table has no destination column"));
        Assert.That(error, Does.Contain("001_6f4a0ac1476cf935.txt:17: error: no-destination-column: "));
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
    public void Documents_OfOneTitleInDifferentFiles_AreToldApartByTheirFiles()
    {
        var manifests = Parse(Run(Write("titles/eu.md", $"# Shop plan\n\n{Page("A", "B")}"), Write("titles/us.md", $"# Shop plan\n\n{Page("A", "B")}")).Output);

        Assert.That(manifests.Where(m => m["kind"]!.ToString() == "ConnectionMap").Select(m => m["metadata"]!["name"]!.ToString()), Is.EqualTo(new[] { "shop-plan", "shop-plan-us" }));
    }

    [Test]
    public void Files_InLargeNumbers_AreCountedOnTheWay()
    {
        for (var i = 0; i < 50; i++)
            Write($"many/page-{i}.md", Page("A", "B"));
        var lines = Run(Path.Combine(_folder, "many")).Error.Split('\n').Where(l => l.EndsWith(" of 50 files read", StringComparison.Ordinal)).ToList();

        Assert.That((lines[0], lines[^1], lines.Count), Is.EqualTo(("5 of 50 files read", "50 of 50 files read", 10)));
    }

    [Test]
    public void Files_ThatCannotBeImported_LeaveTheOthersAndExitOne()
    {
        var good = Write("mixed/good.md", Page("A", "B"));
        var (status, output, error) = Run(Path.Combine(_folder, "missing.txt"), Write("mixed/empty.txt", ""), good);

        Assert.That(status, Is.EqualTo(1));
        Assert.That(Parse(output).Count(m => m["kind"]!.ToString() == "ConnectionMap"), Is.EqualTo(1));
        Assert.That(error, Does.Contain("missing.txt:1: error: file-unreadable: ").And.Contain("empty.txt:1: error: empty-document: ").And.Contain("2 documents not imported"));
    }

    [TestCase("rows:\n- {row: \"1\", too: X}\n", ":2: error: completions-invalid: a row has no field 'too' (known: row, says, from, to,")]
    [TestCase("rows:\n- {to: X}\n", ":2: error: completions-invalid: a row needs 'row'")]
    [TestCase("rows:\n- row: \"1\"\n  ports: [80, 70000]\n", ":3: error: completions-invalid: ports '70000' of a row must be a number from 1 to 65535")]
    [TestCase("rows:\n- row: \"1\"\n  protocol: SCTP\n", ":3: error: completions-invalid: protocol 'SCTP' of a row is none of TCP, TLS, HTTP, HTTPS, UDP, Logical")]
    [TestCase("map: {name: Bad Name}\n", ":1: error: completions-invalid: name 'Bad Name' of map must be")]
    [TestCase("a: [b\nc", ":1: error: completions-invalid: not valid YAML: ")]
    [TestCase("map: [\n", ":2: error: completions-invalid: not valid YAML: ")]
    [TestCase("- a\n", ":1: error: completions-invalid: the file must be a mapping")]
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

    [Test]
    public void Folder_WithPagesOfOtherThings_ImportsTheDocumentsAndCountsTheRest()
    {
        Write("folder/a/shop.md", Page("A", "B"));
        Write("folder/b/deep/plan.csv", "Source,Destination,Protocol,Port\nC,D,TCP,90\n");
        Write("folder/readme.md", "# Readme\n\nNothing here.\n");
        Write("folder/logo.png", "x");
        Write("folder/a/shop.completions.yaml", "rows:\n- {row: \"1\", expect: Blocked}\n");
        var (status, output, error) = Run(Path.Combine(_folder, "folder"));

        Assert.That(status, Is.EqualTo(0));
        Assert.That(Parse(output).Where(m => m["kind"]!.ToString() == "ConnectionMap").Select(m => m["metadata"]!["name"]!.ToString()), Is.EqualTo(new[] { "shop", "plan" }));
        Assert.That(error, Does.EndWith("2 documents, 2 tables, 2 rows: 2 right, 0 to check, 0 to complete, 0 left out; 1 other file without a table of connections\n"));
    }

    [TestCase("glob/*.md", "one two")]
    [TestCase("glob/**/*.md", "one three two")]
    [TestCase("glob/sub/t*.md", "three")]
    [TestCase("glob/??o.md", "two")]
    public void Pattern_OfFiles_FindsThem(string pattern, string names)
    {
        Write("glob/one.md", Page("A", "B"));
        Write("glob/two.md", Page("A", "B"));
        Write("glob/sub/three.md", Page("A", "B"));
        var maps = Parse(Run(Path.Combine(_folder, pattern)).Output).Where(m => m["kind"]!.ToString() == "ConnectionMap").Select(m => m["metadata"]!["name"]!.ToString());

        Assert.That(string.Join(' ', maps), Is.EqualTo(names));
    }

    [Test]
    public void StandardInput_AsADocument_IsImported()
    {
        var outcome = DocumentImport.Run(new ImportRequest(["-"], [], []) { StandardInput = () => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Page("A", "B"))) });

        Assert.That(outcome.Maps.Single().Connections.Single().From, Is.EqualTo("A"));
    }

    [Test]
    public void Gaps_OfARow_StandTogetherAndAreSummedUpUntilTheyAreCompleted()
    {
        var page = Write("gaps/page.md", Page("A", "B") + "| 2 | A | C |  |  |\n");
        var (_, _, open) = Run(page);
        File.WriteAllText(CompletionsFile.PathFor(page), Run(page, "--output", "completions").Output.Replace("# protocol: TCP    #", "protocol: TCP #").Replace("# ports:", "ports:"));
        var (status, output, error) = Run(page, "--fail-on", "incomplete");

        Assert.That(open, Does.Contain("page.md:4: error: row 2: protocol-missing: ").And.Contain("page.md:4: error: row 2: port-missing: "));
        Assert.That(open, Does.EndWith($"1 document, 1 table, 2 rows: 1 right, 0 to check, 1 to complete, 0 left out\n  to complete: {page}:4: row 2: protocol, ports\n"));
        Assert.That(status, Is.EqualTo(0), error);
        Assert.That(error, Does.Not.Contain("port-missing").And.EndWith("2 right, 0 to check, 0 to complete, 0 left out; 2 gaps completed\n"));
        Assert.That(Parse(output)[^1]["spec"]!["connections"]![1]!["ports"]!.ToJsonString(), Is.EqualTo("[443]"));
    }

    [TestCase("incomplete", 3)]
    [TestCase("error", 3)]
    [TestCase("warning", 3)]
    [TestCase("never", 0)]
    public void FailOn_AnIncompleteRow_ExitsWithThree(string what, int status) =>
        Assert.That(Run(Write("fail/page.md", Page("A", "")), "--fail-on", what).Status, Is.EqualTo(status));

    [TestCase("incomplete", 0)]
    [TestCase("error", 0)]
    [TestCase("warning", 3)]
    public void FailOn_AWarningOnly_DependsOnWhatIsAskedFor(string what, int status) =>
        Assert.That(Run(Write("warn/page.md", Page("Internet", "B")), "--fail-on", what).Status, Is.EqualTo(status));

    [Test]
    public void Against_AnEarlierImport_SaysWhatBecameOfRowsAndObjects()
    {
        const string header = "| Source | Destination | Protocol | Port |\n|-|-|-|-|\n";
        var page = Write("against/page.md", $"# Web shop plan\n\n{header}| Shop | DB | TCP | 1 |\n| Shop | Old | TCP | 2 |\n| Shop | Cache | TCP | 3 |\n");
        var old = Write("against/old.yaml", Run(page).Output.Replace("shop--cache--tcp-3", "r3", StringComparison.Ordinal));
        File.WriteAllText(page, $"# New plan\n\n{header}| Shop | Mail | TCP | 9 |\n| Shop | Cache | TCP | 3 |\n| Shop | DB | TCP | 1 |\n");
        File.WriteAllText(CompletionsFile.PathFor(page), "rows:\n- {row: shop--db--tcp-1, expect: Blocked}\n");
        var error = Run(page, "--against", old).Error;

        Assert.That(error, Does.Contain(string.Join('\n', new[]
        {
            $"{page} against {old}: 1 came, 1 went, 1 changed, 1 renamed",
            "  + row shop--mail--tcp-9: Shop to Mail, TCP 9",
            "  = row r3 is now called shop--cache--tcp-3: Shop to Cache, TCP 3",
            "  ~ row shop--db--tcp-1: expect none -> 'Blocked'",
            "  - row shop--old--tcp-2: Shop to Old, TCP 2",
            $"{old}:1: warning: left-behind: ConnectionMap docs/web-shop-plan is left behind: its document is now another map; if nothing else needs it: kubectl delete connectionmap -n docs web-shop-plan",
            $"{old}:1: warning: left-behind: Component docs/old is left behind: no row of this import uses its names; if nothing else needs it: kubectl delete component -n docs old",
        })));
    }

    [TestCase("kind: [\n")]
    [TestCase(null)]
    public void Against_AFileThatCannotBeUsed_ImportsNothing(string? text)
    {
        var old = Path.Combine(_folder, "against-missing.yaml");
        if (text is not null)
            old = Write("against-broken.yaml", text);
        var (status, output, error) = Run(Write("against-broken/page.md", Page("A", "B")), "--against", old);

        Assert.That((status, output), Is.EqualTo((1, "")));
        Assert.That(error, Does.StartWith($"{old}:"));
    }

    [Test]
    public void Names_ThatArePlaces_AreBoundAndSaid()
    {
        var (_, output, error) = Run(Write("places/page.md", Page("Shop", "orders.data.svc.cluster.local") + "| 2 | Shop | 10.0.0.9 | TCP | 5432 |\n"));
        var components = Parse(output).Where(m => m["kind"]!.ToString() == "Component").ToList();

        Assert.That(components[1]["spec"]!["service"]!.ToJsonString(), Is.EqualTo("""{"namespace":"data","name":"orders"}"""));
        Assert.That(components[2]["spec"]!["external"]!.ToJsonString(), Is.EqualTo("""{"hosts":["10.0.0.9"]}"""));
        Assert.That(output, Does.Contain("# '10.0.0.9' is an address: bound to external/10.0.0.9\n"));
        Assert.That(error, Does.Contain("page.md:4: info: row 2: binding-from-name: '10.0.0.9' is an address: "));
    }

    [Test]
    public void Document_OverTheLimits_BecomesSeveralMapsWhoseRowsStay()
    {
        const string header = "| Source | Destination | Protocol | Port | Data |\n|-|-|-|-|-|\n";
        var rows = Enumerable.Range(1, 3000).Select(i => $"| Shop {i} | DB | TCP | 5432 | {new string('d', 1000)} |\n").ToList();
        var page = Write("large/large.md", header + string.Concat(rows));
        var before = MapOf(Run(page).Output);
        File.WriteAllText(page, header + string.Concat(rows.Skip(1).Prepend("| New | DB | TCP | 1 | d |\n")));
        var (status, output, error) = Run(page);
        var after = MapOf(output);

        Assert.That(status, Is.EqualTo(0));
        Assert.That(error, Does.Contain("map-split: the document has 3000 rows and about "));
        Assert.That((before.Count, before.Values.Distinct().Count()), Is.EqualTo((3000, 4)));
        Assert.That(after.Where(r => before.ContainsKey(r.Key)), Is.SubsetOf(before));
        Assert.That(after, Has.Count.EqualTo(3000));

        static Dictionary<string, string> MapOf(string yaml) => (
            from map in Parse(yaml)
            where map["kind"]!.ToString() == "ConnectionMap"
            from row in map["spec"]!["connections"]!.AsArray()
            select (Row: row!["id"]!.ToString(), Map: map["metadata"]!["name"]!.ToString())).ToDictionary(r => r.Row, r => r.Map);
    }

    [TestCase("page.md", "--nonsense")]
    [TestCase("--nonsense", "page.md")]
    [TestCase("page.md", "--columns", "Peer=nowhere")]
    [TestCase("page.md", "--encoding", "klingon-1")]
    [TestCase("page.md", "--fail-on", "everything")]
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

        Assert.That(output.ToString(), Does.Contain("Exit status: 0 all files were imported").And.Contain("1 some file").And.Contain("2 the command line").And.Contain("3 all were imported, and --fail-on"));
    }

    [Test]
    public void Issues_OfOneKindInALargeDocument_AreCappedWithTheirCount()
    {
        var rows = ImportIssueLines.MostPerCode + 40;
        var file = Write("large.md", "| Source | Destination | Port |\n|-|-|-|\n" + string.Concat(Enumerable.Range(1, rows).Select(i => $"| a{i} | b | |\n")));
        var (_, _, error) = Run(file);

        Assert.That(error.Split('\n').Count(l => l.Contains(": port-missing: ", StringComparison.Ordinal)), Is.EqualTo(ImportIssueLines.MostPerCode));
        Assert.That(error, Does.Contain($"large.md: 40 more issues 'port-missing' are not shown; --output json has all {rows}"));
        Assert.That(JsonNode.Parse(Run(file, "-o", "json").Output)!["documents"]![0]!["issues"]!.AsArray().Count(i => i!["code"]!.GetValue<string>() == "port-missing"), Is.EqualTo(rows));
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
