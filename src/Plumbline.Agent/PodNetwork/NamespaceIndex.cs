using System.Net;
using Plumbline.Probing.Namespaces;

namespace Plumbline.Agent.PodNetwork;

/// <summary>Which pinned namespace holds which address. Reads a namespace once for each identity; holds no descriptor.</summary>
/// <param name="read">Tells the addresses inside a namespace.</param>
public sealed class NamespaceIndex(string directory, Func<NetworkNamespace, Task<NamespaceAddresses>> read)
{
    /// <summary>A file that is still no namespace with an address by then stays one of those.</summary>
    private const int MaxScansOfTheSame = 60;

    private readonly Dictionary<string, (NetworkNamespace Namespace, IReadOnlyList<IPAddress> Addresses)> _known = new(StringComparer.Ordinal);

    private DateTime _seen = DateTime.MinValue;
    private bool _unsettled = true;
    private int _scansOfTheSame;

    /// <summary>Why not one of the namespaces that are there could be looked into, at the last scan; null when one could, or there is none.</summary>
    public string? Obstacle { get; private set; }

    /// <summary>
    /// Whether a scan might find something else than the last one did: files came or went, or one was there that is no namespace yet, or one without an address.
    /// </summary>
    public bool MayHaveChanged => (_unsettled && _scansOfTheSame < MaxScansOfTheSame) || Directory.GetLastWriteTimeUtc(directory) != _seen;

    /// <summary>Files that were there at the last scan that could list them.</summary>
    public IReadOnlySet<string> Pinned { get; private set; } = new HashSet<string>();

    /// <summary>Why the directory could not be listed at the last scan; null when it could.</summary>
    public string? Unlisted { get; private set; }

    public IReadOnlyList<NetworkNamespace> Holding(IReadOnlyCollection<IPAddress> addresses) =>
        [.. _known.Values.Where(entry => entry.Addresses.Any(addresses.Contains)).Select(entry => entry.Namespace)];

    /// <summary>Looks at new and changed files only; an address that moves within a namespace is found by <see cref="Forget"/>.</summary>
    public async Task ScanAsync()
    {
        // Before the files are listed: what comes in between is found by the next scan.
        var seen = Directory.GetLastWriteTimeUtc(directory);
        _scansOfTheSame = seen == _seen ? _scansOfTheSame + 1 : 0;
        _seen = seen;
        _unsettled = false;
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
            _unsettled |= inside.Addresses.Count == 0;
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
        Pinned = Unlisted is null ? there : Pinned;
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
