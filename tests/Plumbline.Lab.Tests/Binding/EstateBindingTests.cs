using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Plumbline.Api;
using Plumbline.Inventory;
using Plumbline.Import.Binding;
using Plumbline.Import.Files;
using Plumbline.Import.Mapping;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Lab.Estate;
using Plumbline.Testing;

namespace Plumbline.Lab.Tests.Binding;

/// <summary>
/// The five documents against the lab's estate with its Components taken away: what is proposed, and whether that is what people bound by hand in
/// <c>seeds/components.yaml</c>. docs/binding.md has the figures.
/// </summary>
public sealed class EstateBindingTests
{
    private static readonly string[] Bindings = ["workload", "pods", "service", "external", "nodes", "group", "outside"];

    private static readonly Lazy<IReadOnlyList<Judged>> All = new(Judge);

    /// <param name="Expected">The pods or places that people bound; null: nothing to bind.</param>
    /// <param name="First">What is proposed first; null: nothing.</param>
    private sealed record Judged(NameProposal Proposal, string Component, string? Expected, string? First)
    {
        public bool IsWritten => Proposal.Chosen is not null;

        public bool IsRight => First is not null && First == Expected;
    }

    [Test]
    public void Names_ThatAreWritten_AreAllRight() =>
        Assert.That(All.Value.Where(j => j.IsWritten && !j.IsRight).Select(j => $"{j.Proposal.Name.Name}: {j.First}, not {j.Expected}"), Is.Empty);

    [Test]
    public void Page_Table_HasTheFigures()
    {
        var components = All.Value.GroupBy(j => j.Component).ToList();
        var inCluster = components.Where(c => c.First().Expected is { } e && !e.StartsWith("external", StringComparison.Ordinal)).ToList();
        var outside = components.Where(c => c.First().Expected?.StartsWith("external", StringComparison.Ordinal) == true).ToList();
        var nothing = components.Where(c => c.First().Expected is null).ToList();
        TestContext.Out.WriteLine(string.Join('\n', All.Value.Select(j => $"{(j.IsWritten ? "written" : "open   ")} {(j.IsRight ? "right" : j.First is null ? "none " : "WRONG")} {j.Component}: {string.Join("\n            ", BindingText.Lines([j.Proposal]))}")));
        var rows = string.Join('\n', Row("in the cluster", inCluster), Row("outside it, at hosts that no document names", outside), Row("nothing: rows that open no connection", nothing), Row("all", components));
        TestContext.Out.WriteLine(rows);

        Assert.That(File.ReadAllText(Repository.PathOf("docs", "binding.md")).ReplaceLineEndings("\n"), Does.Contain(rows));
    }

    private static string Row(string what, IReadOnlyCollection<IGrouping<string, Judged>> components)
    {
        var first = components.Count(c => c.Any(j => j.IsRight));
        var written = components.Count(c => c.Any(j => j is { IsWritten: true, IsRight: true }));
        var wrongFirst = components.Count(c => !c.Any(j => j.IsRight) && c.Any(j => j.First is not null));
        var wrongWritten = components.Count(c => c.Any(j => j is { IsWritten: true, IsRight: false }));
        return $"| {what} | {components.Count} | {first} | {wrongFirst} | {written} | {wrongWritten} |";
    }

    private static IReadOnlyList<Judged> Judge()
    {
        var inventory = Inventory();
        var seeds = Directory.GetFiles(Repository.PathOf("seeds"), "*.txt").Order(StringComparer.Ordinal).ToList();
        var empty = Path.Combine(Path.GetTempPath(), $"plumbline-{Guid.NewGuid():N}.yaml");
        File.WriteAllText(empty, "");
        try
        {
            var names = NamesToBind.Read(seeds, [empty], "docs");
            var known = YamlReader.Manifests(Repository.PathOf("seeds", "components.yaml"));
            var specs = known.ToDictionary(c => c["metadata"]!["name"]!.GetValue<string>(), c => c["spec"]!.AsObject());
            var byName = known.SelectMany(c => c["spec"]!["names"]!.AsArray().Select(n => (Key: ObjectNames.Key(n!.GetValue<string>()), Name: c["metadata"]!["name"]!.GetValue<string>()))).ToDictionary(n => n.Key, n => n.Name);
            return
            [
                .. new BindingProposer(inventory, names.Definitions).Propose(names.Unbound).Select(p =>
                {
                    var component = p.Name.Component ?? byName[ObjectNames.Key(p.Name.Name)];
                    var first = p.Chosen ?? p.Proposals.FirstOrDefault(c => c.Against is null);
                    return new Judged(p, component, Meaning(specs[component], specs, inventory), first is null ? null : Meaning(SpecOf(first.Target), specs, inventory));
                }),
            ];
        }
        finally
        {
            File.Delete(empty);
        }
    }

    private static JsonObject SpecOf(BindingTarget target) =>
        MapManifests.ToJson(new V1Alpha1Component { Metadata = MapManifests.Metadata("x", "docs"), Spec = target.Bind(new V1Alpha1ComponentSpec()) })["spec"]!.AsObject();

    /// <summary>The workloads that a binding leads to, however it is written; another place as it stands.</summary>
    private static string? Meaning(JsonObject spec, Dictionary<string, JsonObject> components, ClusterInventory inventory)
    {
        var binding = Bindings.FirstOrDefault(spec.ContainsKey);
        return binding switch
        {
            null => null,
            "workload" => $"{spec["workload"]!["namespace"]}/{spec["workload"]!["name"]}",
            "group" => string.Join(' ', spec["group"]!["components"]!.AsArray().Select(m => Meaning(components[m!.GetValue<string>()], components, inventory)).Order(StringComparer.Ordinal)),
            "pods" => Workloads(inventory, spec["pods"]!["namespace"]!.ToString(), spec["pods"]!["selector"]!["matchLabels"]!.AsObject().ToDictionary(l => l.Key, l => l.Value!.ToString())),
            "service" when inventory.Services.FirstOrDefault(s => s.Namespace == spec["service"]!["namespace"]!.ToString() && s.Name == spec["service"]!["name"]!.ToString()) is { } service =>
                $"service {Workloads(inventory, service.Namespace, service.Selector)}",
            _ => $"{binding} {spec[binding]!.ToJsonString()}",
        };
    }

    private static string Workloads(ClusterInventory inventory, string @namespace, IReadOnlyDictionary<string, string> labels) =>
        string.Join(' ', inventory.Workloads.Where(w => w.Key.Namespace == @namespace && labels.All(l => w.PodLabels.TryGetValue(l.Key, out var v) && v == l.Value)).Select(w => $"{w.Key.Namespace}/{w.Key.Name}").Order(StringComparer.Ordinal));

    private static ClusterInventory Inventory()
    {
        var estate = EstateModel.Load();
        var controllers = estate.Workloads.SelectMany(w => Manifests.Controllers(w, null)).ToList();
        return InventoryBuilder.Build(
            Of<V1Deployment>(controllers, "Deployment"),
            Of<V1StatefulSet>(controllers, "StatefulSet"),
            Of<V1DaemonSet>(controllers, "DaemonSet"),
            Of<V1Job>(controllers, "Job"),
            Of<V1CronJob>(controllers, "CronJob"),
            Of<V1Service>([.. estate.Workloads.Where(w => w.Service is not null).Select(w => Manifests.Service(w, "10.96.1.1"))], "Service"),
            Of<V1Pod>([.. EstatePlan.Pods(estate).Select(p => Manifests.Pod(p, "uid"))], "Pod"));
    }

    private static List<T> Of<T>(IReadOnlyList<JsonObject> objects, string kind) =>
        [.. objects.Where(o => o["kind"]!.ToString() == kind).Select(o => o.Deserialize(KindContracts.Models.Full<T>())!)];
}
