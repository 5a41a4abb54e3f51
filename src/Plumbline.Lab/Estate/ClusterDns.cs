using System.Text.Json.Nodes;

namespace Plumbline.Lab.Estate;

/// <summary>Cluster DNS as its own workload, where kubeadm puts it.</summary>
internal static class ClusterDns
{
    public const string Address = "10.96.0.10";

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

    public static JsonObject Service()
    {
        var service = Manifests.Service(Workload, Address);
        service["spec"]!["ports"] = new JsonArray(Port("dns", "UDP"), Port("dns-tcp", "TCP"));
        return service;
    }

    private static JsonObject Port(string name, string protocol) => new() { ["name"] = name, ["port"] = 53, ["targetPort"] = 53, ["protocol"] = protocol };
}
