namespace Plumbline.Import.Tests;

/// <summary>The same connection in every layout that documents come in.</summary>
public sealed class LayoutTests
{
    private static readonly (string Layout, string Text)[] Documents =
    [
        ("tabs", "Connection\tSource\tDestination\tProtocol\tPort\tClassification\tDescription\n7\tWeb Server\tUser Database\tTCP\t5432\tEgress\tReads users.\n"),
        ("tabs, CR LF", "Connection\tSource\tDestination\tProtocol\tPort\tClassification\tDescription\r\n7\tWeb Server\tUser Database\tTCP\t5432\tEgress\tReads users.\r\n"),
        ("pipes", "Connection | Source | Destination | Protocol | Port | Classification | Description\n7 | Web Server | User Database | TCP | 5432 | Egress | Reads users.\n"),
        ("Markdown with outer pipes", "| # | Source | Destination | Protocol | Port | Classification | Description |\n|:--|---|---|---|--:|---|---|\n| 7 | **Web Server** | [User Database](db.md) | `TCP` | 5432 | Egress | Reads users. |\n"),
        ("grid", "+---+---+---+---+---+---+---+\n| No. | From | To | Protocol | Port | Direction | Purpose |\n+===+===+---+---+---+---+---+\n| 7 | Web Server | User Database | TCP | 5432 | Egress | Reads users. |\n+---+---+---+---+---+---+---+\n"),
        ("CSV", "Connection,Source,Destination,Protocol,Port,Classification,Description\n7,Web Server,\"User Database\",TCP,5432,Egress,Reads users.\n"),
        ("CSV with semicolons", "Connection;Source;Destination;Protocol;Port;Classification;Description\n7;Web Server;User Database;TCP;5432;Egress;Reads users.\n"),
        ("HTML", "<html><body><h1>Page</h1><table><tr><th>Connection<th>Source<th>Destination<th>Protocol<th>Port<th>Classification<th>Description</tr>\n<tr><td>7</td><td>Web&nbsp;Server</td><td><a href='x'>User Database</a></td><td>TCP</td><td>5432</td><td>Egress</td><td>Reads<br/>users.</td></tr></table></body></html>\n"),
        ("fixed places", "No   Source       Destination     Protocol   Port   Classification   Description\n7    Web Server   User Database   TCP        5432   Egress           Reads users.\n"),
        ("single blanks", "Connection Source Destination Protocol Port Classification Description\n7 Web Server User Database TCP 5432 Egress Reads users.\n8 Web Server Cache TCP 6379 Egress Reads sessions.\n"),
        ("single blanks, glued header", "ConnectionSourceDestinationProtocolPortClassificationDescription\n7 Web Server User Database TCP 5432 Egress Reads users.\n8 Web Server Cache TCP 6379 Egress Reads sessions.\n"),
        ("single blanks, split header", "Connection\n\nSource Destination Protocol\n\nPort Classification Description\n7 Web Server User Database TCP 5432 Egress Reads users.\n8 Web Server Cache TCP 6379 Egress Reads sessions.\n"),
    ];

    [TestCaseSource(nameof(Documents))]
    public void Layout_OneConnection_IsReadWithItsLine((string Layout, string Text) document)
    {
        var row = Text.Read(document.Text).Rows[0];

        Assert.Multiple(() =>
        {
            Assert.That(row.Number, Is.EqualTo("7"));
            Assert.That(row.Source, Is.EqualTo("Web Server"));
            Assert.That(row.Destination, Is.EqualTo("User Database"));
            Assert.That(row.Protocol, Is.EqualTo("TCP"));
            Assert.That(row.Ports, Is.EqualTo(new[] { 5432 }));
            Assert.That(row.Classification, Is.EqualTo("Egress"));
            Assert.That(row.Description, Is.EqualTo("Reads users."));
            Assert.That(row.Verifiable);
            Assert.That(row.Warnings.Where(w => w.Severity == DocumentIssueSeverity.Error), Is.Empty);
            var lines = document.Text.Split('\n');
            Assert.That(lines[row.Line - 1], Does.Contain("5432"));
        });
    }

    [Test]
    public void Header_WrappedOverTwoLinesOfCells_IsOneHeader()
    {
        var row = Text.Row("Connection\tSource\tDestination\tProtocol\tPort\tData that travels\n\t\t\t\t\ton this connection\n1\tA\tB\tTCP\t80\tx\n");

        Assert.That(row.Description, Is.EqualTo("x"));
        Assert.That(row.Codes(), Has.None.EqualTo(DocumentIssueCode.ContinuationBeforeNumber));
    }

    [Test]
    public void Tables_WithDifferentColumnsInOneDocument_AreAllRead()
    {
        var rows = Text.Read("| # | Source | Destination | Protocol | Port |\n|-|-|-|-|-|\n| 1 | A | B | TCP | 80 |\n\nText.\n\n| From | To | Port | Protocol |\n|-|-|-|-|\n| C | D | 90 | UDP |\n").Rows;

        Assert.That(rows.Select(r => $"{r.Id} {r.Source} {r.Destination} {r.Ports[0]} {r.Transport}"), Is.EqualTo(new[] { "1 A B 80 Tcp", "c--d--udp-90 C D 90 Udp" }));
    }

    [Test]
    public void Table_OfSomethingElse_IsLeftOut()
    {
        var document = Text.Read("| Name | Type | Value |\n|-|-|-|\n| a | CNAME | b |\n\n| Source | Destination | Protocol | Port |\n|-|-|-|-|\n| A | B | TCP | 80 |\n");

        Assert.That(document.Rows.Single().Line, Is.EqualTo(7));
    }

    [Test]
    public void Heading_AboveInboundPortsWithoutDestination_IsTheDestinationToConfirm()
    {
        var row = Text.Row("## Control plane\n\n| Protocol | Direction | Port Range | Purpose | Used By |\n|-|-|-|-|-|\n| TCP | Inbound | 6443 | API | Workers |\n");

        Assert.That((row.Source, row.Destination, row.DestinationOrigin), Is.EqualTo(("Workers", "Control plane", DestinationOrigin.Heading)));
        Assert.That(row.Codes(), Has.Member(DocumentIssueCode.DestinationFromHeading));
    }

    [Test]
    public void Column_ThatListsWhatListens_IsTheDestination()
    {
        var document = Text.Read("| Component | Port | Protocol | Description |\n|-|-|-|-|\n| Broker | 9092 | TCP | Clients |\n");

        Assert.That((document.Rows[0].Source, document.Rows[0].Destination), Is.EqualTo(((string?)null, "Broker")));
        Assert.That(document.Codes(), Is.SupersetOf(new[] { DocumentIssueCode.NoSourceColumn, DocumentIssueCode.SourceMissing }));
    }

    [Test]
    public void Html_CellThatSpansRows_StandsInEachOfThem()
    {
        var rows = Text.Read("<table><tr><th>Source</th><th>Destination</th><th>Protocol</th><th>Port</th></tr>\n<tr><td rowspan=2>Web</td><td>A</td><td>TCP</td><td>1</td></tr>\n<tr><td>B</td><td>TCP</td><td>2</td></tr></table>").Rows;

        Assert.That(rows.Select(r => $"{r.Source} {r.Destination} {r.Line}"), Is.EqualTo(new[] { "Web A 2", "Web B 3" }));
    }

    [Test]
    public void Csv_QuotedCellOverLines_IsOneRowAndLinesStayRight()
    {
        var rows = Text.Read("Source,Destination,Protocol,Port,Description\nA,B,TCP,80,\"two\nlines, \"\"quoted\"\"\"\nC,D,TCP,81,x\n").Rows;

        Assert.That(rows.Select(r => (r.Line, r.Description)), Is.EqualTo(new[] { (2, "two lines, \"quoted\""), (4, "x") }));
    }

    [Test]
    public void Csv_QuoteThatIsNeverClosed_SwallowsNoRow()
    {
        var document = Text.Read("Source,Destination,Protocol,Port,Description\nA,B,TCP,80,\"open\nC,D,TCP,81,x\nE,F,TCP,82,y\n");

        Assert.That(document.Rows, Has.Count.EqualTo(3));
        Assert.That(document.Issues.Single(i => i.Code == DocumentIssueCode.UnbalancedQuote).Lines, Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public void PortInsideProtocolColumn_CombinedCell_GivesBoth()
    {
        var rows = Text.Read("| Source | Destination | Protocol/Port |\n|-|-|-|\n| A | B | TCP/443 |\n| A | C | 53/UDP |\n").Rows;

        Assert.That(rows.Select(r => $"{r.Protocol} {r.Ports[0]}"), Is.EqualTo(new[] { "TCP 443", "UDP 53" }));
    }

    [Test]
    public void PortColumn_TitledWithItsProtocol_GivesTheProtocol()
    {
        var row = Text.Row("| Source | Destination | TCP port |\n|-|-|-|\n| A | B | 443 |\n");

        Assert.That((row.Protocol, row.Verifiable), Is.EqualTo(("TCP", true)));
        Assert.That(row.Codes(), Has.Member(DocumentIssueCode.ProtocolFromPortColumn));
    }

    [Test]
    public void Table_OfPortsWithoutParties_ListsItsRowsAndSaysWhatTheyLack()
    {
        var document = Text.Read("| Use | Default Ports | CLI |\n|-|-|-|\n| DNS: the server | 8600 | -dns-port |\n| RPC | 8301(UDP) | |\n");

        Assert.That(document.Rows.Select(r => (r.Ports[0], r.Protocol, r.UnverifiableReason)), Is.EqualTo(new[]
        {
            (8600, null, "source-missing; destination-missing; protocol-missing"), (8301, "UDP", "source-missing; destination-missing; udp"),
        }));
        Assert.That(document.Codes(), Is.SupersetOf(new[] { DocumentIssueCode.NoSourceColumn, DocumentIssueCode.NoDestinationColumn, DocumentIssueCode.NoProtocolColumn, DocumentIssueCode.ColumnIgnored }));
    }

    [Test]
    public void Cells_OnePerLine_AreDealtOutAndSaidSo()
    {
        var document = Text.Read("Source\n\nDestination\n\nProtocol\n\nPort\n\nBroker\n\nStore\n\nTCP\n\n2181\n");

        Assert.That(document.Rows.Select(r => $"{r.Source} {r.Destination} {r.Protocol} {r.Ports[0]}"), Is.EqualTo(new[] { "Broker Store TCP 2181" }));
        Assert.That(document.Issues.Single(i => i.Code == DocumentIssueCode.CellsDealtOut).Severity, Is.EqualTo(DocumentIssueSeverity.Warning));
    }

    [Test]
    public void Cells_OnePerLineWithOneMissing_AreNotShifted()
    {
        var document = Text.Read("Source\nDestination\nProtocol\nPort\nBroker\nStore\nTCP\n2181\nBroker\nTCP\n2182\nBroker\nMail\nTCP\n25\n");

        Assert.That(document.Rows, Has.Count.EqualTo(1));
        Assert.That(document.Issues.Single(i => i.Code == DocumentIssueCode.RowUnreadable).Lines, Is.EqualTo(Enumerable.Range(9, 7)));
    }

    [Test]
    public void Cell_WithAListOfNames_IsReported()
    {
        var row = Text.Row("| Source | Destination | Protocol | Port |\n|-|-|-|-|\n| A | <ul><li>B</li><li>C</li></ul> | TCP | 80<br>81 |\n");

        Assert.That((row.Destination, row.Ports), Is.EqualTo(("B; C", new[] { 80, 81 })));
        Assert.That(row.Codes(), Has.Member(DocumentIssueCode.MultiParty));
        Assert.That(row.Destinations, Is.EqualTo(new[] { "B", "C" }));
    }

    [Test]
    public void Heading_BetweenPagesOfOneTable_DoesNotEndIt()
    {
        const string header = "Connection\tSource\tDestination\tProtocol\tPort\tData\n";
        var document = Text.Read($"{header}1\tA\tB\tTCP\t80\tbegins\n\n# Running title\n\n{header}\t\t\t\t\tand ends.\n2\tC\tD\tTCP\t81\tx\n");

        Assert.That(document.Rows.Select(r => r.Description), Is.EqualTo(new[] { "begins and ends.", "x" }));
        Assert.That(document.Issues.Single(i => i.Code == DocumentIssueCode.PageFurniture).Lines, Is.EqualTo(new[] { 4 }));
    }
}
