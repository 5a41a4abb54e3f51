using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;

namespace Plumbline.Core.Resolution;

/// <summary>Why a selector leads to no pod that runs.</summary>
internal static class PodsInWords
{
    public static string Of(Binding.Pods selected, IClusterFacts cluster)
    {
        var pods = cluster.PodsMatching(selected.Namespace, selected.Selector);
        var which = $"in namespace {selected.Namespace} that match{(pods.Count == 1 ? "es" : "")} {selected.Selector}";
        return pods.Count switch
        {
            0 => $"no pod in namespace {selected.Namespace} matches {selected.Selector}",
            1 => $"the only pod {which} does not run: {State(pods[0])}",
            _ => $"none of the {pods.Count} pods {which} runs: {string.Join(", ", pods.GroupBy(State).Select(g => $"{g.Count()} {g.Key}"))}",
        };
    }

    private static string State(PodFacts pod) => pod.Terminating ? "Terminating"
        : pod.Phase != PodPhase.Running ? pod.Phase.ToString()
        : pod.Node is null ? "Running, without a node" : "Running, without an address";
}
