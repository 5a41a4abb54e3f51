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

    /// <summary>The settings of a source, or why there are none.</summary>
    public static (ResolverSettings? Settings, string? Failure) For(DnsSettings dns, string resolvConfPath)
    {
        var file = new ResolverSettings([], [], 1);
        if (dns.UseNodeResolver)
        {
            try
            {
                file = Parse(File.ReadLines(resolvConfPath));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return (null, $"cannot read the node's resolver configuration {resolvConfPath}: {e.Message}");
            }
        }

        var own = (dns.Nameservers.IsDefault ? [] : dns.Nameservers).Select(text => IPAddress.TryParse(text, out var server) ? server : null).OfType<IPAddress>();
        var searches = dns.Searches.IsDefault ? [] : dns.Searches;
        var merged = new ResolverSettings(
            [.. file.Servers.Concat(own).Distinct().Take(MaxServers)],
            [.. file.Searches.Concat(searches.Select(search => search.Trim('.'))).Where(search => search.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).Take(MaxSearches)],
            Math.Clamp(dns.Ndots > 1 || !dns.UseNodeResolver ? dns.Ndots : file.Ndots, 0, MaxNdots));
        return merged.Servers.Count > 0 ? (merged, null) : (null, "the source has no nameserver");
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

    /// <summary>The full names to ask for, in order: with enough dots as it is first, else through the search list first.</summary>
    public IEnumerable<string> Candidates(string name)
    {
        if (name.EndsWith('.'))
            return [name.TrimEnd('.')];

        var searched = Searches.Select(search => $"{name}.{search}");
        return name.Count(c => c == '.') >= Ndots ? [name, .. searched] : [.. searched, name];
    }
}
