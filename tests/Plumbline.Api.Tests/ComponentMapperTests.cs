using System.Collections.Immutable;
using Plumbline.Api.Mapping;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Probes;
using Plumbline.Core.Words;

namespace Plumbline.Api.Tests;

public sealed class ComponentMapperTests
{
    [TestCase("Deployment", WorkloadKind.Deployment)]
    [TestCase("StatefulSet", WorkloadKind.StatefulSet)]
    [TestCase("DaemonSet", WorkloadKind.DaemonSet)]
    [TestCase("ReplicaSet", WorkloadKind.ReplicaSet)]
    [TestCase("Job", WorkloadKind.Job)]
    [TestCase("CronJob", WorkloadKind.CronJob)]
    public void Workload_OfEveryKind_IsBound(string kind, WorkloadKind expected) =>
        Assert.That(Bind($"workload: {{kind: {kind}, namespace: voice, name: tenant}}"), Is.EqualTo(new Binding.Workload(new(expected, "voice", "tenant"))));

    [Test]
    public void Workload_OfAKindThatIsNotWatched_IsKnownByThatKind() => Assert.That(
        Bind("workload: {kind: Rollout, namespace: voice, name: tenant}"),
        Is.EqualTo(new Binding.Workload(new(WorkloadKind.Other, "voice", "tenant") { OtherKind = "Rollout" })));

    [Test]
    public void External_WithAProxy_GoesThroughIt() => Assert.That(
        Bind("external: {hosts: [db.example.com], proxy: {host: proxy.corp, port: 3128}}"),
        Is.EqualTo(new Binding.External([new ExternalHost("db.example.com", [])]) { Proxy = new ProxySpec("proxy.corp", 3128) }));

    [Test]
    public void Bindings_OfTheOtherKinds_AreTakenOver()
    {
        Assert.That(Bind("service: {namespace: infra, name: pg}"), Is.EqualTo(new Binding.Service(new("infra", "pg"))));
        Assert.That(Bind("outside: {}"), Is.EqualTo(new Binding.Outside()));
        Assert.That(Bind("names: [x]"), Is.EqualTo(new Binding.None()));
        Assert.That(Bind("nodes: {}"), Is.EqualTo(new Binding.Nodes(LabelSelector.Everything, SameNode: true)));
        Assert.That(Bind("nodes: {scope: All, selector: {matchLabels: {a: b}}}"), Is.EqualTo(new Binding.Nodes(LabelSelector.Of(("a", "b")), SameNode: false)));
        Assert.That(((Binding.Group)Bind("group: {components: [a, b]}")).Components, Is.EqualTo(ImmutableArray.Create("a", "b")));
        Assert.That(
            Bind("pods: {namespace: gws, selector: {matchLabels: {a: b}, matchExpressions: [{key: k, operator: NotIn, values: [v]}]}}"),
            Is.EqualTo(new Binding.Pods("gws", LabelSelector.Of(("a", "b")) with { MatchExpressions = [new("k", LabelOperator.NotIn, ["v"])] })));
    }

    [Test]
    public void External_HostsAndEndpoints_AreAllHosts()
    {
        var hosts = ((Binding.External)Bind("external: {hosts: [a.example], endpoints: [{host: b.example, ports: [1, 2]}]}")).Hosts;

        Assert.That(hosts.Select(h => (h.Host, string.Join(',', h.Ports))), Is.EqualTo(new[] { ("a.example", ""), ("b.example", "1,2") }));
    }

    [Test]
    public void PortOverrides_AreTakenOver()
    {
        var component = ComponentMapper.ToComponent(Manifests.ReadAs<V1Alpha1Component>(
            "metadata: {name: c, namespace: docs}\nspec: {names: [A, ' '], service: {namespace: a, name: b}, portOverrides: [{documented: 80, actual: 8095}]}"));

        Assert.That(component.Key, Is.EqualTo(new NamespacedName("docs", "c")));
        Assert.That(component.Names, Is.EqualTo(ImmutableArray.Create("A")), "a blank name would claim every blank party");
        Assert.That((component.ActualPort(80), component.ActualPort(81)), Is.EqualTo((8095, 81)));
    }

    [TestCase("service: {namespace: a, name: b}, outside: {}", "spec.outside: a Component binds its names to one thing, and this one has service and outside; keep one")]
    [TestCase("workload: {kind: deployment, namespace: a, name: b}", "spec.workload.kind: 'deployment' is no kind; write it as kubectl api-resources does, such as Deployment or StatefulSet")]
    [TestCase("external: {hosts: [db.example.com], proxy: {host: proxy.example.com}}", "spec.external.proxy.port: a port is missing; spec.external.proxy: a proxy needs a host and a port")]
    [TestCase("workload: {namespace: a, name: b}", "spec.workload.kind: the workload's kind is missing")]
    [TestCase("service: {name: b}", "spec.service.namespace: it is missing")]
    [TestCase("pods: {selector: {}}", "spec.pods.namespace: the pods' namespace is missing")]
    [TestCase("pods: {namespace: a, selector: {matchExpressions: [{key: k, operator: Gt, values: ['1']}]}}", "spec.pods.selector.matchExpressions[0].operator: 'Gt' is not known here; use one of In, NotIn, Exists, DoesNotExist")]
    [TestCase("external: {}", "spec.external.hosts: external needs at least one entry in hosts or endpoints")]
    [TestCase("external: {hosts: [a], endpoints: [{host: b}]}", "spec.external.endpoints[0]: an endpoint needs a host and at least one port")]
    [TestCase("group: {}", "spec.group.components: a group needs at least one Component")]
    [TestCase("nodes: {scope: Zone}", "spec.nodes.scope: 'Zone' is not known here; use one of SameNode, All")]
    [TestCase("outside: {}, portOverrides: [{documented: 0, actual: 1}]", "spec.portOverrides[0].documented: 0 is no port; ports are 1 to 65535")]
    public void Binding_ThatCannotBeRead_IsInvalidAndNamesTheField(string spec, string problem) =>
        Assert.That(Bind(spec), Is.EqualTo(new Binding.Invalid(problem)));

    private static Binding Bind(string spec) =>
        ComponentMapper.ToComponent(Manifests.ReadAs<V1Alpha1Component>($"metadata: {{name: c, namespace: docs}}\nspec: {{{spec}}}")).Binding;
}
