using System.Collections.Frozen;
using Plumbline.Import.Tables;

namespace Plumbline.Import;

/// <summary>The fields of a connection that a column can be said to hold. The word for each is its name in camel case, as people write it: <c>protocolPort</c>.</summary>
public enum ColumnField
{
    /// <summary>No field: the column is left out, and nothing is said of it.</summary>
    Ignore,
    Number,
    Source,
    Destination,

    /// <summary>The other side, whichever that is; the direction stands in another column or in a heading.</summary>
    Peer,

    /// <summary>Both sides in one cell, with an arrow or the like between them.</summary>
    Parties,

    /// <summary>The component that the table is about; it listens, unless the direction says otherwise.</summary>
    Component,
    Protocol,
    Ports,
    TcpPorts,
    UdpPorts,

    /// <summary>Protocol and ports in one cell.</summary>
    ProtocolPort,
    Direction,

    /// <summary>Allow, deny, drop …</summary>
    Action,

    /// <summary>Planned, active, retired …</summary>
    Status,
    Description,
}

/// <summary>What a person says of columns that are not understood, or not as meant: title → field. Titles are compared without case, blanks and punctuation.</summary>
public sealed class ColumnOverrides
{
    private static readonly FrozenDictionary<string, ColumnField> Words =
        Enum.GetValues<ColumnField>().ToFrozenDictionary(f => f.ToString(), StringComparer.OrdinalIgnoreCase);

    private readonly FrozenDictionary<string, ColumnField> _byKey;

    public ColumnOverrides(IReadOnlyDictionary<string, ColumnField> byTitle)
    {
        ByTitle = byTitle;
        _byKey = byTitle.GroupBy(t => ColumnVocabulary.Key(t.Key)).ToFrozenDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal);
    }

    public static ColumnOverrides None { get; } = new(new Dictionary<string, ColumnField>());

    public IReadOnlyDictionary<string, ColumnField> ByTitle { get; }

    public bool IsEmpty => ByTitle.Count == 0;

    public ColumnField? For(string title) => _byKey.TryGetValue(ColumnVocabulary.Key(title), out var field) ? field : null;

    /// <summary>These, and those of the other for titles that these do not name.</summary>
    public ColumnOverrides Over(ColumnOverrides other)
    {
        var both = new Dictionary<string, ColumnField>(other.ByTitle.Where(t => For(t.Key) is null));
        foreach (var (title, field) in ByTitle)
            both[title] = field;
        return new ColumnOverrides(both);
    }

    /// <summary>Reads <c>Peer=source,Zielport=ports</c>; a title with a comma or an equals sign in it stands in quotation marks.</summary>
    /// <returns>False: <paramref name="problem"/> says which part is wrong, and what would be right.</returns>
    public static bool TryParse(string text, out ColumnOverrides overrides, out string? problem)
    {
        var byTitle = new Dictionary<string, ColumnField>(StringComparer.OrdinalIgnoreCase);
        overrides = None;
        problem = null;
        foreach (var part in SplitOutsideQuotes(text))
        {
            var at = part.LastIndexOf('=');
            var title = at < 0 ? "" : part[..at].Trim().Trim('"');
            var word = at < 0 ? "" : part[(at + 1)..].Trim();
            if (title.Length == 0)
                problem = $"'{part.Trim()}' is no 'Title=field'";
            else if (ColumnVocabulary.Key(title).Length == 0)
                problem = $"'{title}' has no letters: a column is known by the letters of its title";
            else if (!TryWord(word, out var field))
                problem = $"'{word}' is no field: use one of {KnownWords}";
            else if (!byTitle.TryAdd(title, field))
                problem = $"column '{title}' is given twice";
            if (problem is not null)
                return false;
        }

        overrides = new ColumnOverrides(byTitle);
        return true;
    }

    /// <summary>All words for fields, for messages.</summary>
    public static string KnownWords => string.Join(", ", Words.Keys.Select(Camel).Order(StringComparer.Ordinal));

    public static bool TryWord(string word, out ColumnField field) =>
        Words.TryGetValue(word, out field) || (word.Equals("port", StringComparison.OrdinalIgnoreCase) && Words.TryGetValue("ports", out field));

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private static IEnumerable<string> SplitOutsideQuotes(string text)
    {
        var (start, quoted) = (0, false);
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] == '"')
                quoted = !quoted;
            if (i < text.Length && (quoted || text[i] != ','))
                continue;
            if (!string.IsNullOrWhiteSpace(text[start..i]))
                yield return text[start..i];
            start = i + 1;
        }
    }
}
