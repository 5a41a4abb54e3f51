namespace Plumbline.Core.Cluster.Policies;

/// <summary>A policy of a network plugin's own kind. That it is there is all that is known of it: it may apply.</summary>
/// <param name="Kind">As the plugin calls it: <c>CiliumNetworkPolicy</c>, <c>Calico NetworkPolicy</c>.</param>
/// <param name="Namespace">Empty: the policy is of the whole cluster.</param>
public sealed record OtherPolicy(string Kind, string Namespace, string Name)
{
    public override string ToString() => Namespace.Length == 0 ? $"{Kind} {Name}" : $"{Kind} {Namespace}/{Name}";
}
