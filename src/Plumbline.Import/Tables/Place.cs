using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Forms;

namespace Plumbline.Import.Tables;

internal sealed record Heading(int Level, string Text, int Line);

/// <summary>Where a table stands: the headings above it, outermost first, and its caption. They may say who the table is about, and which way its connections go.</summary>
internal sealed partial record Place(IReadOnlyList<Heading> Headings, string? Caption = null)
{
    private const string TrafficWords =
        @"(?:in-?bound|out-?bound|ingress|egress|incoming|outgoing|internal|external|traffic|connections?|connectivity|rules?|ports?|networks?|networking|firewalls?|flows?|protocols?|"
        + @"requirements?|required|list|table|matrix|overview|reference|configuration|settings|defaults?|communications?|communication|architecture|introduction|dependencies|dependen"
        + @"cy|used|tcp|udp|details|summary|security|groups?|appendix|prerequisites|usage|access|matrices|open|listening|endpoints?|inventory|eingehend\w*|ausgehend\w*|verbindungen|e"
        + @"ntrada|salida|entrantes|salientes|sortants?|connexions?|conexiones|conexões|connessioni|соединения|порты|端口|ポート|포트|and|or|the|of|for|to|from|by|in|on|all|our|a|an|node|no"
        + @"des|policies|policy)";

    /// <summary>A line that is longer is no heading that names two sides.</summary>
    private const int MaximumBoth = 200;

    /// <summary>The header of the table before this one, in the same form: what follows may go on without repeating it.</summary>
    public TableHeader? Before { get; init; }

    public static readonly Place Unknown = new([]);

    /// <summary>The nearest heading.</summary>
    public string? Nearest => Headings.Count > 0 ? Headings[^1].Text : null;

    /// <summary>The direction that the caption or the nearest heading states, as long as it is a heading about traffic and not a name.</summary>
    public Flow Flow
    {
        get
        {
            if (Caption is not null && ColumnVocabulary.FlowOf(Caption) is var stated and (Flow.Inbound or Flow.Outbound))
                return stated;
            for (var i = Headings.Count - 1; i >= 0 && i >= Headings.Count - 2; i--)
            {
                if (ColumnVocabulary.FlowOf(Headings[i].Text) is var flow and (Flow.Inbound or Flow.Outbound))
                    return flow;
            }

            return Flow.NotStated;
        }
    }

    /// <summary>Both sides, where the caption or the nearest heading names them: "Client → Server", "Traffic from web tier to database".</summary>
    public (string Text, string Source, string Destination, ArrowKind Kind)? Between =>
        Caption is { } caption && BothIn(caption) is { } named ? (caption, named.Source, named.Destination, named.Kind)
        : Nearest is { } heading && BothIn(heading) is { } found ? (heading, found.Source, found.Destination, found.Kind)
        : null;

    public static (string Source, string Destination, ArrowKind Kind)? BothIn(string text)
    {
        if (text.Length > MaximumBoth)
            return null;
        if (Arrow.Split(text) is { Kind: not ArrowKind.None } parties)
            return IsParty(parties.Source) && IsParty(parties.Destination) ? (Numbering().Replace(parties.Source, ""), parties.Destination, parties.Kind) : null;
        return !text.EndsWith('.') && FromTo().Match(text) is { Success: true } words && IsParty(words.Groups["from"].Value) && IsParty(words.Groups["to"].Value)
            ? (words.Groups["from"].Value, words.Groups["to"].Value, ArrowKind.Forward)
            : null;
    }

    private static bool IsParty(string text) => text.Length is > 1 and <= 120 && text.Any(char.IsLetter) && ColumnVocabulary.RoleOf(text) is not (ColumnRole.Port or ColumnRole.Protocol);

    /// <summary>Who the table is about: the nearest heading that is a name, and neither a direction nor a word for tables of ports.</summary>
    public Heading? Subject
    {
        get
        {
            if (Caption is { } caption && CaptionName(caption) is { } captioned)
                return new Heading(0, captioned, 0);
            for (var i = Headings.Count - 1; i >= 0; i--)
            {
                if (NameIn(Headings[i].Text) is { } name)
                    return Generic().IsMatch(name) ? null : Headings[i] with { Text = name };
            }

            return null;
        }
    }

    /// <summary>A caption names somebody where it is no sentence: "Inbound rules for gateway nodes", "Worker nodes (worker-sg):".</summary>
    private static string? CaptionName(string caption)
    {
        var text = BehindBracket().Replace(caption, ")");
        if (text.Length > 80 || (!DirectionOf().IsMatch(text) && !Identifier().IsMatch(text)))
            return null;
        return NameIn(text) is { } name && !Generic().IsMatch(name) ? name : null;
    }

    private static string? NameIn(string heading)
    {
        // "Node group (gateway-sg)": what stands in the brackets is what the systems call it
        if (Identifier().Match(heading) is { Success: true } identifier)
            return identifier.Groups[1].Value;

        var name = Numbering().Replace(heading, "");
        name = DirectionOf().Replace(name, "");
        for (var before = ""; before != name;)
        {
            before = name;
            name = LastTrafficWord().Replace(FirstTrafficWord().Replace(name, ""), "");
        }

        name = CellText.FoldBlanks(name).Trim(' ', ':', '-', '–', '—', '/', ',', '[', ']', '&');
        return name.Length is < 2 or > 60 || Joining().IsMatch(name) || !name.Any(char.IsLetter) ? null : name;
    }

    /// <summary>Headings of chapters: what they name is no party.</summary>
    [GeneratedRegex(@"\b(?:steps?|how to|install\w*|deploy(?:ing|ment)|configur\w*|hardening|set-?up|guide|notes?|examples?|considerations|requirements?|recommend\w*|overview|firewall|network\w*|security|ports?|rules|traffic|checklist|troubleshooting|phase|part \d|chapter|introduction|background|planning|prerequisites|options|general|common|additional|other|required|settings|services|components|infrastructure|environment|hosts|servers|system)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Generic();

    [GeneratedRegex(@"^(?:\S+\s+){0,4}from\s+(?:the\s+)?(?<from>\S.{0,80}?)\s+to\s+(?:the\s+)?(?<to>\S.{0,80}?)\W*$|\bfor\s+(?<from>\S.{0,60}?)\s+to\s+(?<to>\S.{0,60}?)\s+(?:communications?|traffic|connections?)\W*$", RegexOptions.IgnoreCase)]
    private static partial Regex FromTo();

    [GeneratedRegex(@"\(([a-z0-9]+(?:[-_.][a-z0-9]+)+)\)\s*$")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"\)\s+[a-z]+\s*:?\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex BehindBracket();

    [GeneratedRegex(@"^\s*(?:\d+(?:\.\d+)*\.?|[A-Z]\.|[ivx]+\.)\s+")]
    private static partial Regex Numbering();

    [GeneratedRegex(@"^\W*(?:traffic|connections?|rules?|ports?|access|flows?)?\s*(?:in-?bound|out-?bound|ingress|egress|incoming|outgoing)\s*(?:traffic|connections?|rules?|ports?|access|flows?|network)*\s*(?:to|from|for|of|on)\s+(?:the\s+)?", RegexOptions.IgnoreCase)]
    private static partial Regex DirectionOf();

    [GeneratedRegex(@"^\W*\b" + TrafficWords + @"\b(?![-'])\W*", RegexOptions.IgnoreCase)]
    private static partial Regex FirstTrafficWord();

    [GeneratedRegex(@"\W*(?<![-'])\b" + TrafficWords + @"\b\W*$", RegexOptions.IgnoreCase)]
    private static partial Regex LastTrafficWord();
    [GeneratedRegex(@"^(?:and|or|the|of|for|to|from|by)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Joining();
}
