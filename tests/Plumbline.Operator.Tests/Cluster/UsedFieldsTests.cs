using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using k8s;
using k8s.Models;
using Plumbline.Core.Cluster;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Kubernetes.Contracts.Policies;
using Plumbline.Operator.Cluster;

namespace Plumbline.Operator.Tests.Cluster;

/// <summary>Objects in which every field is set give the same facts by whole contracts and by those that are cut.</summary>
public sealed class UsedFieldsTests
{
    /// <summary>Read by the cache, for our own kinds, or to leave an object out, so no fact of these objects shows them.</summary>
    private static readonly string[] NotInFacts = ["V1ObjectMeta.resourceVersion", "V1ObjectMeta.generation", "V1OwnerReference.uid", "V1EndpointSlice.addressType"];

    private static readonly Dictionary<string, string> Words = new()
    {
        ["V1PodCondition.type"] = "Ready",
        ["V1PodCondition.status"] = "True",
        ["V1NodeCondition.type"] = "Ready",
        ["V1NodeCondition.status"] = "True",
        ["V1Container.name"] = "istio-proxy",
        ["V1Container.restartPolicy"] = "Always",
        ["V1PodStatus.phase"] = "Running",
        ["V1PodDNSConfigOption.name"] = "ndots",
        ["V1PodDNSConfigOption.value"] = "3",
        ["V1NodeAddress.type"] = "InternalIP",
        ["V1ObjectReference.kind"] = "Pod",
        ["V1OwnerReference.kind"] = "ReplicaSet",
        ["V1LabelSelectorRequirement.operator"] = "In",
        ["V1NetworkPolicyPort.protocol"] = "UDP",
        ["V1ServiceSpec.internalTrafficPolicy"] = "Local",
        ["V1Taint.key"] = "virtual-kubelet.io/provider",
        ["V1NetworkPolicySpec.policyTypes"] = "Egress",
    };

    private static readonly Kind[] Kinds =
    [
        Of<V1Pod>(FactMapper.Pod),
        Of<V1Service>(FactMapper.Service),
        Of<V1EndpointSlice>(FactMapper.Slice),
        Of<V1Node>(FactMapper.Node),
        // The taint says enough, and hides that the operating system would as well.
        Of<V1Node>(n => FactMapper.Node(new V1Node { Metadata = n.Metadata, Status = n.Status })),
        Of<V1Namespace>(FactMapper.Namespace),
        Of<V1NetworkPolicy>(NetworkPolicyMapper.ToPolicy),
        Of<AdminNetworkPolicyObject>(AdminPolicyMapper.ToPolicy),
        Of<BaselineAdminNetworkPolicyObject>(AdminPolicyMapper.ToPolicy),
        Of<ClusterNetworkPolicyObject>(AdminPolicyMapper.ToPolicy),
        Of<CiliumNetworkPolicyObject>(p => p.Metadata.Key()),
        Of<CiliumClusterwideNetworkPolicyObject>(p => p.Metadata.Key()),
        Of<CalicoNetworkPolicyObject>(p => p.Metadata.Key()),
        Of<CalicoGlobalNetworkPolicyObject>(p => p.Metadata.Key()),
        Of<V1Deployment>(d => FactMapper.Workload(d, WorkloadKind.Deployment, d.Spec?.Replicas)),
        Of<V1ReplicaSet>(r => FactMapper.Workload(r, WorkloadKind.ReplicaSet, r.Spec?.Replicas)),
        Of<V1StatefulSet>(s => FactMapper.Workload(s, WorkloadKind.StatefulSet, s.Spec?.Replicas)),
        Of<V1DaemonSet>(d => FactMapper.Workload(d, WorkloadKind.DaemonSet, null)),
        Of<V1Job>(j => FactMapper.Workload(j, WorkloadKind.Job, null)),
        Of<V1CronJob>(c => FactMapper.Workload(c, WorkloadKind.CronJob, null)),
    ];

    [TestCaseSource(nameof(Kinds))]
    public void Kind_ReadByCutContracts_GivesTheSameFacts(object kind)
    {
        var (_, json, facts) = (Kind)kind;

        Assert.That(facts(new KindContracts(UsedFields.Table), json), Is.EqualTo(facts(KindContracts.Models, json)));
    }

    [Test]
    public void SliceOfNames_ReadByCutContracts_HoldsNoEndpoint() => Assert.That(
        Of<V1EndpointSlice>(FactMapper.Slice).Facts(
            new KindContracts(UsedFields.Table), """{"metadata":{"name":"a","labels":{"kubernetes.io/service-name":"s"}},"addressType":"FQDN","endpoints":[{"addresses":["db.example"]}]}"""),
        Does.Contain("\"Endpoints\":[]").And.Contain("\"OfNames\":true"));

    [Test]
    public void UsedFields_AreAllNeeded() => Assert.That(
        from entry in UsedFields.Table
        from field in entry.Value
        where !NotInFacts.Contains($"{entry.Key.Name}.{field}")
        let without = new KindContracts(new Dictionary<Type, string[]>(UsedFields.Table) { [entry.Key] = [.. entry.Value.Where(f => f != field)] })
        where Kinds.All(k => k.Facts(without, k.Json) == k.Facts(KindContracts.Models, k.Json))
        select $"{entry.Key.Name}.{field} changes no fact",
        Is.Empty);

    private static Kind Of<T>(Func<T, object?> reduce)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var next = 1000;
        return new Kind(
            typeof(T).Name,
            Fill(typeof(T), "", ref next)!.ToJsonString(),
            (contracts, json) =>
            {
                try
                {
                    return JsonSerializer.Serialize(reduce(JsonSerializer.Deserialize(json, contracts.Bulk<T>())!));
                }
                catch (NullReferenceException)
                {
                    return "the facts need a field that was not read";
                }
            });
    }

    private static JsonNode? Fill(Type type, string path, ref int next)
    {
        next++;
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
        {
            return Words.GetValueOrDefault(path) ?? $"{path}-{next}";
        }

        if (type == typeof(bool))
        {
            return path != "V1EndpointConditions.ready"; // absent means true there
        }

        if (type == typeof(int) || type == typeof(long) || type == typeof(double))
        {
            return next;
        }

        if (type == typeof(DateTime))
        {
            return "2026-01-01T00:00:00Z";
        }

        if (type == typeof(IntOrString) || type == typeof(ResourceQuantity))
        {
            return $"{next}";
        }

        var contract = KindContracts.Models.Options.GetTypeInfo(type);
        switch (contract.Kind)
        {
            case JsonTypeInfoKind.Enumerable:
                return new JsonArray(Fill(contract.ElementType!, path, ref next), Fill(contract.ElementType!, path, ref next));
            case JsonTypeInfoKind.Dictionary:
                return new JsonObject { ["a"] = Fill(contract.ElementType!, path, ref next), ["kubernetes.io/service-name"] = Fill(contract.ElementType!, path, ref next) };
            case JsonTypeInfoKind.Object when type != typeof(object):
                var filled = new JsonObject();
                foreach (var property in contract.Properties)
                {
                    filled[property.Name] = Fill(property.PropertyType, $"{type.Name}.{property.Name}", ref next);
                }

                return filled;
            default:
                return null;
        }
    }

    internal sealed record Kind(string Name, string Json, Func<KindContracts, string, string> Facts)
    {
        public override string ToString() => Name;
    }
}
