using System.Globalization;
using System.Text.RegularExpressions;

namespace Plumbline.Import.Cells;

/// <summary>An endpoint as one text: host:port, [::1]:443, a URL.</summary>
internal static partial class HostPort
{
    /// <returns>Null: the text is a name and nothing else.</returns>
    public static (string Host, int? Port, string? Scheme)? Read(string text)
    {
        if (text.Length is < 3 or > 300 || text.Contains(' ', StringComparison.Ordinal))
            return null;
        if (Url().Match(text) is { Success: true } url)
            return (url.Groups["host"].Value, PortOf(url.Groups["port"]), url.Groups["scheme"].Value.ToLowerInvariant());
        return Endpoint().Match(text) is { Success: true } endpoint && PortOf(endpoint.Groups["port"]) is { } port ? (endpoint.Groups["host"].Value.Trim('[', ']'), port, null) : null;
    }

    private static int? PortOf(Group group) => group.Success && int.TryParse(group.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535 ? port : null;

    [GeneratedRegex(@"^(?<scheme>[A-Za-z][A-Za-z0-9+.]*)://(?:[^@/]*@)?(?<host>\[[0-9A-Fa-f:]+\]|[^:/?#\s]+)(?::(?<port>\d{1,5}))?(?:[/?#]\S*)?$")]
    private static partial Regex Url();

    [GeneratedRegex(@"^(?<host>\[[0-9A-Fa-f:]+\]|[^:\s/,]+):(?<port>\d{1,5})/?$")]
    private static partial Regex Endpoint();
}
