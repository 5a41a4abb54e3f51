using System.Text.Json.Serialization;

namespace Plumbline.Kubernetes.Contracts.Policies;

/// <summary>Policies of kinds that KubernetesClient has no models of.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(AdminNetworkPolicyObject))]
[JsonSerializable(typeof(BaselineAdminNetworkPolicyObject))]
[JsonSerializable(typeof(ClusterNetworkPolicyObject))]
[JsonSerializable(typeof(CiliumNetworkPolicyObject))]
[JsonSerializable(typeof(CiliumClusterwideNetworkPolicyObject))]
[JsonSerializable(typeof(CalicoNetworkPolicyObject))]
[JsonSerializable(typeof(CalicoGlobalNetworkPolicyObject))]
public sealed partial class PolicyJson : JsonSerializerContext;
