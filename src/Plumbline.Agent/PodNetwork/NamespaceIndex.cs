using System.Net;
using Plumbline.Probing.Namespaces;

namespace Plumbline.Agent.PodNetwork;

/// <summary>Which pinned namespace holds which address. Reads a namespace once for each identity; holds no descriptor.</summary>
/// <param name="read">Tells the addresses inside a namespace.</param>
public sealed class NamespaceIndex(string directory, Func<NetworkNamespace, Task<NamespaceAddresses>> read)
{
    private readonly Dictionary<string, (NetworkNamespace Namespace, IReadOnlyList<IPAddress> Addresses)> _known = new(StringComparer.Ordinal);

    /// <summary>Why not one of the namespaces that are there could be looked into, at the last scan; null when one could, or there is none.</summary>
    public string? Obstacle { get; private set; }

    /// <summary>Why the directory could not be listed at the last scan; null when it could.</summary>
    public string? Unlisted { get; private set; }

    public IReadOnlyList<NetworkNamespace> Holding(IReadOnlyCollection<IPAddress> addresses) =>
        [.. _known.Values.Where(entry => entry.Addresses.Any(addresses.Contains)).Select(entry => entry.Namespace)];

    /// <summary>Looks at new and changed files only; an address that moves within a namespace is found by <see cref="Forget"/>.</summary>
    public async Task ScanAsync()
    {
        var there = new HashSet<string>(StringComparer.Ordinal);
        string? obstacle = null;
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

            // One that is just going is no obstacle: it fails because it is gone.
            if (inside.Failure is not null && NetworkNamespace.AtPath(path)?.Inode == found.Inode)
                obstacle ??= inside.Failure;
        }

        foreach (var gone in _known.Keys.Where(path => !there.Contains(path)).ToList())
            _known.Remove(gone);
        Obstacle = _known.Count == 0 ? obstacle : null;
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
            Unlisted = null;
            return Directory.GetFiles(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Unlisted = $"{directory} cannot be listed: is the host's directory mounted there? ({e.Message})";
            return [];
        }
    }
}
