using k8s;
using k8s.Models;

namespace Plumbline.Kubernetes.Contracts.Policies;

/// <summary>A network plugin's own kind of policy: that it is there is all that is read of it.</summary>
[KubernetesEntity(Group = "cilium.io", ApiVersion = "v2", Kind = "CiliumNetworkPolicy", PluralName = "ciliumnetworkpolicies")]
public sealed record CiliumNetworkPolicyObject : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set => field = value ?? "cilium.io/v2"; } = "cilium.io/v2";

    public string Kind { get; set => field = value ?? "CiliumNetworkPolicy"; } = "CiliumNetworkPolicy";

    public V1ObjectMeta Metadata { get; set => field = value ?? new V1ObjectMeta(); } = new();
}

/// <inheritdoc cref="CiliumNetworkPolicyObject"/>
[KubernetesEntity(Group = "cilium.io", ApiVersion = "v2", Kind = "CiliumClusterwideNetworkPolicy", PluralName = "ciliumclusterwidenetworkpolicies")]
public sealed record CiliumClusterwideNetworkPolicyObject : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set => field = value ?? "cilium.io/v2"; } = "cilium.io/v2";

    public string Kind { get; set => field = value ?? "CiliumClusterwideNetworkPolicy"; } = "CiliumClusterwideNetworkPolicy";

    public V1ObjectMeta Metadata { get; set => field = value ?? new V1ObjectMeta(); } = new();
}

/// <inheritdoc cref="CiliumNetworkPolicyObject"/>
[KubernetesEntity(Group = "crd.projectcalico.org", ApiVersion = "v1", Kind = "NetworkPolicy", PluralName = "networkpolicies")]
public sealed record CalicoNetworkPolicyObject : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set => field = value ?? "crd.projectcalico.org/v1"; } = "crd.projectcalico.org/v1";

    public string Kind { get; set => field = value ?? "NetworkPolicy"; } = "NetworkPolicy";

    public V1ObjectMeta Metadata { get; set => field = value ?? new V1ObjectMeta(); } = new();
}

/// <inheritdoc cref="CiliumNetworkPolicyObject"/>
[KubernetesEntity(Group = "crd.projectcalico.org", ApiVersion = "v1", Kind = "GlobalNetworkPolicy", PluralName = "globalnetworkpolicies")]
public sealed record CalicoGlobalNetworkPolicyObject : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set => field = value ?? "crd.projectcalico.org/v1"; } = "crd.projectcalico.org/v1";

    public string Kind { get; set => field = value ?? "GlobalNetworkPolicy"; } = "GlobalNetworkPolicy";

    public V1ObjectMeta Metadata { get; set => field = value ?? new V1ObjectMeta(); } = new();
}
