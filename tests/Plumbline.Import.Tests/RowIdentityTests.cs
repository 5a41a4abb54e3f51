using FsCheck;
using FsCheck.Fluent;
using Plumbline.Import.Files;
using Plumbline.Import.Mapping;

namespace Plumbline.Import.Tests;

/// <summary>A row is the same row in the next revision of its document.</summary>
public sealed class RowIdentityTests
{
    private static readonly string[] Names = ["Shop", "Orders DB", "orders-db", "Cache (EU)", "C++", "C", "Заказы", "Unknown", "", "a very long name of a party that nobody would write down twice", "10.0.0.1", "A/B"];

    private static readonly string[] Protocols = ["TCP", "HTTPS", "SIP/TCP", "UDP"];

    private static readonly string[] Ports = ["80", "443", "5432", "9092/9093", "", "2", "20000-20010"];

    [TestCase("Shop", "Orders DB", "TCP", "5432", "shop--orders-db--tcp-5432")]
    [TestCase("Shop", "Payment API", "HTTPS", "", "shop--payment-api--https")]
    [TestCase("Shop", "", "TCP", "80", "shop--unknown--tcp-80")]
    [TestCase("Shop*", "Cache", "TCP", "9093/9092", "shop--cache--tcp-9092-9093")]
    public void Id_OfARowWithoutANumber_IsWhatItSays(string source, string destination, string protocol, string port, string id) =>
        Assert.That(Text.Read(Page([(source, destination, protocol, port)])).Rows.Single().Id, Is.EqualTo(id));

    [TestCase("C++", "C")]
    [TestCase("Заказы", "Склад")]
    [TestCase("unknown", "")]
    public void Id_OfNamesThatOneSlugWouldStandFor_KeepsThemApart(string one, string other)
    {
        var ids = Text.Read(Page([(one, "DB", "TCP", "1"), (other, "DB", "TCP", "1")])).Rows.Select(r => r.Id).ToList();

        Assert.That(ids, Is.Unique);
        Assert.That(ids, Has.None.EndsWith("--2"));
    }

    [Test]
    public void Id_OfAnyRow_IsWhatKubernetesTakes() =>
        Prop.ForAll(Rows().ToArbitrary(), rows => Text.Read(Page(rows)).Rows.All(r => ObjectNames.IsLabel(r.Id)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Test]
    public void Ids_WhenARowIsInserted_StayWithTheirRows() =>
        Prop.ForAll(Rows().Two().SelectMany(two => Gen.Choose(0, int.MaxValue).Select(at => (two.Item1, two.Item2, at))).ToArbitrary(), sample =>
        {
            var (rows, more, at) = sample;
            // an equal row is told apart by its place among its equals only
            var inserted = more.Where(m => !rows.Any(r => Same(r, m))).Take(1).ToList();
            var before = Ids(rows);
            var after = Ids([.. rows.Take(at % (rows.Count + 1)), .. inserted, .. rows.Skip(at % (rows.Count + 1))]);
            return before.All(after.Contains) && after.Count == before.Count + inserted.Count;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Test]
    public void Ids_WhenARowIsRemovedOrMoved_StayWithTheirRows() =>
        Prop.ForAll(Rows().SelectMany(rows => Gen.Choose(0, int.MaxValue).Select(at => (rows, at))).ToArbitrary(), sample =>
        {
            var rows = sample.rows.Where((r, i) => !sample.rows.Take(i).Any(b => Same(r, b))).ToList();
            if (rows.Count < 2)
                return true;
            var at = sample.at % rows.Count;
            var before = Ids(rows);
            var removed = Ids([.. rows.Where((_, i) => i != at)]);
            var moved = Ids([rows[at], .. rows.Where((_, i) => i != at)]);
            return removed.IsProperSubsetOf(before) && removed.Count == before.Count - 1 && moved.SetEquals(before);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Test]
    public void Completions_AfterARowWasInserted_FollowTheirRows()
    {
        var before = Text.Read(Page([("Shop", "Orders DB", "TCP", "5432"), ("Shop", "Payment API", "HTTPS", ""), ("Shop", "Cache", "TCP", "6379")]));
        var completions = new Completions(null, new MapCompletion(), [],
        [
            new RowCompletion { Row = before.Rows[1].Id, Ports = [443] },
            new RowCompletion { Row = before.Rows[2].Id, Expect = "Blocked" },
        ]);
        var after = Text.Read(Page([("Basket", "Orders DB", "TCP", "5432"), ("Shop", "Orders DB", "TCP", "5432"), ("Shop", "Payment API", "HTTPS", ""), ("Shop", "Cache", "TCP", "6379")]));
        var rows = ConnectionMapBuilder.Build(after, completions, new ConnectionMapOptions()).Map.Connections;

        Assert.That(rows.Select(r => $"{r.To} {string.Join(',', r.Ports ?? [])} {r.Expect}".Trim()), Is.EqualTo(new[] { "Orders DB 5432", "Orders DB 5432", "Payment API 443", "Cache 6379 Blocked" }));
    }

    [Test]
    public void Manifest_ReadAndPrintedAgain_IsTheSame() =>
        Prop.ForAll(Rows().ToArbitrary(), rows =>
        {
            var map = ConnectionMapBuilder.Build(Text.Read(Page(rows), "page.md"), Completions.None, new ConnectionMapOptions()).Map;
            var yaml = ManifestYaml.Write([MapManifests.ToJson(map)]);
            var problems = new List<YamlProblem>();
            var read = YamlReader.ToJson(YamlReader.Documents(yaml, problems).Single());
            return problems.Count == 0 && System.Text.Json.Nodes.JsonNode.DeepEquals(read, MapManifests.ToJson(map));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    private static HashSet<string> Ids(IReadOnlyList<(string, string, string, string)> rows)
    {
        var read = Text.Read(Page(rows)).Rows;
        return read.Count == rows.Count ? [.. read.Select(r => r.Id)] : throw new InvalidOperationException($"{read.Count} rows of {rows.Count}");
    }

    private static bool Same((string Source, string Destination, string Protocol, string Port) a, (string Source, string Destination, string Protocol, string Port) b) =>
        Words(a.Source) == Words(b.Source) && Words(a.Destination) == Words(b.Destination) && a.Protocol == b.Protocol && a.Port == b.Port;

    private static string Words(string name) => name.ToLowerInvariant().Replace('-', ' ');

    private static Gen<List<(string Source, string Destination, string Protocol, string Port)>> Rows() =>
        (from source in Gen.Elements(Names)
         from destination in Gen.Elements(Names.Where(n => n.Length > 0).ToArray())
         from protocol in Gen.Elements(Protocols)
         from port in Gen.Elements(Ports)
         // a line with hardly anything in it may be part of the row above
         where source.Length > 0 || port.Length > 0
         select (source, destination, protocol, port)).ListOf().Select(rows => rows.Take(12).ToList()).Where(rows => rows.Count > 0);

    private static string Page(IReadOnlyList<(string Source, string Destination, string Protocol, string Port)> rows) =>
        $"| Source | Destination | Protocol | Port | Data |\n|---|---|---|---|---|\n{string.Concat(rows.Select(r => $"| {r.Source} | {r.Destination} | {r.Protocol} | {r.Port} | Orders |\n"))}";
}
