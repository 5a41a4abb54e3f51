using System.Globalization;
using System.Text;
using Plumbline.Import.Mapping;
using static Plumbline.Import.Mapping.NameSlugs;

namespace Plumbline.Import.Judging;

/// <summary>
/// What a row says, as a name: <c>shop--orders-db--tcp-5432</c>. It depends on nothing but the row, and can stand behind a map's name in the name of a
/// Kubernetes object. Names that differ only in case, blanks and marks between words are the same name; where more than that had to go, a hash keeps rows apart.
/// </summary>
internal static class RowIdentity
{
    /// <summary>Between the parts. No part has two dashes in a row, so that parts never run into each other.</summary>
    public const string Separator = "--";

    /// <summary>What the schema of a map takes for an id.</summary>
    private const int MaximumLength = 63;

    private const int RoomBehind = 12;
    private const int LongestParty = 14;
    private const int LongestRest = 11;
    private const string NotStated = "unknown";

    public static string Of(DocumentedRow row)
    {
        var exact = new StringBuilder();
        var isExact = true;
        var source = Part(row.Source);
        var destination = Part(row.Destination);
        var protocol = row.Protocol is null ? "" : Fold(row.Protocol, ref isExact);
        isExact &= protocol.Length == 0 || !char.IsAsciiDigit(protocol[0]);
        var ports = string.Join('-', row.Ports.Distinct().Order().Select(p => p.ToString(CultureInfo.InvariantCulture)).Concat(row.PortRanges.Select(r => $"{r.From}to{r.To}")));
        exact.Append(ObjectNames.Key(row.Protocol ?? "")).Append('\n').Append(ports);
        if (row is { Source: null, Destination: null })
        {
            // nothing to know it by but its text
            exact.Append('\n').Append(row.Description);
            isExact &= row.Description is null;
        }

        // a bare number would read as an ordinal
        var rest = (protocol, ports) switch
        {
            (_, "") => protocol,
            ("", _) => $"port-{ports}",
            _ => $"{protocol}-{ports}",
        };
        var plain = Join(source, destination, rest);
        if (isExact && plain.Length <= MaximumLength - RoomBehind)
            return plain;
        return Join(Cut(source, LongestParty), Cut(destination, LongestParty), Cut(rest, LongestRest)) + Separator + Hash(exact.ToString());

        string Part(string? party)
        {
            exact.Append(party is null ? "" : ObjectNames.Key(party)).Append('\n');
            if (party is null)
                return NotStated;
            var folded = Fold(party, ref isExact);
            isExact &= folded is not (NotStated or "");
            return folded.Length == 0 ? "x" : folded;
        }
    }

    /// <summary>One of several connections of a row whose cells list several parties: the row's id, and the parties that tell them apart.</summary>
    public static string Of(string row, IReadOnlyList<string> parties)
    {
        var isExact = true;
        var parts = parties.Select(p => Fold(p, ref isExact)).Select(p => p.Length == 0 ? "x" : p).ToList();
        var plain = string.Join(Separator, parts.Prepend(row));
        if (isExact && plain.Length <= MaximumLength)
            return plain;
        var hash = Hash(string.Join('\n', parties.Prepend(row)));
        return Cut(string.Join(Separator, parts.Select(p => Cut(p, LongestParty)).Prepend(Cut(row, MaximumLength - HashLength - (parts.Count * (LongestParty + 2)) - 2))), MaximumLength - HashLength - 2) + Separator + hash;
    }

    private static string Join(string source, string destination, string rest) =>
        rest.Length == 0 ? $"{source}{Separator}{destination}" : $"{source}{Separator}{destination}{Separator}{rest}";
}
