using System.Globalization;
using System.Text.RegularExpressions;

namespace Plumbline.Lab.Api.Discovery;

/// <summary>Kubernetes' order of versions: v10 over v2 over v1, v1 over v1beta2 over v1beta1 over v1alpha1, all of them over anything else.</summary>
internal sealed partial class KubeVersionOrder : IComparer<string>
{
    public static readonly KubeVersionOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        var (one, other) = (Rank(x ?? ""), Rank(y ?? ""));
        return one != other ? one.CompareTo(other) : string.CompareOrdinal(y, x);
    }

    private static (int Stability, int Major, int Minor) Rank(string version)
    {
        var match = Pattern().Match(version);
        return match.Success
            ? (match.Groups[2].Value switch { "" => 3, "beta" => 2, _ => 1 }, Number(match.Groups[1].Value), Number(match.Groups[3].Value))
            : (0, 0, 0);
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    [GeneratedRegex("^v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
