using System.Net;
using System.Text.Json.Nodes;

namespace Plumbline.Lab.Estate;

/// <summary>Cluster DNS as its own workload, where kubeadm puts it.</summary>
internal static class ClusterDns
{
    public const string Name = "kube-system/kube-dns";
    public const string Address = "10.96.0.10";

    /// <summary>A resolver outside the cluster, as nodes have it in their own resolv.conf.</summary>
    public static readonly IPAddress NodeResolver = IPAddress.Parse("198.51.100.2");

    public static EstateWorkload Workload { get; } = new()
    {
        Name = "coredns",
        Namespace = "kube-system",
        Kind = "Deployment",
        Replicas = 1,
        Labels = new() { ["k8s-app"] = "kube-dns" },
        Service = "kube-dns",
        Ports = [new EstatePort { Port = 53, Speaks = "dns" }],
    };

    public static PlannedPod Plan(string node)
    {
        var (kind, name) = EstatePlan.OwnerOf(Workload);
        return new PlannedPod(Workload, $"{name}-x7x7x", node, kind, name);
    }

    /// <param name="name">Namespace and name: distributions call it by other names than kubeadm.</param>
    public static JsonObject Service(string name = Name)
    {
        var service = Manifests.Service(Workload, Address);
        (service["metadata"]!["namespace"], service["metadata"]!["name"]) = (name.Split('/')[0], name.Split('/')[1]);
        service["spec"]!["ports"] = new JsonArray(Port("dns", "UDP"), Port("dns-tcp", "TCP"));
        if (name != Name)
        {
            // Neither its name nor its labels are kubeadm's.
            service["metadata"]!["labels"] = new JsonObject { ["app.kubernetes.io/name"] = "dns" };
        }

        if (!name.StartsWith($"{Workload.Namespace}/", StringComparison.Ordinal))
        {
            // Its pods are in another namespace, so that no selector finds them: its slice is written by hand.
            service["spec"]!.AsObject().Remove("selector");
        }

        return service;
    }

    /// <summary>The slice of a DNS Service that cannot select its pods; null for one that can.</summary>
    public static JsonObject? Slice(string name, IPAddress pod) => name.StartsWith($"{Workload.Namespace}/", StringComparison.Ordinal) ? null : new JsonObject
    {
        ["apiVersion"] = "discovery.k8s.io/v1",
        ["kind"] = "EndpointSlice",
        ["metadata"] = new JsonObject
        {
            ["name"] = $"{name.Split('/')[1]}-lab", ["namespace"] = name.Split('/')[0], ["labels"] = new JsonObject { ["kubernetes.io/service-name"] = name.Split('/')[1] },
        },
        ["addressType"] = "IPv4",
        ["ports"] = new JsonArray(SlicePort("dns", "UDP"), SlicePort("dns-tcp", "TCP")),
        ["endpoints"] = new JsonArray(new JsonObject { ["addresses"] = new JsonArray(pod.ToString()), ["conditions"] = new JsonObject { ["ready"] = true } }),
    };

    private static JsonObject SlicePort(string name, string protocol) => new() { ["name"] = name, ["port"] = 53, ["protocol"] = protocol };

    private static JsonObject Port(string name, string protocol) => new() { ["name"] = name, ["port"] = 53, ["targetPort"] = 53, ["protocol"] = protocol };
}
