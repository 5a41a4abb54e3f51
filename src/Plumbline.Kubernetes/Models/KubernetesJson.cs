using System.Text.Json.Serialization;

namespace Plumbline.Kubernetes.Models;

/// <summary>The built-in kinds as JSON. A context of other kinds needs the same three options, or it writes fields that nobody meant to own.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(V1Status))]
[JsonSerializable(typeof(V1ListMeta))]
[JsonSerializable(typeof(V1Pod))]
[JsonSerializable(typeof(V1Service))]
[JsonSerializable(typeof(V1EndpointSlice))]
[JsonSerializable(typeof(V1Namespace))]
[JsonSerializable(typeof(V1ConfigMap))]
[JsonSerializable(typeof(V1Node))]
[JsonSerializable(typeof(V1Deployment))]
[JsonSerializable(typeof(V1ReplicaSet))]
[JsonSerializable(typeof(V1StatefulSet))]
[JsonSerializable(typeof(V1DaemonSet))]
[JsonSerializable(typeof(V1Job))]
[JsonSerializable(typeof(V1CronJob))]
[JsonSerializable(typeof(V1NetworkPolicy))]
[JsonSerializable(typeof(V1Lease))]
[JsonSerializable(typeof(V1LeaseSpec))]
[JsonSerializable(typeof(Eventsv1Event))]
[JsonSerializable(typeof(Eventsv1EventSeries))]
[JsonSerializable(typeof(V1TokenReview))]
[JsonSerializable(typeof(AuthenticationV1TokenRequest))]
public sealed partial class KubernetesJson : JsonSerializerContext;
