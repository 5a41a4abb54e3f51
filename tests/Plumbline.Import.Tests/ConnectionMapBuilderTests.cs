using Plumbline.Core.Connections;
using Plumbline.Core.Words;
using Plumbline.Import.Mapping;

namespace Plumbline.Import.Tests;

public sealed class ConnectionMapBuilderTests
{
    private const string Page = "| # | Source | Destination | Protocol | Port | Description |\n|-|-|-|-|-|-|\n| 1 | Web | Store* | HTTPS | 443 | x |\n| 2 | Web |  | SIP/TCP | 5060/5061 | y |\n| 3 | Internet | Web | RTP/RTCP | 20000-20010 | z |\n| 4 | Mail | Provider | HTTPS | 25, 443, 993 | m |\n";

    [Test]
    public void Row_AsDocumented_BecomesAConnection()
    {
        var rows = Build(Page).Map.Connections;

        Assert.Multiple(() =>
        {
            Assert.That((rows[0].Id, rows[0].From, rows[0].To, rows[0].Protocol, rows[0].ProtocolText), Is.EqualTo(("1", "Web", "Store", ConnectionProtocol.Https, (string?)null)));
            Assert.That((rows[1].To, rows[1].Protocol, rows[1].ProtocolText, rows[1].PortMatch), Is.EqualTo(((string?)null, ConnectionProtocol.Tcp, "SIP/TCP", PortMatch.Any)));
            Assert.That((rows[2].Protocol, rows[2].ProtocolText, rows[2].PortRanges[0]), Is.EqualTo(((ConnectionProtocol?)null, "RTP/RTCP", new PortRange(20000, 20010))));
            Assert.That(rows[3].PortProtocols, Is.EqualTo(new[] { new PortProtocol(25, ConnectionProtocol.Tcp), new PortProtocol(443, ConnectionProtocol.Https), new PortProtocol(993, ConnectionProtocol.Tls) }));
        });
    }

    [Test]
    public void Completion_OfAnOpenField_AnswersTheIssueAndSaysWhy()
    {
        var result = Build(Page, new RowCompletion { Row = "2", To = "Proxy", Reason = "asked the team" });

        Assert.That(result.Map.Connections[1].To, Is.EqualTo("Proxy"));
        Assert.That(result.Map.Connections[1].Comments[0], Is.EqualTo("completed: to (asked the team)"));
        var answered = result.Issues.Single(i => i.Code == DocumentIssueCode.DestinationMissing);
        Assert.That((answered.Severity, answered.Message), Is.EqualTo((DocumentIssueSeverity.Info, answered.Message)));
        Assert.That(answered.Message, Does.EndWith("[completed: asked the team]"));
        Assert.That(result.Issues.Select(i => i.Code), Has.None.EqualTo(DocumentIssueCode.CompletionOverrides));
    }

    [Test]
    public void Completion_ThatContradictsTheDocument_IsAppliedAndReported()
    {
        var result = Build(Page, new RowCompletion { Row = "1", To = "Cache", Ports = [8443], Line = 9 });

        Assert.That((result.Map.Connections[0].To, result.Map.Connections[0].Ports), Is.EqualTo(("Cache", new[] { 8443 })));
        Assert.That(result.Issues.Where(i => i.Code == DocumentIssueCode.CompletionOverrides).Select(i => i.ToLine("page.md")), Is.EqualTo(new[]
        {
            "page.completions.yaml:9: row 1: completion-overrides: to 'Cache' replaces 'Store' of the document; remove it if the document is right",
            "page.completions.yaml:9: row 1: completion-overrides: ports '8443' replaces '443' of the document; remove it if the document is right",
        }));
    }

    [Test]
    public void Completion_ThatRepeatsTheDocument_IsNoOverride() =>
        Assert.That(Build(Page, new RowCompletion { Row = "1", To = "STORE", Protocol = ConnectionProtocol.Https }).Issues.Select(i => i.Code), Has.None.EqualTo(DocumentIssueCode.CompletionOverrides));

    [TestCase("99")]
    [TestCase("1a")]
    public void Completion_ForARowThatIsNotThere_IsReported(string row) =>
        Assert.That(Build(Page, new RowCompletion { Row = row, To = "x" }).Issues.Select(i => i.Code), Has.Member(DocumentIssueCode.CompletionWithoutRow));

    [Test]
    public void Completion_GivenTwiceForARow_ReportsTheSecond()
    {
        var result = Build(Page, new RowCompletion { Row = "2", To = "A" }, new RowCompletion { Row = "2", To = "B" });

        Assert.That(result.Map.Connections[1].To, Is.EqualTo("A"));
        Assert.That(result.Issues.Count(i => i.Code == DocumentIssueCode.CompletionWithoutRow), Is.EqualTo(1));
    }

    [TestCase("Tenant Service Private Edition Guide\n\nArchitecture\n\n", "tenant-service-private-edition-guide")]
    [TestCase("Architecture\n\n", "page")]
    [TestCase("Architecture\n\nshown from the point of view of Voice Platform as a service in the network\n\n", "voice-platform")]
    [TestCase("Привет мир\n\n", "unnamed")]
    public void Map_WithoutAName_IsNamedAfterTheDocument(string top, string name) =>
        Assert.That(Build($"{top}{Page}").Map.Name, Is.EqualTo(name));

    [Test]
    public void Scaffold_OfNamesNobodyClaims_LeavesTheOthersAlone()
    {
        var issues = new List<DocumentIssue>();
        var map = Build(Page, new RowCompletion { Row = "2", To = "Proxy" }).Map with { Parties = [new PartyBinding("Mail", "mailer")] };
        var drafts = ComponentScaffolder.Scaffold([map], [new KnownComponent("front", ["web "]), new KnownComponent("mailer", []), new KnownComponent("internet", [])], issues);

        Assert.That(drafts.Select(d => (d.Name, d.Names[0], d.Outside)), Is.EqualTo(new[] { ("store", "Store", false), ("proxy", "Proxy", false), ("internet-2", "Internet", true), ("provider", "Provider", false) }));
        Assert.That(issues, Is.Empty);
    }

    [Test]
    public void Scaffold_NameClaimedTwiceOrPartyWithoutComponent_IsAnError()
    {
        var issues = new List<DocumentIssue>();
        var map = Build(Page).Map with { Parties = [new PartyBinding("Mail", "nobody")] };
        ComponentScaffolder.Scaffold([map], [new KnownComponent("a", ["Provider"]), new KnownComponent("b", ["PROVIDER"])], issues);

        Assert.That(issues.Select(i => (i.Code, i.Row)), Is.EqualTo(new[] { (DocumentIssueCode.NameNotBound, (string?)null), (DocumentIssueCode.NameAmbiguous, "4") }));
    }

    [TestCase("GAuth: Authorization Service", "gauth-authorization-service")]
    [TestCase("  --x--  ", "x")]
    [TestCase("What's connecting", "whats-connecting")]
    [TestCase("", "unnamed")]
    public void Label_OfAnyText_IsAnRfc1123Label(string text, string label) =>
        Assert.That(ObjectNames.Label(text), Is.EqualTo(label).And.Matches<string>(l => ObjectNames.IsLabel(l!)));

    [Test]
    public void Label_TooLong_IsCutBetweenWords() =>
        Assert.That(ObjectNames.Label(string.Join(' ', Enumerable.Repeat("word", 30)), 40), Is.EqualTo("word-word-word-word-word-word-word-word"));

    private static ConnectionMapResult Build(string page, params RowCompletion[] rows) =>
        ConnectionMapBuilder.Build(Text.Read(page, "page.md"), new Completions("page.completions.yaml", new MapCompletion(), [], rows), new ConnectionMapOptions());
}
