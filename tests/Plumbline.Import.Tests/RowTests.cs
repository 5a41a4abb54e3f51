namespace Plumbline.Import.Tests;

/// <summary>Which lines make a row.</summary>
public sealed class RowTests
{
    private const string Header = "Connection\tSource\tDestination\tProtocol\tPort\tClassification\tData\n";

    [Test]
    public void Continuation_AfterRepeatedHeader_BelongsToTheRowBefore()
    {
        var rows = Text.Read($"{Header}1\tPrometheus\tTenant\tHTTP\t15000\tIngress\tTenant\n\n{Header}\t\tService\t\t\t\tgives metrics.\n2\tA\tB\tTCP\t80\tEgress\tx\n").Rows;

        Assert.That((rows[0].Destination, rows[0].Description), Is.EqualTo(("Tenant Service", "Tenant gives metrics.")));
        Assert.That(rows[0].Lines, Is.EqualTo(new[] { 2, 5 }));
        Assert.That(rows[0].Warnings.Single(w => w.Code == DocumentIssueCode.PageBreakInsideRow).Lines, Is.EqualTo(new[] { 2, 3, 4, 5 }));
        Assert.That(rows, Has.Count.EqualTo(2));
    }

    [Test]
    public void LinesBeforeNumber_RowAboveComplete_BelongToTheRowBelowAndBothAreReported()
    {
        var rows = Text.Read($"{Header}1\tA\tB\tTCP\t80\tEgress\tDone.\n\tWindows\t\t\t\t\tThe tool\n2\tJump\tC\tTCP\t81\tEgress\t(optional).\n").Rows;

        Assert.That((rows[1].Source, rows[1].Description), Is.EqualTo(("Windows Jump", "The tool (optional).")));
        Assert.That(rows.Select(r => r.Codes().Contains(DocumentIssueCode.ContinuationBeforeNumber)), Is.All.True);
    }

    [Test]
    public void LinesBeforeNumber_RowAboveStopsInASentence_BelongToTheRowAbove()
    {
        var rows = Text.Read($"{Header}1\tA\tB\tTCP\t80\tEgress\tSends data to\n\t\t\t\t\t\tthe other side.\n2\tC\tD\tTCP\t81\tEgress\tMore.\n").Rows;

        Assert.That(rows[0].Description, Is.EqualTo("Sends data to the other side."));
        Assert.That(rows[1].Description, Is.EqualTo("More."));
    }

    [Test]
    public void LinesBeforeNumber_NothingTellsWhose_BelongToNeitherAndAreAnError()
    {
        var rows = Text.Read($"{Header}1\tA\tB\tTCP\t80\tEgress\tMetrics\n\tNew\tName\t\t\t\t\n2\tC\tD\tTCP\t81\tEgress\tLogs\n").Rows;

        Assert.That((rows[0].Source, rows[1].Source), Is.EqualTo(("A", "C")));
        Assert.That(rows.SelectMany(r => r.Warnings).Where(w => w.Code == DocumentIssueCode.ContinuationBeforeNumber).Select(w => w.Severity), Is.All.EqualTo(DocumentIssueSeverity.Error).And.Exactly(2).Items);
    }

    [Test]
    public void Number_MissingInACompleteRow_IsARowOfItsOwn()
    {
        var rows = Text.Read($"{Header}1\tA\tB\tTCP\t80\tEgress\tx\n\tC\tD\tTCP\t81\tEgress\ty\n").Rows;

        Assert.That(rows.Select(r => r.Id), Is.EqualTo(new[] { "1", "c--d--tcp-81" }));
    }

    [Test]
    public void Number_Repeated_KeepsBothRowsAndWarns()
    {
        var rows = Text.Read($"{Header}1\tA\tB\tTCP\t80\tEgress\tx\n1\tC\tD\tTCP\t81\tEgress\ty\n1\tE\tF\tTCP\t82\tEgress\tz\n").Rows;

        Assert.That(rows.Select(r => (r.Number, r.Id)), Is.EqualTo(new[] { ("1", "1"), ("1", "1-2"), ("1", "1-3") }));
        Assert.That(rows.Skip(1).Select(r => r.Codes()), Has.All.Member(DocumentIssueCode.DuplicateRowNumber));
    }

    [Test]
    public void Number_LeftOut_IsReported()
    {
        var document = Text.Read($"{Header}1\tA\tB\tTCP\t80\tEgress\tx\n2\tC\tD\tTCP\t81\tEgress\ty\n4\tE\tF\tTCP\t82\tEgress\tz\n");

        Assert.That(document.Issues.Single(i => i.Code == DocumentIssueCode.RowNumberGap).Message, Does.StartWith("the table has no row 3;"));
    }

    [Test]
    public void NumberedLine_WithoutCells_IsListedWithoutValuesAndIsAnError()
    {
        var rows = Text.Read($"{Header}1\tA\tB\tTCP\t80\tEgress\tx\n2 everything in one cell\n3\tE\tF\tTCP\t82\tEgress\tz\n").Rows;

        Assert.That(rows.Select(r => r.Id), Is.EqualTo(new[] { "1", "2", "3" }));
        Assert.That((rows[1].Source, rows[1].Verifiable), Is.EqualTo(((string?)null, false)));
        Assert.That(rows[1].Warnings.Single(w => w.Code == DocumentIssueCode.RowUnreadable).Message, Does.Contain("everything in one cell"));
    }

    [Test]
    public void Footer_UnderTheTable_IsNoPartOfTheLastRow()
    {
        var document = Text.Read("Source Destination Protocol Port Classification Data\nAlpha Beta TCP 80 Egress Last.\nComments or questions about this documentation? Contact us for support!\n");

        Assert.That(document.Rows.Single().Description, Is.EqualTo("Last."));
        Assert.That(document.Issues.Single(i => i.Code == DocumentIssueCode.PageFooter).Lines, Is.EqualTo(new[] { 3 }));
    }

    [Test]
    public void Bullets_AfterASpacedRow_JoinItsDescription()
    {
        var row = Text.Read("Connection Source Destination Protocol Port Classification Data\n1 Web Store TCP 80 Egress Saves:\n  • one\n  • two\nThe port is configurable.\n").Rows.Single();

        Assert.That(row.Description, Is.EqualTo("Saves: one; two. The port is configurable."));
        Assert.That(row.Warnings.Single(w => w.Code == DocumentIssueCode.PortConfigurable).Lines, Is.EqualTo(new[] { 5 }));
    }

    [Test]
    public void SpacedRow_NamesRunOverTheLine_AreJoinedUpToTheProtocol()
    {
        var rows = Text.Read("Connection Source Destination Protocol Port Classification Data\n1 Web Server Long Name of a\nService TCP 80 Egress x\n2 Web Server Store TCP 81 Egress y\n").Rows;

        Assert.That((rows[0].Source, rows[0].Destination), Is.EqualTo(("Web Server", "Long Name of a Service")));
        Assert.That(rows, Has.Count.EqualTo(2));
    }

    [Test]
    public void SpacedRow_WithoutProtocol_IsImportedWithAnError()
    {
        var rows = Text.Read("Connection Source Destination Protocol Port Classification Data\n1 RM Nexus TCP 443 Egress x\n2 MCP Nexus 443 Egress y\n").Rows;

        Assert.That((rows[1].Source, rows[1].Destination, rows[1].Protocol), Is.EqualTo(("MCP", "Nexus", (string?)null)));
        Assert.That(rows[1].Codes(), Has.Member(DocumentIssueCode.ProtocolMissing));
    }

    [Test]
    public void SpacedNames_WithoutAnySupport_AreNotSplitByGuess()
    {
        var row = Text.Read("Connection Source Destination Protocol Port Classification Data\n1 Red Green Blue TCP 80 Egress x\n").Rows.Single();

        Assert.That((row.Source, row.Destination), Is.EqualTo(((string?)null, (string?)null)));
        Assert.That(row.Warnings.Single(w => w.Code == DocumentIssueCode.SplitFailed).Message, Does.Contain("Red Green Blue"));
    }

    [Test]
    public void EndOfFile_InsideTheRow_GivesNoHalfPort()
    {
        var row = Text.Read("| Source | Destination | Protocol | Port |\n|-|-|-|-|\n| A | B | TCP | 8").Rows.Single();

        Assert.That((row.Ports, row.PortText), Is.EqualTo((Array.Empty<int>(), "8")));
        Assert.That(row.Codes(), Is.EqualTo(new[] { DocumentIssueCode.TruncatedRow }));
    }

    [Test]
    public void ExtraCell_Filled_JoinsTheDescription()
    {
        var row = Text.Row($"{Header}1\tA\tB\tTCP\t80\tEgress\tcampaign control t\tthroug\n");

        Assert.That(row.Description, Is.EqualTo("campaign control t throug"));
        Assert.That(row.Codes(), Is.EqualTo(new[] { DocumentIssueCode.ExtraCell, DocumentIssueCode.TruncatedText }));
    }

    [Test]
    public void Cells_WithOneTrailingEmptyOne_MeanNothing() =>
        Assert.That(Text.Row($"{Header}1\tA\tB\tTCP\t80\tEgress\tx\t\n").Warnings, Is.Empty);
}
