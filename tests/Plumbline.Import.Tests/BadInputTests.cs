using System.Text;
using Plumbline.Import.Mapping;

namespace Plumbline.Import.Tests;

public sealed class BadInputTests
{
    [TestCase("", DocumentIssueCode.EmptyDocument)]
    [TestCase(" \n\t\n", DocumentIssueCode.EmptyDocument)]
    [TestCase("%PDF-1.7 whatever", DocumentIssueCode.BinaryDocument)]
    [TestCase("PK\u0003\u0004....", DocumentIssueCode.BinaryDocument)]
    [TestCase("a\0b Source Destination", DocumentIssueCode.BinaryDocument)]
    [TestCase("Just prose about ports 80 and 443.\n", DocumentIssueCode.NoTable)]
    public void Document_ThatHoldsNoTable_SaysWhyAndWhatToDo(string text, DocumentIssueCode code)
    {
        var document = Text.Read(text);

        Assert.That(document.NothingImported);
        Assert.That(document.Issues.Single().Code, Is.EqualTo(code));
        Assert.That(document.Issues.Single().Message, Does.Contain("export").Or.Contain("save"));
    }

    [Test]
    public void Table_WithoutPortColumn_IsAnErrorAndKeepsItsRows()
    {
        var document = Text.Read("| Source | Destination | Protocol |\n|-|-|-|\n| A | B | TCP |\n");

        Assert.That(document.Issues.Single(i => i.Code == DocumentIssueCode.NoPortColumn).ToLine("docs/page.md"), Does.StartWith("docs/page.md:1: error: no-port-column: no column holds ports"));
        Assert.That((document.Rows[0].Source, document.Rows[0].UnverifiableReason), Is.EqualTo(("A", UnverifiableReasons.PortMissing)));
    }

    [Test]
    public void Table_WithoutRows_IsAnError() =>
        Assert.That(Text.Read("| Source | Destination | Protocol | Port |\n|-|-|-|-|\n").Codes(), Has.Member(DocumentIssueCode.EmptyTable));

    [Test]
    public void Bytes_OfAnEightBitEncoding_AreReadAndTheGuessIsToldWithItsLine()
    {
        byte[] bytes = [.. "| Source | Destination | Protocol | Port |\n|-|-|-|-|\n| Caf"u8, 0xE9, .. " | B | TCP | 80 |\n| C | D | TCP | 81 |\n"u8];
        var document = DocumentReader.Read("page.md", bytes);

        Assert.That(document.Rows.Select(r => r.Source), Is.EqualTo(new[] { "Café", "C" }));
        Assert.That(document.Issues.Single(i => i.Code == DocumentIssueCode.EncodingGuessed).Lines, Is.EqualTo(new[] { 3 }));
    }

    [Test]
    public void Bytes_ThatAreNotValidInTheNamedEncoding_AreAnErrorWithTheirLine()
    {
        byte[] bytes = [.. "| Source | Destination | Protocol | Port |\n|-|-|-|-|\n| Caf"u8, 0xE9, .. " | B | TCP | 80 |\n| C | D | TCP | 81 |\n"u8];
        var document = DocumentReader.Read("page.md", bytes, new DocumentReadOptions { Encoding = "utf-8" });

        Assert.That(document.Rows, Has.Count.EqualTo(2));
        var issue = document.Issues.Single(i => i.Code == DocumentIssueCode.InvalidEncoding);
        Assert.That((issue.Severity, issue.Lines), Is.EqualTo((DocumentIssueSeverity.Error, new[] { 3 })));
    }

    [Test]
    public void Zero_InOneCell_IsLeftOutAndItsLineNamed()
    {
        var document = Text.Read("| Source | Destination | Protocol | Port | Purpose |\n|-|-|-|-|-|\n" + string.Concat(Enumerable.Range(1, 20).Select(i => $"| A{i} | B | TCP | 80 | {(i == 3 ? "a\0b" : "ab")} |\n")));

        Assert.That(document.Rows, Has.Count.EqualTo(20));
        Assert.That(document.Issues.Single(i => i.Code == DocumentIssueCode.InvalidEncoding).Lines, Is.EqualTo(new[] { 5 }));
    }

    [TestCase("utf-8")]
    [TestCase("utf-16")]
    [TestCase("utf-16BE")]
    [TestCase("utf-32")]
    public void Encoding_WithByteOrderMark_IsRead(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        var document = DocumentReader.Read("page.md", [.. encoding.GetPreamble(), .. encoding.GetBytes("Source\tDestination\tProtocol\tPort\nA\tB\tTCP\t80\n")]);

        Assert.That(document.Rows.Single().Ports, Is.EqualTo(new[] { 80 }));
        Assert.That(document.Issues.Where(i => i.Severity != DocumentIssueSeverity.Info), Is.Empty);
    }

    [Test]
    public void Encoding_Utf16WithoutMark_IsRecognised() =>
        Assert.That(DocumentReader.Read("page.md", Encoding.Unicode.GetBytes("Source\tDestination\tProtocol\tPort\nA\tB\tTCP\t80\n")).Rows, Has.Count.EqualTo(1));

    [Test]
    public void Codes_AllOfThem_AreDistinctKebabWords()
    {
        var words = Enum.GetValues<DocumentIssueCode>().Select(c => c.Word()).ToList();

        Assert.That(words, Is.Unique.And.All.Match("^[a-z]+(-[a-z]+)*$"));
    }
}
