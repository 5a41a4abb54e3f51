using System.Net;
using System.Text.RegularExpressions;
using Plumbline.Import.Mapping;

namespace Plumbline.Import.Binding;

/// <param name="Why">A sentence's end: "'10.0.0.9' is an address".</param>
public sealed record StatedTarget(BindingTarget Target, string Why);

/// <summary>Names that are places themselves: addresses, host names, DNS names of Services.</summary>
public static partial class NamedPlace
{
    /// <summary>A name of two parts is a host only below one of these: "node.js" and "values.yaml" are none.</summary>
    private static readonly HashSet<string> TopLevels = new(StringComparer.Ordinal)
    {
        "com", "net", "org", "edu", "gov", "int", "mil", "info", "biz", "io", "dev", "app", "cloud", "internal", "intern", "local", "lan", "corp", "home", "example", "test", "invalid",
        "eu", "de", "fr", "es", "pt", "it", "ch", "at", "nl", "be", "uk", "ie", "se", "dk", "fi", "pl", "cz", "tr", "ru", "ua", "cn", "jp", "kr", "in", "br", "mx", "us", "ca", "au", "nz",
    };

    private static readonly string[] FileEndings = ["yaml", "yml", "json", "js", "ts", "md", "txt", "xml", "conf", "cfg", "ini", "properties", "jar", "war", "sh", "py", "exe"];

    /// <returns>Null for a name that says nothing of where it is.</returns>
    public static StatedTarget? Of(string name)
    {
        var host = HostIn(name.Trim());
        if (host is null)
            return null;

        if (IPAddress.TryParse(host, out var address))
            return IsSomewhere(address, host) ? new StatedTarget(new BindingTarget.External(host), $"'{name}' is an address") : null;
        var lower = host.TrimEnd('.').ToLowerInvariant();
        if (Service().Match(lower) is { Success: true } service)
            return new StatedTarget(new BindingTarget.Service(service.Groups["namespace"].Value, service.Groups["service"].Value), $"'{name}' is the DNS name of a Service");
        return IsHostName(host) ? new StatedTarget(new BindingTarget.External(lower), $"'{name}' is a host name") : null;
    }

    /// <summary>Without scheme, path and port.</summary>
    private static string? HostIn(string name)
    {
        if (name.Contains("://", StringComparison.Ordinal))
            return Uri.TryCreate(name, UriKind.Absolute, out var uri) && uri.Host.Length > 0 ? uri.Host.Trim('[', ']') : null;
        if (name.Contains(' ', StringComparison.Ordinal))
            return null;
        if (name.StartsWith('[') && name.IndexOf(']', StringComparison.Ordinal) is var end and > 0)
            return name[1..end];
        return Port().Match(name) is { Success: true } port ? name[..port.Index] : name;
    }

    /// <summary>"15" and "1.2" are addresses to the parser. Loopback is the pod itself, and no address at all is none.</summary>
    private static bool IsSomewhere(IPAddress address, string text) =>
        (text.Contains(':', StringComparison.Ordinal) || text.Count(c => c == '.') == 3) && !IPAddress.IsLoopback(address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any);

    /// <summary>In lower case, as hosts are written and product names are not.</summary>
    private static bool IsHostName(string host)
    {
        if (!HostName().IsMatch(host) || host.Any(char.IsAsciiLetterUpper))
            return false;
        var labels = host.TrimEnd('.').Split('.');
        var last = labels[^1];
        if (labels.Length < 2 || !last.All(char.IsAsciiLetterLower) || last.Length < 2 || labels is ["localhost", ..])
            return false;
        return labels.Length > 2 ? !FileEndings.Contains(last) : TopLevels.Contains(last);
    }

    // pod.service.namespace.svc is one pod of a Service
    [GeneratedRegex(@"\A(?:[a-z0-9][-a-z0-9]*\.)?(?<service>[a-z]([-a-z0-9]{0,61}[a-z0-9])?)\.(?<namespace>[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)\.svc(\.[a-z0-9][-a-z0-9.]*)?\z")]
    private static partial Regex Service();

    [GeneratedRegex(@"\A[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?(\.[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?)+\.?\z", RegexOptions.IgnoreCase)]
    private static partial Regex HostName();

    [GeneratedRegex(@"(?<=^[^:]+):[0-9]{1,5}$")]
    private static partial Regex Port();
}
