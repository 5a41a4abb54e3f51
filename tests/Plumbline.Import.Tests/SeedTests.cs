using System.Text;
using System.Text.Json;
using Plumbline.Testing;

namespace Plumbline.Import.Tests;

/// <summary>The five documents in <c>seeds/</c> against what a person read in them, row by row (<c>tests/cases/import-*</c>).</summary>
public sealed class SeedTests
{
    private static readonly string[] Seeds = ["000_83510976894ebaee", "001_6f4a0ac1476cf935", "002_a883e26d4cf19f6e", "003_fb86ce7e329edc99", "004_cbfbc342d01a5168"];

    /// <summary>What a reader adds for the engineer; an importer never states it.</summary>
    private static readonly string[] NotImported =
    [
        "warnings", "notes", "needs", "alsoAccept", "suggestedDestination", "suggestionEvidence", "sourceName", "sourceKindHint", "descriptionHuman", "descriptionRaw", "partialCheck",
        "destinationName",
    ];

    /// <summary>Doubts that the expected files leave to the importer: names without a delimiter, and the row above a row whose first lines stand before its number.</summary>
    private static readonly string[] AlsoReported =
    [
        "002_a883e26d4cf19f6e 1 split-guessed", "002_a883e26d4cf19f6e 5 split-guessed", "003_fb86ce7e329edc99 1 continuation-before-number",
    ];

    [TestCaseSource(nameof(Seeds))]
    public void Seed_EveryRow_HasTheExpectedFacts(string seed)
    {
        var (expected, actual) = Load(seed);
        var differences = new List<string>();
        var rows = actual.GetProperty("connections").EnumerateArray().ToDictionary(r => r.GetProperty("number").GetInt32());
        foreach (var row in expected.GetProperty("connections").EnumerateArray())
        {
            var number = row.GetProperty("number").GetInt32();
            foreach (var field in row.EnumerateObject().Where(f => !NotImported.Contains(f.Name)))
            {
                var read = rows[number].GetProperty(field.Name);
                if (!Same(field.Name, field.Value, read) && !IsAccepted(row, field.Name, read))
                    differences.Add($"row {number} {field.Name}: expected {field.Value}, read {read}");
            }
        }

        Assert.That(differences, Is.Empty);
        Assert.That(rows, Has.Count.EqualTo(expected.GetProperty("connections").GetArrayLength()));
    }

    [TestCaseSource(nameof(Seeds))]
    public void Seed_EveryRequiredIssue_IsReportedWithItsRowAndLines(string seed)
    {
        var (expected, actual) = Load(seed);
        var reported = actual.GetProperty("issues").EnumerateArray().Select(i => Describe(i, i.GetProperty("row").ToString())).ToList();
        var required = new List<string>();
        foreach (var row in expected.GetProperty("connections").EnumerateArray())
            required.AddRange(Required(row.GetProperty("warnings")).Select(w => Describe(w, row.GetProperty("number").ToString())));
        required.AddRange(Required(expected.GetProperty("documentWarnings")).Select(w => Describe(w, "")));

        Assert.That(required.Except(reported), Is.Empty);
    }

    [TestCaseSource(nameof(Seeds))]
    public void Seed_EveryWarningAndError_IsExpected(string seed)
    {
        var (expected, actual) = Load(seed);
        var known = expected.GetProperty("connections").EnumerateArray()
            .SelectMany(row => row.GetProperty("warnings").EnumerateArray().Select(w => $"{seed} {row.GetProperty("number")} {w.GetProperty("code")}"))
            .Concat(AlsoReported);
        var reported = actual.GetProperty("connections").EnumerateArray()
            .SelectMany(row => row.GetProperty("warnings").EnumerateArray().Where(w => w.GetProperty("severity").GetString() != "info").Select(w => $"{seed} {row.GetProperty("number")} {w.GetProperty("code")}"));

        Assert.That(reported.Except(known), Is.Empty);
    }

    [TestCase("000_83510976894ebaee", "Tenant Service Private Edition Guide - Architecture")]
    [TestCase("001_6f4a0ac1476cf935", "Genesys Pulse Private Edition Guide - Architecture")]
    [TestCase("002_a883e26d4cf19f6e", "Architecture")]
    [TestCase("003_fb86ce7e329edc99", "Genesys Customer Experience Insights Private Edition Guide - Architecture")]
    [TestCase("004_cbfbc342d01a5168", "Architecture - Reporting Server")]
    public void Seed_Title_IsTheManualAndThePage(string seed, string title) =>
        Assert.That(Import(seed).Document.Title, Is.EqualTo(title));

    [Test]
    public void Seeds_Together_HaveEightyNineRows() =>
        Assert.That(Seeds.Sum(seed => Import(seed).Rows.Count), Is.EqualTo(89));

    [TestCaseSource(nameof(Seeds))]
    public void Seed_NextToItsOriginal_IsTheSameByteForByte(string seed)
    {
        var original = Repository.PathOf("..", "shared", "seeds", $"{seed}.txt");
        if (!File.Exists(original))
            Assert.Ignore("the originals are not beside this checkout");

        Assert.That(File.ReadAllBytes(Repository.PathOf("seeds", $"{seed}.txt")), Is.EqualTo(File.ReadAllBytes(original)));
    }

    private static ImportedDocument Import(string seed) => DocumentReader.Read($"{seed}.txt", File.ReadAllBytes(Repository.PathOf("seeds", $"{seed}.txt")));

    private static (JsonElement Expected, JsonElement Actual) Load(string seed)
    {
        using var buffer = new MemoryStream();
        DocumentJson.Write(buffer, [Import(seed)]);
        return (
            JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("tests", "cases", $"import-{seed}", "expected.json"))).RootElement,
            JsonDocument.Parse(buffer.ToArray()).RootElement.GetProperty("documents")[0]);
    }

    private static IEnumerable<JsonElement> Required(JsonElement warnings) => warnings.EnumerateArray().Where(w => w.GetProperty("must").GetBoolean());

    private static string Describe(JsonElement issue, string row) =>
        $"row {row} lines {string.Join(',', issue.GetProperty("lines").EnumerateArray())}: {issue.GetProperty("severity")} {issue.GetProperty("code")}";

    private static bool Same(string field, JsonElement expected, JsonElement read) =>
        field == "description" ? Fold(expected.GetString()) == Fold(read.GetString()) : JsonElement.DeepEquals(expected, read);

    private static bool IsAccepted(JsonElement row, string field, JsonElement read) =>
        row.TryGetProperty("alsoAccept", out var accepted) && accepted.TryGetProperty(field, out var values) && values.EnumerateArray().Any(v => JsonElement.DeepEquals(v, read));

    /// <summary>White space, case and the hyphen of a broken line mean nothing.</summary>
    private static string Fold(string? text)
    {
        var folded = new StringBuilder(string.Join(' ', (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant());
        return folded.Replace("- ", "-").ToString();
    }
}
