extern alias plain;
using plain::k8s;
using plain::k8s.Models;

namespace Plumbline.Benchmarks.Lists;

/// <summary>As one writes it with KubernetesClient: typed pages, its watcher, and the pods in a dictionary.</summary>
internal sealed class PlainLibrary(Uri server) : IListContender
{
    private readonly plain::k8s.Kubernetes _client = new(new KubernetesClientConfiguration { Host = server.AbsoluteUri });

    public async Task FollowAsync(Action<object> listed, Action changed, CancellationToken stop)
    {
        var kept = new Dictionary<(string, string), V1Pod>();
        V1PodList page;
        string? next = null;
        do
        {
            page = await _client.CoreV1.ListPodForAllNamespacesAsync(limit: 500, continueParameter: next, cancellationToken: stop);
            foreach (var pod in page.Items)
                kept[(pod.Metadata.NamespaceProperty, pod.Metadata.Name)] = pod;
            next = page.Metadata.ContinueProperty;
        }
        while (!string.IsNullOrEmpty(next));

        var version = page.Metadata.ResourceVersion;
        page = null!;
        listed(kept);
        await foreach (var (_, pod) in _client.CoreV1.WatchListPodForAllNamespacesAsync(allowWatchBookmarks: true, resourceVersion: version, cancellationToken: stop))
        {
            kept[(pod.Metadata.NamespaceProperty, pod.Metadata.Name)] = pod;
            changed();
        }
    }

    public void Dispose() => _client.Dispose();
}
