using System.Collections.Immutable;

namespace Plumbline.Core.Cluster;

/// <summary>
/// Nodes on which no agent can ever run. An agent needs a Linux kernel whose network namespaces it can enter: Windows has none, and a virtual
/// node has no machine behind it. Their pods are no place for probes to start, and nobody waits for an agent there.
/// </summary>
/// <remarks>
/// Sources: Kubernetes, "Well-Known Labels, Annotations and Taints" (kubernetes.io/os); Virtual Kubelet, which labels its nodes
/// type=virtual-kubelet and taints them virtual-kubelet.io/provider (Azure Container Instances and Alibaba ECI follow); Amazon EKS, "AWS Fargate",
/// which labels and taints its nodes eks.amazonaws.com/compute-type=fargate; KWOK, whose nodes have type=kwok.
/// </remarks>
public static class AgentNodes
{
    private const string OperatingSystem = "kubernetes.io/os";
    private const string ComputeType = "eks.amazonaws.com/compute-type";
    private const string VirtualProvider = "virtual-kubelet.io/provider";

    /// <param name="taints">Keys of the node's taints.</param>
    /// <param name="operatingSystem">As the kubelet reports it, for nodes that lack the label.</param>
    /// <returns>Why no agent can run there, to follow "node X is …"; null when one can.</returns>
    public static string? Obstacle(ImmutableSortedDictionary<string, string> labels, IEnumerable<string> taints, string? operatingSystem)
    {
        var system = labels.GetValueOrDefault(OperatingSystem) ?? operatingSystem;
        return labels.GetValueOrDefault(ComputeType) == "fargate" || taints.Contains(ComputeType) ? "a Fargate node"
            : labels.GetValueOrDefault("type") switch
            {
                "virtual-kubelet" => "a virtual node",
                "kwok" => "a simulated node",
                _ => taints.Contains(VirtualProvider) ? "a virtual node"
                    : string.IsNullOrEmpty(system) || system.Equals("linux", StringComparison.OrdinalIgnoreCase) ? null
                    : system.Equals("windows", StringComparison.OrdinalIgnoreCase) ? "a Windows node"
                    : $"a node of the operating system '{system}'",
            };
    }
}
