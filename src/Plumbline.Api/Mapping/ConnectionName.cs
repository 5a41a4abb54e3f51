using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Plumbline.Api.Mapping;

/// <summary>Names and labels made of what documents call things.</summary>
public static partial class ConnectionName
{
    private const int MaxName = 253;
    private const int MaxLabel = 63;
    private const int HashDigits = 8;

    /// <summary>
    /// <c>&lt;map&gt;-&lt;id&gt;</c> where that is a name that the API server takes (RFC 1123 subdomain); else the nearest such name and a hash of both
    /// parts, so that ids that differ only in what had to go still get different names.
    /// </summary>
    public static string Of(string map, string id)
    {
        var plain = $"{map}-{id}";
        if (plain.Length <= MaxName && Subdomain().IsMatch(plain))
            return plain;

        var near = NotAllowed().Replace(plain.ToLowerInvariant(), "-").Trim('-');
        return Hashed(near, plain, MaxName);
    }

    /// <summary>The map's name, or where it is too long for a label its beginning and a hash.</summary>
    public static string LabelOf(string map) => map.Length <= MaxLabel ? map : Hashed(map, map, MaxLabel);

    private static string Hashed(string readable, string whole, int most)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(whole)))[..HashDigits];
        var room = most - HashDigits - 1;
        var start = (readable.Length > room ? readable[..room] : readable).TrimEnd('-', '.');
        return start.Length == 0 ? digest : $"{start}-{digest}";
    }

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotAllowed();
}
