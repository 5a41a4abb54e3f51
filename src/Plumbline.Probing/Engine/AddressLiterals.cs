using System.Net;

namespace Plumbline.Probing.Engine;

/// <summary>
/// Hosts that are addresses, parsed once: a plan asks for the same few again and again, and an <see cref="IPAddress"/> keeps its text.
/// Only on the loop's thread.
/// </summary>
internal sealed class AddressLiterals
{
    /// <summary>Far more than a node's plan holds; beyond it everything is forgotten, rather than counting uses.</summary>
    private const int MaxKept = 16 * 1024;

    private readonly Dictionary<string, IPAddress?> _known = new(StringComparer.Ordinal);

    /// <summary>Null for a name.</summary>
    public IPAddress? Find(string host)
    {
        if (_known.TryGetValue(host, out var known))
            return known;

        if (_known.Count >= MaxKept)
            _known.Clear();
        return _known[host] = IPAddress.TryParse(host, out var address) ? address : null;
    }
}
