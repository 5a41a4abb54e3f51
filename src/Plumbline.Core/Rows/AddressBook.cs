using Plumbline.Core.Cluster;

namespace Plumbline.Core.Rows;

/// <summary>What an address that a name led to is, in the words of an explanation.</summary>
internal sealed class AddressBook(IClusterFacts cluster)
{
    /// <returns>Null for an address that is nothing of the cluster's.</returns>
    public string? OwnerOf(string address) =>
        cluster.ServiceAt(address) is { } service ? $"Service {service.Key}" : cluster.PodAt(address) is { } pod ? $"pod {pod.Key}" : null;
}
