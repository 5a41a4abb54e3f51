using k8s;
using k8s.Models;

namespace Plumbline.Kubernetes.Client;

public static class KubernetesClientExtensions
{
    private const int Restarts = 3;

    /// <summary>All pages as one list. A continue token that expires on the way starts it over, as the pages would not fit together.</summary>
    public static Task<KubernetesList<T>> ListAsync<T>(this IKubernetesClient client, ListOptions? options, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta> =>
        client.ListAsync<T, T>(options, item => item, cancellationToken);

    /// <summary>All pages as one list that holds only what <paramref name="keep"/> makes of each object, so that no whole page outlives its turn.</summary>
    public static async Task<KubernetesList<TKept>> ListAsync<T, TKept>(
        this IKubernetesClient client, ListOptions? options, Func<T, TKept> keep, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        for (var restart = 0; ; restart++)
        {
            try
            {
                return await ListOnceAsync(client, options ?? new ListOptions(), keep, cancellationToken);
            }
            catch (KubernetesRequestException e) when (e.Kind is KubernetesErrorKind.Gone && restart < Restarts)
            {
            }
        }
    }

    private static async Task<KubernetesList<TKept>> ListOnceAsync<T, TKept>(
        IKubernetesClient client, ListOptions options, Func<T, TKept> keep, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var items = new List<TKept>();
        var unreadable = new List<UnreadableObject>();
        while (true)
        {
            var page = await client.ListPageAsync<T>(options, cancellationToken);
            items.AddRange(page.Items.Select(keep));
            unreadable.AddRange(page.Unreadable);
            if (string.IsNullOrEmpty(page.Continue))
            {
                return new KubernetesList<TKept>(items, page.ResourceVersion, null, unreadable);
            }

            options = options with { Continue = page.Continue };
        }
    }
}
