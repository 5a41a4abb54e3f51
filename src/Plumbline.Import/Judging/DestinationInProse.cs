using System.Text.RegularExpressions;

namespace Plumbline.Import.Judging;

/// <summary>The other side of a connection, where a sentence names it as the object of what the source does.</summary>
internal static partial class DestinationInProse
{
    /// <returns>Null unless the sentences name exactly one other side.</returns>
    public static string? Find(string description, string? source)
    {
        if (SupportsBothDirections(description))
            return null;

        var names = new List<string>();
        foreach (var pattern in (ReadOnlySpan<Regex>)[Subscribes(), Queries(), Connects(), Sends(), Retrieves()])
        {
            foreach (Match match in pattern.Matches(description))
                names.Add(match.Groups["name"].Value);
        }

        var others = names.Where(n => !n.Equals(source, StringComparison.OrdinalIgnoreCase)).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        return others is [var only] ? only : null;
    }

    /// <summary>One who broadcasts to connected clients may be the caller or the one that is called.</summary>
    public static bool SupportsBothDirections(string description) => Broadcasts().IsMatch(description);

    // a name: capitalised words, up to where the sentence goes on with a small one
    private const string Name = @"(?:the |an? |its )?(?<name>[A-Z][\w-]*(?:(?: (?:and|of|for) | )[A-Z][\w-]*)*)(?=[.,;)]|$| [a-z(])";
    private const string Objects = @"(?: (?!to\b|from\b|with\b)[\w-]+){0,5}";

    [GeneratedRegex(@"\b(?i:subscribes?) (?:for|to)" + Objects + " (?:from|of) " + Name)]
    private static partial Regex Subscribes();

    [GeneratedRegex(@"\b(?i:queries|calls|invokes|registers with|authenticates (?:with|against)) " + Name)]
    private static partial Regex Queries();

    [GeneratedRegex(@"\b(?i:connect(?:s|ion|ions)?) (?:to|with) " + Name)]
    private static partial Regex Connects();

    [GeneratedRegex(@"\b(?i:sends|posts|pushes|writes|publishes|forwards|reports|submits|uploads)" + Objects + " (?:in)?to " + Name)]
    private static partial Regex Sends();

    [GeneratedRegex(@"\b(?i:reads|retrieves|fetches|gets|pulls|loads|obtains|downloads)" + Objects + " from " + Name)]
    private static partial Regex Retrieves();

    [GeneratedRegex(@"\bbroadcasts?\b|\bto connected clients\b", RegexOptions.IgnoreCase)]
    private static partial Regex Broadcasts();
}
