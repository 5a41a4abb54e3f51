using Plumbline.Core.Cluster;
using Plumbline.Import.Binding;
using Plumbline.Import.Files;
using Plumbline.Import.Mapping;

namespace Plumbline.Import.Tests;

/// <summary>What a name of a document is taken for in a small cluster, and what stays open.</summary>
public sealed class BindingTests
{
    private const string Name = "app.kubernetes.io/name";
    private const string Component = "app.kubernetes.io/component";
    private const string PartOf = "app.kubernetes.io/part-of";
    private const string Instance = "app.kubernetes.io/instance";

    [TestCase("Orders DB", 5432, "sts/shop/orders-db", TestName = "Name_ThatIsTheWorkloadsName_IsBound")]
    [TestCase("orders_db", 5432, "sts/shop/orders-db", TestName = "Name_WithOtherMarksBetweenWords_IsBound")]
    [TestCase("Checkout Service", 8080, "deploy/shop/checkout", TestName = "Name_WithAWordLikeService_IsBound")]
    [TestCase("Checkout StatefulSet", 8080, null, TestName = "Name_ThatSaysAnotherKind_StaysOpen")]
    [TestCase("Checkout Deployment", 8080, "deploy/shop/checkout", TestName = "Name_ThatSaysItsKind_IsBound")]
    [TestCase("Checkout", 9999, null, TestName = "Name_WhosePortsContradict_StaysOpen")]
    [TestCase("Mailer", 25, "deploy/shop/shop-mailer", TestName = "Name_BehindItsApplication_IsBound")]
    [TestCase("Report Engine", 0, "deploy/shop/re", TestName = "Name_InTheComponentLabel_IsBound")]
    [TestCase("Product Information Manager", 7000, "deploy/shop/pim", TestName = "Name_ByItsInitials_IsBoundWhenThePortAgrees")]
    [TestCase("Product Information Manager", 7001, null, TestName = "Name_ByItsInitials_StaysOpenWhenThePortDoesNot")]
    [TestCase("Payments", 443, null, TestName = "Name_ThatNothingHas_StaysOpen")]
    [TestCase("API Server", 6443, null, TestName = "Name_OfVagueWords_StaysOpen")]
    [TestCase("Cache", 6379, null, TestName = "Name_OfTwoThings_StaysOpen")]
    [TestCase("Shop", 8080, null, TestName = "Name_OfAnApplicationOfSeveralWorkloads_AsADestination_StaysOpen")]
    [TestCase("Postgres", 5432, null, TestName = "Name_WhoseOnlyHintIsThePort_StaysOpen")]
    [TestCase("External Search", 9200, "service/shop/external-search", TestName = "Name_OfAServiceWithoutPods_IsBoundToTheService")]
    [TestCase("10.1.2.3", 443, "external/10.1.2.3", TestName = "Name_ThatIsAnAddress_IsExternal")]
    [TestCase("orders.shop.svc", 443, "service/shop/orders", TestName = "Name_ThatIsTheDnsNameOfAService_IsThatService")]
    public void Propose(string name, int port, string? target) => Assert.That(Proposal(name, port).Chosen?.Target.Text, Is.EqualTo(target));

    [Test]
    public void Proposals_OfAnOpenName_AreTheChoicesWithTheirEvidence()
    {
        var proposal = Proposal("Cache", 6379);

        Assert.That(proposal.Proposals.Select(p => $"{p.Target}: {p.Reasons}"), Is.EqualTo(new[]
        {
            $"sts/shop/cache: label {Name} is 'cache'; it listens on 6379",
            $"sts/other/cache: label {Name} is 'cache'; it listens on 6379",
        }));
        Assert.That(proposal.Why, Is.EqualTo("2 things fit about as well"));
    }

    [Test]
    public void Proposals_WhereOthersOfTheDocumentAreClear_StartWithTheirNamespaceAndStayOpen()
    {
        var page = "| Source | Destination | Protocol | Port |\n|-|-|-|-|\n| Checkout | Cache | TCP | 6379 |\n| Checkout | Orders DB | TCP | 5432 |\n";
        var proposals = Propose(page);

        Assert.That(proposals.Single(p => p.Name.Name == "Cache").Proposals[0].Target.Text, Is.EqualTo("sts/shop/cache"));
        Assert.That(proposals.Single(p => p.Name.Name == "Cache").Chosen, Is.Null);
    }

    [Test]
    public void Name_ThatAnotherDocumentDefines_IsKnownByIt()
    {
        var definitions = new NameDefinitions();
        definitions.Read("The Product Catalogue Unit (PIM) holds all products. The Central Information Store (cis) is no name.");

        Assert.That(definitions.AliasesOf("Product Catalogue Unit"), Is.Empty, "the letters do not fit");
        definitions.Read("Asks the Product Item Master (PIM) for prices.");
        Assert.That(definitions.AliasesOf("product item master"), Is.EqualTo(new[] { "PIM" }));
        Assert.That(Propose(Page("Product Item Master", 7000), definitions).Single(p => p.Name.Name == "Product Item Master").Chosen?.Reasons, Does.StartWith("the documents call it 'pim' too"));
    }

    [Test]
    public void Names_OfRowsThatOpenNoConnection_AreNotBound()
    {
        var proposal = Propose("| Source | Destination | Protocol | Port |\n|-|-|-|-|\n| Checkout | Cache | TCP | Logical connection only |\n").Single(p => p.Name.Name == "Cache");

        Assert.That((proposal.Chosen, proposal.Proposals.Count), Is.EqualTo(((BindingProposal?)null, 0)));
    }

    [Test]
    public void Names_ThatAreBoundAlready_AreNotAskedFor()
    {
        var maps = Maps(Page("Cache", 6379));
        var unbound = UnboundNames.Find(maps, [new KnownComponent("c", ["checkout"]), new KnownComponent("cache-1", ["CACHE"], IsBound: false)]);

        Assert.That(unbound.Select(n => (n.Name, n.Component)), Is.EqualTo(new[] { ("Cache", "cache-1") }));
    }

    [Test]
    public void Components_OfProposals_AreBoundOrHaveTheirChoicesAsComments()
    {
        var written = BoundComponents.Write(Propose("| Source | Destination | Protocol | Port |\n|-|-|-|-|\n| Checkout | Cache | TCP | 6379 |\n"), [], "docs");

        Assert.That(string.Concat(written.Select(w => w.Yaml)), Is.EqualTo("""
            ---
            # label app.kubernetes.io/name is 'checkout'
            apiVersion: plumbline.dev/v1alpha1
            kind: Component
            metadata:
              name: checkout
              namespace: docs
              labels:
                app.kubernetes.io/managed-by: plumbline-import
            spec:
              names: [Checkout]
              workload:
                kind: Deployment
                namespace: shop
                name: checkout
            ---
            # open: 2 things fit about as well
            apiVersion: plumbline.dev/v1alpha1
            kind: Component
            metadata:
              name: cache
              namespace: docs
              labels:
                app.kubernetes.io/managed-by: plumbline-import
            spec:
              names: [Cache]
              # workload: {"kind":"StatefulSet","namespace":"shop","name":"cache"}    # label app.kubernetes.io/name is 'cache'; it listens on 6379
              # workload: {"kind":"StatefulSet","namespace":"other","name":"cache"}    # label app.kubernetes.io/name is 'cache'; it listens on 6379
              # external: {hosts: [HOST]}

            """.ReplaceLineEndings("\n")));
    }

    [Test]
    public void File_ThatPeopleEdited_KeepsTheirBindingsAndGetsTheOthers()
    {
        var edited = "# ours\n---\n# kept as it is\napiVersion: plumbline.dev/v1alpha1\nkind: Component\nmetadata: {name: cache, namespace: docs}\nspec: {names: [Cache], outside: {}}\n---\napiVersion: plumbline.dev/v1alpha1\nkind: Component\nmetadata: {name: checkout, namespace: docs}\nspec: {names: [Checkout]}";
        var known = ComponentsFile.Parse(edited, "docs", []);
        var maps = Maps("| Source | Destination | Protocol | Port |\n|-|-|-|-|\n| Checkout | Cache | TCP | 6379 |\n| Checkout | Orders DB | TCP | 5432 |\n");
        var written = BoundComponents.Write(new BindingProposer(Cluster(), new NameDefinitions()).Propose(UnboundNames.Find(maps, known)), known, "docs");
        var merged = ComponentsEditor.Merge(edited, written, "docs");

        Assert.That(merged, Does.StartWith(edited[..edited.LastIndexOf("---", StringComparison.Ordinal)]));
        Assert.That(ComponentsFile.Parse(merged, "docs", []).Select(c => (c.Name, c.IsBound)), Is.EqualTo(new[] { ("cache", true), ("checkout", true), ("orders-db", true) }));
        Assert.That(ComponentsEditor.Merge(merged, [], "docs"), Is.EqualTo(merged));
    }

    [Test]
    public void Columns_WithNamespaceAndService_BindTheService()
    {
        var document = Text.Read("Direction,Protocol,Port,Namespace,Service,Pod,Container\nIngress,TCP,9100,monitoring,node-numbers,node-numbers,proxy\nIngress,TCP,5432,data,orders-db,orders-db-0,postgres\n", "page.csv");
        var map = ConnectionMapBuilder.Build(document, Completions.None, new ConnectionMapOptions()).Map;
        var issues = new List<DocumentIssue>();
        var drafts = ComponentScaffolder.Scaffold([map], [], issues);

        Assert.That(drafts.Select(d => $"{d.Name} {d.Component.Spec.Service?.Namespace}/{d.Component.Spec.Service?.Name}"), Is.EqualTo(new[] { "node-numbers monitoring/node-numbers", "orders-db data/orders-db" }));
        Assert.That(document.Codes(), Has.None.EqualTo(DocumentIssueCode.ColumnIgnored));
        Assert.That(issues.Select(i => i.Code), Is.EqualTo(new[] { DocumentIssueCode.BindingFromDocument, DocumentIssueCode.BindingFromDocument }));
    }

    [Test]
    public void Columns_WithAddresses_BindThemUnlessTheyContradictEachOther()
    {
        var map = Maps("| Source | Destination | Destination IP | Protocol | Port |\n|-|-|-|-|-|\n| Shop | Mail | 10.0.0.9 | TCP | 25 |\n| Shop | Search | 10.0.0.7 | TCP | 9200 |\n| Shop | Search | 10.0.0.8 | TCP | 9200 |\n");

        Assert.That(UnboundNames.Find(map, []).Select(n => $"{n.Name} {n.Stated?.Target}".Trim()), Is.EqualTo(new[] { "Shop", "Mail external/10.0.0.9", "Search" }));
    }

    [Test]
    public void Column_WithNamespaces_LimitsTheChoices()
    {
        var proposals = Propose("| Source | Destination | Destination namespace | Protocol | Port |\n|-|-|-|-|-|\n| Checkout | Cache | other | TCP | 6379 |\n");

        Assert.That(proposals.Single(p => p.Name.Name == "Cache").Chosen?.Target.Text, Is.EqualTo("sts/other/cache"));
    }

    [TestCase("api=deploy/shop/api", "api", "deploy/shop/api")]
    [TestCase("Orders DB = statefulset/shop/orders-db", "Orders DB", "sts/shop/orders-db")]
    [TestCase("Cache=svc/shop/cache", "Cache", "service/shop/cache")]
    [TestCase("Shop=pods/shop/app.kubernetes.io/part-of=shop", "Shop", "pods/shop/app.kubernetes.io/part-of=shop")]
    [TestCase("a=b=external/db.example.com", "a=b", "external/db.example.com")]
    [TestCase("Mail=external/10.0.0.9", "Mail", "external/10.0.0.9")]
    [TestCase("Kubelet=nodes", "Kubelet", "nodes")]
    [TestCase("Internet=outside", "Internet", "outside")]
    public void Words_OfABinding_AreRead(string text, string name, string target) =>
        Assert.That(TargetWords.Parse(text), Is.EqualTo(new ParsedBinding.Given(new GivenBinding(name, ((ParsedBinding.Given)TargetWords.Parse($"x={target}")).Binding.Target))));

    [TestCase("api")]
    [TestCase("=deploy/shop/api")]
    [TestCase("api=deploy/shop")]
    [TestCase("api=deploy/Shop/api")]
    [TestCase("api=pod/shop")]
    [TestCase("api=external/http://x")]
    [TestCase("api=external/")]
    public void Words_OfNoBinding_SayWhatToWrite(string text) => Assert.That((TargetWords.Parse(text) as ParsedBinding.Wrong)?.Problem, Is.Not.Empty);

    private static NameProposal Proposal(string name, int port) => Propose(Page(name, port)).Single(p => p.Name.Name == name);

    private static string Page(string name, int port) =>
        port == 0
            ? $"| Source | Destination | Protocol | Port |\n|-|-|-|-|\n| {name} | Checkout | TCP | 8080 |\n"
            : $"| Source | Destination | Protocol | Port |\n|-|-|-|-|\n| Checkout | {name} | TCP | {port} |\n";

    private static IReadOnlyList<NameProposal> Propose(string page, NameDefinitions? definitions = null) =>
        new BindingProposer(Cluster(), definitions ?? new NameDefinitions()).Propose(UnboundNames.Find(Maps(page), []));

    private static IReadOnlyList<ConnectionMapDraft> Maps(string page) => [ConnectionMapBuilder.Build(Text.Read(page, "page.md"), Completions.None, new ConnectionMapOptions()).Map];

    private static ClusterInventory Cluster() => new(
        [
            Workload(WorkloadKind.Deployment, "shop", "checkout", [8080], (Name, "checkout"), (PartOf, "shop")),
            Workload(WorkloadKind.StatefulSet, "shop", "orders-db", [], (Name, "postgresql"), (Instance, "orders"), (PartOf, "shop")),
            Workload(WorkloadKind.StatefulSet, "shop", "cache", [6379], (Name, "cache"), (PartOf, "shop")),
            Workload(WorkloadKind.StatefulSet, "other", "cache", [6379], (Name, "cache")),
            Workload(WorkloadKind.Deployment, "shop", "shop-mailer", [25], (PartOf, "shop")),
            Workload(WorkloadKind.Deployment, "shop", "re", [], (Component, "report-engine")),
            Workload(WorkloadKind.Deployment, "shop", "pim", [7000], ("app", "pim")),
            Workload(WorkloadKind.Deployment, "shop", "api", [8443], ("app", "api")),
        ],
        [
            Service("shop", "orders-db", [5432], ("app.kubernetes.io/instance", "orders")),
            Service("shop", "external-search", [9200]),
        ]);

    private static InventoryWorkload Workload(WorkloadKind kind, string @namespace, string name, int[] ports, params (string Key, string Value)[] labels)
    {
        var all = labels.ToDictionary(l => l.Key, l => l.Value);
        return new InventoryWorkload(new WorkloadKey(kind, @namespace, name), all, all, ["main"], ports);
    }

    private static InventoryService Service(string @namespace, string name, int[] ports, params (string Key, string Value)[] selector) =>
        new(@namespace, name, new Dictionary<string, string>(), selector.ToDictionary(l => l.Key, l => l.Value), ports);
}
