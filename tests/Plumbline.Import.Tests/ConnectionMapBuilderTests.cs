using Plumbline.Api;
using Plumbline.Core.Words;
using Plumbline.Import.Binding;
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
            Assert.That((rows[0].Id, rows[0].From, rows[0].To, rows[0].Protocol, rows[0].ProtocolText), Is.EqualTo(("1", "Web", "Store", "HTTPS", (string?)null)));
            Assert.That((rows[1].To, rows[1].Protocol, rows[1].ProtocolText, rows[1].PortMatch), Is.EqualTo(((string?)null, "TCP", "SIP/TCP", "Any")));
            Assert.That((rows[2].Protocol, rows[2].ProtocolText, rows[2].PortRanges![0]), Is.EqualTo(((string?)null, "RTP/RTCP", new V1Alpha1PortRange { From = 20000, To = 20010 })));
            Assert.That(rows[3].PortProtocols!.Select(p => (p.Port, p.Protocol)), Is.EqualTo(new[] { (25, "TCP"), (443, "HTTPS"), (993, "TLS") }));
        });
    }

    [Test]
    public void Completion_OfAnOpenField_AnswersTheIssueAndSaysWhy()
    {
        var result = Build(Page, new RowCompletion { Row = "2", To = "Proxy", Reason = "asked the team" });

        Assert.That(result.Map.Connections[1].To, Is.EqualTo("Proxy"));
        Assert.That(result.Map.Rows[1].Comments[0], Is.EqualTo("completed: to (asked the team)"));
        Assert.That(result.Answered.Select(i => (i.Row, i.Code)), Is.EqualTo(new[] { ("2", DocumentIssueCode.DestinationMissing) }));
        Assert.That(result.Issues.Select(i => i.Code), Has.None.EqualTo(DocumentIssueCode.DestinationMissing));
        Assert.That(result.Issues.Select(i => i.Code), Has.None.EqualTo(DocumentIssueCode.CompletionOverrides));
    }

    [Test]
    public void Completion_ThatContradictsTheDocument_IsAppliedAndReported()
    {
        var result = Build(Page, new RowCompletion { Row = "1", To = "Cache", Ports = [8443], Line = 9 });

        Assert.That((result.Map.Connections[0].To, result.Map.Connections[0].Ports), Is.EqualTo(("Cache", new[] { 8443 })));
        Assert.That(result.Issues.Where(i => i.Code == DocumentIssueCode.CompletionOverrides).Select(i => i.ToLine("page.md")), Is.EqualTo(new[]
        {
            "page.completions.yaml:9: warning: row 1: completion-overrides: to 'Cache' replaces 'Store' of the document; remove it if the document is right",
            "page.completions.yaml:9: warning: row 1: completion-overrides: ports '8443' replaces '443' of the document; remove it if the document is right",
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
    [TestCase("Привет мир\n\n", "page")]
    public void Map_WithoutAName_IsNamedAfterTheDocument(string top, string name) =>
        Assert.That(Build($"{top}{Page}").Map.Name, Is.EqualTo(name));

    [Test]
    public void Scaffold_OfNamesNobodyClaims_LeavesTheOthersAlone()
    {
        var issues = new List<DocumentIssue>();
        var map = Build(Page, new RowCompletion { Row = "2", To = "Proxy" }).Map.BindParty("Mail", "mailer");
        var drafts = ComponentScaffolder.Scaffold([map], [new KnownComponent("front", ["web "]), new KnownComponent("mailer", []), new KnownComponent("internet", [])], issues);

        Assert.That(drafts.Select(d => (d.Name, d.Component.Spec.Names![0], d.Component.Spec.Outside is not null)), Is.EqualTo(new[] { ("store", "Store", false), ("proxy", "Proxy", false), ("internet-2", "Internet", true), ("provider", "Provider", false) }));
        Assert.That(issues, Is.Empty);
    }

    [Test]
    public void Scaffold_NameClaimedTwiceOrPartyWithoutComponent_IsAnError()
    {
        var issues = new List<DocumentIssue>();
        var map = Build(Page).Map.BindParty("Mail", "nobody");
        ComponentScaffolder.Scaffold([map], [new KnownComponent("a", ["Provider"]), new KnownComponent("b", ["PROVIDER"])], issues);

        Assert.That(issues.Select(i => (i.Code, i.Row)), Is.EqualTo(new[] { (DocumentIssueCode.NameNotBound, (string?)null), (DocumentIssueCode.NameAmbiguous, "4") }));
    }

    [TestCase("Orders DB", "orders-db")]
    [TestCase("GCXI Shared PostgreSQL (Database per tenant)", "gcxi-shared-postgresql-database-per-tenant")]
    [TestCase("C", "c")]
    public void LabelOfName_ThatALabelCanSay_IsJustThat(string name, string label) => Assert.That(ObjectNames.LabelOfName(name), Is.EqualTo(label));

    [TestCase("C++")]
    [TestCase("Склад")]
    [TestCase("Заказы")]
    [TestCase("Überweisung")]
    public void LabelOfName_ThatALabelCannotSay_IsItsOwn(string name)
    {
        var label = ObjectNames.LabelOfName(name);

        Assert.That(ObjectNames.IsLabel(label));
        Assert.That(new[] { "C", "c", "Заказ", "Склады", "berweisung" }.Select(n => ObjectNames.LabelOfName(n)), Has.None.EqualTo(label));
        Assert.That(ObjectNames.LabelOfName(name.ToUpperInvariant()), Is.EqualTo(label));
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

    [Test]
    public void Completion_WrittenForAnotherRow_IsReportedAndNotApplied()
    {
        var result = Build(
            Page,
            new RowCompletion { Row = "1", Says = new RowSays("Web", "Cache"), Ports = [1], Line = 3 },
            new RowCompletion { Row = "4", From = "Other", To = "Else", Ports = [2], Line = 4 });

        Assert.That((result.Map.Connections[0].Ports, result.Map.Connections[3].From), Is.EqualTo((new[] { 443 }, "Mail")));
        Assert.That(result.Issues.Where(i => i.Code == DocumentIssueCode.CompletionOutdated).Select(i => i.ToLine("page.md")), Is.EqualTo(new[]
        {
            "page.completions.yaml:3: warning: completion-outdated: row '1' now says to 'Store' instead of 'Cache': not applied; correct the row, or remove the completion if the document dropped it",
            "page.completions.yaml:4: warning: completion-outdated: row '4' says 'Mail' to 'Provider', not 'Other' to 'Else': not applied; correct the row, or change the parties one at a time if the document is wrong",
        }));
    }

    [Test]
    public void Completion_WhoseRowMoved_NamesTheRowThatSaysWhatItWasWrittenFor()
    {
        var result = Build(Page, new RowCompletion { Row = "2", Says = new RowSays("Mail", "Provider", "https", [25, 443, 993]), Ports = [443] });

        Assert.That(result.Issues.Single(i => i.Code == DocumentIssueCode.CompletionOutdated).Message, Does.EndWith("row '4' says what it was written for: if it is for that one, write its id"));
    }

    [Test]
    public void Completion_ThatTurnsARowRound_IsApplied()
    {
        var result = Build(Page, new RowCompletion { Row = "1", From = "Store", To = "Web" });

        Assert.That((result.Map.Connections[0].From, result.Map.Connections[0].To), Is.EqualTo(("Store", "Web")));
    }

    [Test]
    public void Completion_OfARowByItsPlace_SaysHowTheRowIsCalled()
    {
        const string plain = "| Source | Destination | Protocol | Port |\n|-|-|-|-|\n| Web | Store | TCP | 1 |\n| Web | Mail | TCP | 2 |\n";
        var result = Build(plain, new RowCompletion { Row = "r2", Ports = [3] });

        Assert.That(result.Map.Connections[1].Ports, Is.EqualTo(new[] { 2 }));
        Assert.That(result.Issues.Single(i => i.Code == DocumentIssueCode.CompletionWithoutRow).Message, Does.Contain("(the one at this place now is 'web--mail--tcp-2')"));
    }

    [Test]
    public void Row_WithMoreThanAMapTakes_IsCutAndSaid()
    {
        var name = new string('n', 300);
        var ports = string.Join(", ", Enumerable.Range(1000, 70));
        var result = Build($"| # | Source | Destination | Protocol | Port | Description |\n|-|-|-|-|-|-|\n| 1 | {name} | B | TCP | 80 | {new string('d', 5000)} |\n| 2 | A | B | TCP | {ports} | x |\n");

        Assert.That((result.Map.Connections[0].From, result.Map.Connections[0].Data!.Length, result.Map.Connections[1].Ports), Is.EqualTo(((string?)null, 4096, (IReadOnlyList<int>?)null)));
        Assert.That(result.Issues.Where(i => i.Code == DocumentIssueCode.ValueTooLong).Select(i => (i.Row, i.Severity)), Is.EqualTo(new[]
        {
            ("1", DocumentIssueSeverity.Error), ("1", DocumentIssueSeverity.Info), ("2", DocumentIssueSeverity.Error),
        }));
    }

    [TestCase("10.0.0.9", "external/10.0.0.9")]
    [TestCase("10.0.0.9:5432", "external/10.0.0.9")]
    [TestCase("fd00::1", "external/fd00::1")]
    [TestCase("db.example.com", "external/db.example.com")]
    [TestCase("https://api.example.com/v1", "external/api.example.com")]
    [TestCase("orders.data.svc.cluster.local", "service/data/orders")]
    [TestCase("orders-0.orders.data.svc", "service/data/orders")]
    [TestCase("127.0.0.1", null)]
    [TestCase("localhost", null)]
    [TestCase("0.0.0.0", null)]
    [TestCase("10.0.0.0/8", null)]
    [TestCase("1.2", null)]
    [TestCase("Node.js", null)]
    [TestCase("node.js", null)]
    [TestCase("values.prod.yaml", null)]
    [TestCase("Orders DB", null)]
    [TestCase("*.example.com", null)]
    public void Name_ThatIsAPlace_IsBoundToIt(string name, string? target) => Assert.That(NamedPlace.Of(name)?.Target.Text, Is.EqualTo(target));

    private static ConnectionMapResult Build(string page, params RowCompletion[] rows) =>
        ConnectionMapBuilder.Build(Text.Read(page, "page.md"), new Completions("page.completions.yaml", new MapCompletion(), [], rows), new ConnectionMapOptions());
}

internal static class Drafts
{
    public static ConnectionMapDraft BindParty(this ConnectionMapDraft draft, string name, string component) =>
        draft with { Map = draft.Map with { Spec = draft.Map.Spec with { Parties = [new V1Alpha1Party { Name = name, Component = component }] } } };
}
