using System.Collections.Immutable;
using Plumbline.Core.Words;

namespace Plumbline.Operator.Cluster;

/// <summary>
/// What the kubelet wrote into the operator's own pod: the one place that says outright which DNS servers pods of this cluster are given, whatever its
/// Service is called (a NodeLocal cache has none) and what the cluster domain is.
/// </summary>
public static class OwnResolver
{
    private const string ResolvConf = "/etc/resolv.conf";
    private const string OwnNamespace = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

    /// <summary>Options win. Outside a pod, or in one that does not resolve by cluster DNS, nothing is learned.</summary>
    public static LoopOptions Fill(LoopOptions options) =>
        options.ClusterDnsServers.IsEmpty && ReadOrNull(OwnNamespace) is { } ns && ReadOrNull(ResolvConf) is { } text ? Fill(options, text, ns.Trim()) : options;

    internal static LoopOptions Fill(LoopOptions options, string resolvConf, string ownNamespace)
    {
        var lines = resolvConf.Split('\n').Select(line => line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length > 1).ToList();
        ImmutableArray<string> servers = [.. lines.Where(words => words[0] == "nameserver").Select(words => words[1])];

        // The last search line counts. The kubelet puts the pod's own namespace first.
        var searches = lines.LastOrDefault(words => words[0] == "search")?[1..] ?? [];
        var prefix = $"{ownNamespace}.svc.";
        if (servers.IsEmpty || searches.FirstOrDefault()?.StartsWith(prefix, StringComparison.Ordinal) is not true)
        {
            return options;
        }

        var domain = searches[0][prefix.Length..].TrimEnd('.');
        return options with
        {
            ClusterDnsServers = servers,
            ClusterDomain = domain.Length > 0 && options.ClusterDomain == new LoopOptions().ClusterDomain ? domain : options.ClusterDomain,
        };
    }

    private static string? ReadOrNull(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
