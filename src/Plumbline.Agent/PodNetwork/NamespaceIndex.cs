using System.Net;
using Plumbline.Probing.Namespaces;

namespace Plumbline.Agent.PodNetwork;

/// <summary>Which pinned namespace holds which address. Reads a namespace once for each identity; holds no descriptor.</summary>
/// <param name="read">Tells the addresses inside a namespace.</param>
public sealed class NamespaceIndex(string directory, Func<NetworkNamespace, Task<NamespaceAddresses>> read)
{
    private readonly Dictionary<string, (NetworkNamespace Namespace, IReadOnlyList<IPAddress> Addresses)> _known = new(StringComparer.Ordinal);

    public IReadOnlyList<NetworkNamespace> Holding(IReadOnlyCollection<IPAddress> addresses) =>
        [.. _known.Values.Where(entry => entry.Addresses.Any(addresses.Contains)).Select(entry => entry.Namespace)];

    /// <summary>Looks at new and changed files only; an address that moves within a namespace is found by <see cref="Forget"/>.</summary>
    public async Task ScanAsync()
    {
        var there = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in Files())
        {
            if (NetworkNamespace.AtPath(path) is not { } found)
                continue;

            there.Add(path);
            if (_known.TryGetValue(path, out var known) && known.Namespace.Inode == found.Inode && known.Addresses.Count > 0)
                continue;

            // A namespace without addresses is one in the making: it is read again at the next scan.
            var inside = await read(found);
            if (inside.Failure is null)
                _known[path] = (found, inside.Addresses);
            else
                _known.Remove(path);
        }

        foreach (var gone in _known.Keys.Where(path => !there.Contains(path)).ToList())
            _known.Remove(gone);
    }

    public void Forget(NetworkNamespace target)
    {
        if (target.Path is not null)
            _known.Remove(target.Path);
    }

    private string[] Files()
    {
        try
        {
            return Directory.GetFiles(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
