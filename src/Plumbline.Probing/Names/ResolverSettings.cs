using System.Globalization;
using System.Net;
using Plumbline.Core.Cluster;

namespace Plumbline.Probing.Names;

/// <summary>Whom to ask, and which names to try.</summary>
internal sealed record ResolverSettings(IReadOnlyList<IPAddress> Servers, IReadOnlyList<string> Searches, int Ndots)
{
    /// <summary>glibc's limits; more are ignored there as well.</summary>
    private const int MaxServers = 3;
    private const int MaxSearches = 32;
    private const int MaxNdots = 15;

    /// <summary>Search domains of ClusterFirst: the namespace's, the Services', the cluster's.</summary>
    private const int OfTheCluster = 3;

    /// <summary>What could not be taken into account, for the sentence about a name that is not found; null when nothing is missing.</summary>
    public string? Lacks { get; private init; }

    /// <summary>The settings of a source, or why there are none.</summary>
    public static (ResolverSettings? Settings, string? Failure) For(DnsSettings dns, NodeResolverFile node)
    {
        var (file, failure) = dns.UseNodeResolver || dns.NodeSearches ? node.Read() : (null, null);
        if (dns.UseNodeResolver && file is null)
            return (null, failure);

        var own = (dns.Nameservers.IsDefault ? [] : dns.Nameservers).Select(text => IPAddress.TryParse(text, out var server) ? server : null).OfType<IPAddress>();
        var merged = new ResolverSettings(
            [.. (dns.UseNodeResolver ? file!.Servers : []).Concat(own).Distinct().Take(MaxServers)],
            [.. SearchesOf(dns, file).Select(search => search.Trim('.')).Where(search => search.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).Take(MaxSearches)],
            Math.Clamp(dns.Ndots > 1 || !dns.UseNodeResolver ? dns.Ndots : file!.Ndots, 0, MaxNdots))
        {
            Lacks = dns.NodeSearches && file is null ? $"the node's search list is not known: {failure}" : null,
        };
        return merged.Servers.Count > 0 ? (merged, null) : (null, "the source has no nameserver");
    }

    /// <summary>
    /// As the kubelet puts them together (<c>GetPodDNS</c>): for ClusterFirst the three of the cluster, then the node's, then those of the pod's dnsConfig;
    /// for Default the node's, then the pod's.
    /// </summary>
    private static IEnumerable<string> SearchesOf(DnsSettings dns, ResolverSettings? file)
    {
        var given = dns.Searches.IsDefault ? [] : dns.Searches;
        var first = dns.UseNodeResolver ? 0 : OfTheCluster;
        return given.Take(first).Concat(file?.Searches ?? []).Concat(given.Skip(first));
    }

    public static ResolverSettings Parse(IEnumerable<string> lines)
    {
        var servers = new List<IPAddress>();
        string[] searches = [];
        var ndots = 1;
        foreach (var line in lines.Take(1000))
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["nameserver", var server, ..] when IPAddress.TryParse(server, out var address):
                    servers.Add(address);
                    break;
                case ["search" or "domain", ..]:
                    searches = [.. words.Skip(1).Select(word => word.Trim('.')).Where(word => word.Length > 0)];
                    break;
                case ["options", ..]:
                    foreach (var option in words)
                    {
                        if (option.StartsWith("ndots:", StringComparison.Ordinal) && int.TryParse(option.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var dots))
                            ndots = dots;
                    }

                    break;
                default:
                    break;
            }
        }

        return new ResolverSettings(servers, searches, ndots);
    }

    /// <summary>With enough dots. The search list comes after it, or not at all.</summary>
    public bool IsTriedAsItIsFirst(string name) => name.EndsWith('.') || name.Count(c => c == '.') >= Ndots;

    /// <summary>The full names to ask for, in order: with enough dots as it is first, else through the search list first.</summary>
    public IEnumerable<string> Candidates(string name)
    {
        if (name.EndsWith('.'))
            return [name.TrimEnd('.')];

        var searched = Searches.Select(search => $"{name}.{search}");
        return IsTriedAsItIsFirst(name) ? [name, .. searched] : [.. searched, name];
    }
}
