using System.IO.Compression;
using static Plumbline.Import.Tests.Workbook;

namespace Plumbline.Import.Tests;

public sealed class SpreadsheetTests
{
    private static readonly string Titles = Row(1, "Source", "Destination", "Protocol", "Port", "Since");

    [Test]
    public void Workbook_NumbersFormulasAndDates_AreReadAsTheSheetShowsThem()
    {
        var document = Read(new Sheet("Flows", [Titles, Row(2, "gate", "shelf", "TCP", "7443", "@45000"), Row(3, "gate", "lift", "TCP", "=7100", "")]));

        Assert.That(document.Rows.Select(r => (r.Source, r.Destination, r.Ports[0], r.Line)), Is.EqualTo(new[] { ("gate", "shelf", 7443, 2), ("gate", "lift", 7100, 3) }));
        Assert.That(document.Rows.SelectMany(r => r.Ports), Has.None.EqualTo(45000));
    }

    [Test]
    public void Workbook_CellMergedOverRows_StandsInEachOfThem()
    {
        var document = Read(new Sheet("Flows", [Titles, Row(2, "gate", "shelf", "TCP", "7443"), Row(3, "", "lift", "TCP", "7100")], Merged: "A2:A3"));

        Assert.That(document.Rows.Select(r => r.Source), Is.EqualTo(new[] { "gate", "gate" }));
    }

    [Test]
    public void Workbook_SeveralSheets_AreReadWithLinesCountedThrough()
    {
        var document = Read(new Sheet("Gates", [Titles, Row(2, "gate", "shelf", "TCP", "7443")]), new Sheet("Lifts", [Titles, Row(2, "lift", "shelf", "UDP", "7946")]));

        Assert.That(document.Rows.Select(r => (r.Source, r.Line)), Is.EqualTo(new[] { ("gate", 2), ("lift", 4) }));
    }

    [Test]
    public void Workbook_HiddenSheetAndRow_AreLeftOutAndSaid()
    {
        var document = Read(
            new Sheet("Flows", [Titles, Row(2, "gate", "shelf", "TCP", "7443"), Row(3, hidden: true, "gate", "lift", "TCP", "7100")]),
            new Sheet("Old", [Titles, Row(2, "gate", "attic", "TCP", "7000")], Hidden: true));

        Assert.That(document.Rows.Select(r => r.Destination), Is.EqualTo(new[] { "shelf" }));
        Assert.That(document.Issues.Where(i => i.Code == DocumentIssueCode.RowHidden).Select(i => i.Message), Has.Exactly(1).Contains("row 3 of sheet 'Flows'").And.Exactly(1).Contains("sheet 'Old' is hidden"));
    }

    [Test]
    public void Workbook_CutAnywhere_IsAnErrorAndNeverThrows()
    {
        var whole = Of(new Sheet("Flows", [Titles, Row(2, "gate", "shelf", "TCP", "7443")]));
        for (var length = 4; length < whole.Length; length += 37)
        {
            var document = DocumentReader.Read("flows.xlsx", whole[..length]);
            Assert.That(document.Rows.Count > 0 || document.Issues.Any(i => i.Severity == DocumentIssueSeverity.Error), $"the first {length} bytes");
        }
    }

    [Test]
    public void Workbook_ThatUnpacksToMoreThanTheLimit_IsRefused()
    {
        using var buffer = new MemoryStream();
        using (var archive = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry("xl/workbook.xml", CompressionLevel.Fastest).Open();
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 520; i++)
                entry.Write(zeros);
        }

        var document = DocumentReader.Read("bomb.xlsx", buffer.ToArray());

        Assert.That(document.Rows, Is.Empty);
        Assert.That(document.Issues.Select(i => i.Code), Has.Member(DocumentIssueCode.DocumentTooLarge));
    }

    private static ImportedDocument Read(params IReadOnlyList<Sheet> sheets)
    {
        var document = DocumentReader.Read("flows.xlsx", Of(sheets));
        Assert.That(document.Issues.Select(i => i.Code), Has.None.EqualTo(DocumentIssueCode.BinaryDocument), string.Join('\n', document.Issues.Select(i => i.Message)));
        return document;
    }
}
