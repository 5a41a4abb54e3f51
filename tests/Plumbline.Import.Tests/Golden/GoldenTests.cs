using System.Text.Json;
using Plumbline.Testing;

namespace Plumbline.Import.Tests.Golden;

/// <summary>
/// Every <c>NAME.expected.json</c> in <c>tests/cases/import</c>: each row of the document is there with its facts, or what is missing is said by a warning about that very field at that row;
/// nothing is lost, nothing made up.
/// </summary>
public sealed class GoldenTests
{
    /// <summary>The cells ran together in the text: no reader can tell "ShopOrders DB" apart. Their rows are listed and reported.</summary>
    private static readonly string[] OnlyReported = ["k17-glued-txt"];

    private static IEnumerable<string> Samples() =>
        Directory.GetFiles(Repository.PathOf("tests", "cases", "import"), "*.expected.json").Select(f => Path.GetFileName(f)[..^".expected.json".Length]).Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Samples))]
    public void Sample_EveryRow_IsRightOrReported(string sample)
    {
        var score = Score(sample);

        Assert.Multiple(() =>
        {
            Assert.That(score.Lost, Is.Empty, "rows that are not there");
            Assert.That(score.Invented, Is.Empty, "rows that the document does not have");
            Assert.That(score.Silent, Is.Empty, "values that are wrong without a word");
            if (!OnlyReported.Contains(sample))
                Assert.That(score.Reported, Is.Empty, "values that are missing, and said so");
        });
    }

    [TestCaseSource(nameof(Samples))]
    public void Sample_WarningsThatMustBeGiven_AreGiven(string sample) =>
        Assert.That(Score(sample).MissingWarnings, Is.Empty);

    private static StrictScore Score(string sample)
    {
        var expected = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("tests", "cases", "import", $"{sample}.expected.json"))).RootElement;
        var file = expected.GetProperty("document").GetProperty("sourceFile").GetString()!;
        using var buffer = new MemoryStream();
        DocumentJson.Write(buffer, [DocumentReader.Read(file, File.ReadAllBytes(Repository.PathOf("tests", "cases", "import", file)))]);
        return StrictScore.Of(expected, JsonDocument.Parse(buffer.ToArray()).RootElement.GetProperty("documents")[0]);
    }
}
