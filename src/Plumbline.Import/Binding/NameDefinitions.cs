using System.Text.RegularExpressions;
using Plumbline.Import.Mapping;

namespace Plumbline.Import.Binding;

/// <summary>What documents say that short forms stand for: "Load Distribution Server (LDS)".</summary>
public sealed partial class NameDefinitions
{
    private readonly Dictionary<string, HashSet<string>> _aliases = new(StringComparer.Ordinal);

    public void Read(string text)
    {
        foreach (Match match in Definition().Matches(text))
        {
            var shortForm = match.Groups["short"].Value;
            var words = match.Groups["long"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            // of the words before the bracket, those that the letters stand for
            for (var first = 0; first < words.Length; first++)
            {
                if (char.IsUpper(words[first][0]) && StandsFor(shortForm, words[first..]))
                {
                    Add(string.Join(' ', words[first..]), shortForm);
                    break;
                }
            }
        }
    }

    /// <summary>What else a name is called.</summary>
    public IEnumerable<string> AliasesOf(string name) => _aliases.GetValueOrDefault(ObjectNames.Key(name)) ?? [];

    private void Add(string one, string other)
    {
        foreach (var (name, alias) in new[] { (one, other), (other, one) })
        {
            if (!_aliases.TryGetValue(ObjectNames.Key(name), out var aliases))
                _aliases[ObjectNames.Key(name)] = aliases = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            aliases.Add(alias);
        }
    }

    /// <summary>A letter a word, the first and most of the others right: GCXI is Genesys Customer Experience Insights.</summary>
    private static bool StandsFor(string shortForm, IReadOnlyList<string> words)
    {
        var letters = shortForm.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant).ToList();
        var initials = words.Where(w => w.Length > 3 || char.IsUpper(w[0])).Select(w => char.ToLowerInvariant(w[0])).ToList();
        return letters.Count == initials.Count && letters.Count > 1 && letters[0] == initials[0] && letters.Zip(initials).Count(p => p.First == p.Second) * 4 >= letters.Count * 3;
    }

    [GeneratedRegex(@"(?<long>(?:[\p{Lu}][\p{L}\p{N}-]+ (?:(?:and|of|for|the) )?){2,8})\((?<short>[\p{Lu}][\p{L}\p{N}-]{1,9})\)")]
    private static partial Regex Definition();
}
