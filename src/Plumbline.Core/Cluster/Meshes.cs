namespace Plumbline.Core.Cluster;

/// <summary>
/// Which service mesh stands between a pod and its connections. The mesh's proxy accepts them before it knows whether the far end does, so that a TCP
/// handshake proves nothing.
/// </summary>
/// <remarks>
/// Sidecars are known by the names that their injectors give them: istio-proxy and linkerd-proxy (as native sidecars, too), kuma-sidecar, consul-dataplane. Istio's ambient
/// mode has none, and is known by the label that enrols the pod (istio.io/dataplane-mode).
/// </remarks>
public static class Meshes
{
    /// <returns>As it is called in a sentence; null for a pod that is in none, as far as that shows.</returns>
    public static string? Of(IEnumerable<string> containers, IReadOnlyDictionary<string, string> labels)
    {
        foreach (var container in containers)
        {
            switch (container)
            {
                case "istio-proxy":
                    return "Istio";
                case "linkerd-proxy":
                    return "Linkerd";
                case "kuma-sidecar":
                    return "Kuma";
                case "consul-dataplane":
                    return "Consul";
                default:
                    break;
            }
        }

        return labels.GetValueOrDefault("istio.io/dataplane-mode") == "ambient" ? "Istio (ambient)" : null;
    }
}
