using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Plumbline.Testing;

namespace Plumbline.Import.Tests;

/// <summary>What holds for any bytes at all.</summary>
public sealed class ReaderProperties
{
    private static readonly byte[][] Seeds = [.. Directory.GetFiles(Repository.PathOf("seeds"), "*.txt").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    private static readonly (string Name, byte[] Content)[] Samples =
        [.. Directory.GetFiles(Repository.PathOf("tests", "cases", "import")).Where(f => !f.EndsWith(".expected.json", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(f => (Path.GetFileName(f), File.ReadAllBytes(f)))];

    private static readonly string[] Words =
    [
        "Connection", "Source", "Destination", "Protocol", "Port", "Classification", "Data", "TCP", "HTTPS", "8080", "9092/9093", "1", "2", "3", "Egress", "|", "\t", "\n", "\n\n", ",", ";", "---|---",
        "\"", "(", ")", "*", "[^1]", "<table><tr><td>", "</td>", "`", "-", "Tenant Service", "ТСР", "\r", "#", "• ", ". ",
    ];

    [Test]
    public void Reader_AnyBytes_NeverThrowsAndAlwaysAnswers() =>
        Prop.ForAll<byte[]>(bytes => IsSound(DocumentReader.Read("any", bytes))).QuickCheckThrowOnFailure();

    [Test]
    public void Reader_WordsOfTablesInAnyOrder_NeverThrows() =>
        Prop.ForAll(Gen.Elements(Words).ListOf().Select(words => string.Join(' ', words)).ToArbitrary(), text => IsSound(DocumentReader.Read("any", Encoding.UTF8.GetBytes(text))))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(400).WithEndSize(120));

    [Test]
    public void Reader_MutatedSeed_NeverThrowsAndNamesRealLines() =>
        Prop.ForAll(Mutations().ToArbitrary(), bytes => IsSound(DocumentReader.Read("seed", bytes)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Test]
    public void Reader_MutatedSampleOfAnyForm_NeverThrowsAndNamesRealLines() =>
        Prop.ForAll(SampleMutations().ToArbitrary(), mutated => IsSound(DocumentReader.Read(mutated.Name, mutated.Content)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(600));

    [Test]
    public void Reader_SampleWithARowTwice_HasARowMoreOrSaysSo() =>
        Prop.ForAll(Gen.Elements(Samples.Where(s => s.Name.EndsWith(".md", StringComparison.Ordinal) || s.Name.EndsWith(".csv", StringComparison.Ordinal)).ToArray()).ToArbitrary(), sample =>
        {
            var before = DocumentReader.Read(sample.Name, sample.Content);
            if (before.Rows.Count == 0 || !System.Text.Unicode.Utf8.IsValid(sample.Content))
                return true;
            var lines = Lines(sample.Content).ToList();
            var last = before.Rows[^1];
            lines.InsertRange(last.Lines[^1], last.Lines.Select(l => lines[l - 1]));
            var after = DocumentReader.Read(sample.Name, Encoding.UTF8.GetBytes(string.Join('\n', lines)));
            return after.Rows.Count > before.Rows.Count || after.Issues.Count > before.Issues.Count;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Test]
    public void Reader_SeedWithLinesRemoved_ListsEveryNumberedLineThatIsLeft() =>
        Prop.ForAll(Gen.Choose(0, Seeds.Length - 1).SelectMany(seed => Gen.Choose(0, int.MaxValue).Select(random => (seed, random))).ToArbitrary(), pick =>
        {
            var original = DocumentReader.Read("seed", Seeds[pick.seed]);
            var numbered = original.Rows.ToDictionary(r => NumberLine(Seeds[pick.seed], r), r => r.Number!);
            var removed = numbered.Keys.Where(line => ((pick.random >> (line % 30)) & 1) == 1).ToHashSet();
            var lines = Lines(Seeds[pick.seed]);
            var kept = Enumerable.Range(1, lines.Length).Where(l => !removed.Contains(l)).Select(l => lines[l - 1]);
            var read = DocumentReader.Read("seed", Encoding.UTF8.GetBytes(string.Join('\n', kept) + "\n"));
            return numbered.Where(n => !removed.Contains(n.Key)).Select(n => n.Value).All(number => read.Rows.Any(r => r.Number == number));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    [Test]
    public void Reader_SeedReadTwice_SaysTheSame()
    {
        var first = Seeds.Select(Json).ToList();
        var second = Seeds.Select(Json).ToList();

        Assert.That(second, Is.EqualTo(first));
    }

    private static bool IsSound(ImportedDocument document) =>
        document.Rows.Select(r => r.Id).Distinct().Count() == document.Rows.Count
        && document.Rows.All(r => r.Ports.All(p => p is >= 1 and <= 65535) && r.PortRanges.All(p => p.From >= 1 && p.To <= 65535 && p.From < p.To) && r.Lines.All(l => l >= 1))
        && document.Rows.All(r => r.Verifiable == (r.UnverifiableReason is null))
        && (document.Rows.Count > 0 || document.Issues.Any(i => i.Severity == DocumentIssueSeverity.Error))
        && document.Issues.All(i => i.Message.Length > 0);

    private static Gen<byte[]> Mutations() =>
        from seed in Gen.Elements(Seeds)
        from edits in Gen.Choose(0, seed.Length - 1).Two().Two().ListOf()
        select Mutate(seed, edits);

    private static Gen<(string Name, byte[] Content)> SampleMutations() =>
        from sample in Gen.Elements(Samples)
        from edits in Gen.Choose(0, sample.Content.Length - 1).Two().Two().ListOf()
        select (sample.Name, Mutate(sample.Content, edits));

    private static byte[] Mutate(byte[] seed, IEnumerable<((int At, int With) Edit, (int Kind, int Length) How)> edits)
    {
        var bytes = seed.ToList();
        foreach (var ((at, with), (kind, length)) in edits.Take(12))
        {
            if (bytes.Count == 0)
                break;
            var place = at % bytes.Count;
            switch (kind % 4)
            {
                case 0:
                    bytes[place] = seed[with];
                    break;
                case 1:
                    bytes.RemoveRange(place, Math.Min(length % 40, bytes.Count - place));
                    break;
                case 2:
                    bytes.InsertRange(place, seed.Skip(with).Take(length % 40));
                    break;
                default:
                    bytes[place] = (byte)with;
                    break;
            }
        }

        return [.. bytes];
    }

    private static string[] Lines(byte[] seed) => Encoding.UTF8.GetString(seed).Split('\n');

    /// <summary>The line that begins with the row's number; a row's first line need not.</summary>
    private static int NumberLine(byte[] seed, DocumentedRow row)
    {
        var lines = Lines(seed);
        return row.Lines.First(l => lines[l - 1].StartsWith(row.Number!, StringComparison.Ordinal));
    }

    private static string Json(byte[] seed)
    {
        using var buffer = new MemoryStream();
        DocumentJson.Write(buffer, [DocumentReader.Read("seed", seed)]);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
