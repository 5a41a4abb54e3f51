using System.Collections.Frozen;

namespace Plumbline.Import.Rows;

/// <summary>
/// Names that a document uses, gathered from what its glued source–destination texts have in common and from the names in its prose.
/// A name seen in prose, or once as a source and once as a destination, is strong evidence; a common beginning or end alone may be half a name.
/// </summary>
internal sealed class NameEvidence
{
    /// <summary>All pairs of rows are compared: beyond this many rows nothing new is learned.</summary>
    private const int MaximumRows = 600;
    private const int MaximumWords = 8;

    private static readonly FrozenSet<string> Joining = new[] { "and", "of", "for", "the", "to", "in", "on", "with", "or", "&" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, int> _weights = new(StringComparer.OrdinalIgnoreCase);

    public NameEvidence(IReadOnlyList<string[]> parties, IEnumerable<string> prose)
    {
        var rows = parties.Take(MaximumRows).ToList();
        for (var i = 0; i < rows.Count; i++)
        {
            for (var j = 0; j < rows.Count; j++)
            {
                if (i == j)
                    continue;
                if (i < j)
                {
                    Learn(rows[i][..Common(rows[i], rows[j], fromEnd: false)], 1);
                    Learn(rows[i][^Common(rows[i], rows[j], fromEnd: true)..], 1);
                }

                Learn(Overlap(rows[i], rows[j]), 2);
            }
        }

        foreach (var name in prose.SelectMany(NamesIn))
            Learn(name, 2);
    }

    public static bool IsJoining(string word) => Joining.Contains(word);

    /// <summary>0: nothing in the document supports this name; else more for longer and for better supported ones.</summary>
    public int Of(string[] words) => _weights.GetValueOrDefault(string.Join(' ', words)) * words.Length;

    private void Learn(string[] words, int weight)
    {
        if (words.Length is 0 or > MaximumWords || IsJoining(words[^1]) || IsJoining(words[0]))
            return;
        var name = string.Join(' ', words);
        _weights[name] = Math.Max(weight, _weights.GetValueOrDefault(name));
    }

    /// <summary>How many words two texts have in common, where both go on differently.</summary>
    private static int Common(string[] a, string[] b, bool fromEnd)
    {
        var most = Math.Min(a.Length, b.Length) - 1;
        var count = 0;
        while (count < most && Same(fromEnd ? a[^(count + 1)] : a[count], fromEnd ? b[^(count + 1)] : b[count]))
            count++;
        return Math.Max(count, 0);
    }

    /// <summary>The longest text that one row ends with and another begins with.</summary>
    private static string[] Overlap(string[] ends, string[] begins)
    {
        for (var length = Math.Min(Math.Min(ends.Length, begins.Length) - 1, MaximumWords); length > 0; length--)
        {
            if (ends[^length..].Zip(begins[..length]).All(pair => Same(pair.First, pair.Second)))
                return ends[^length..];
        }

        return [];
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    /// <summary>Runs of capitalised words between punctuation: "a deployment of IWD, IWD Data Mart, and Email" names three.</summary>
    private static IEnumerable<string[]> NamesIn(string line)
    {
        foreach (var clause in line.Split([',', '.', ';', ':', '(', ')', '*', '"', '“', '”', '—', '–', '|', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            var run = new List<string>();
            foreach (var word in clause.Split(' ', StringSplitOptions.RemoveEmptyEntries).Append(""))
            {
                if (word.Length > 0 && (char.IsUpper(word[0]) || (run.Count > 0 && word is "and" or "of" or "for")))
                {
                    run.Add(word);
                    continue;
                }

                while (run.Count > 0 && !char.IsUpper(run[^1][0]))
                    run.RemoveAt(run.Count - 1);
                if (run.Count > 0)
                    yield return [.. run];
                run.Clear();
            }
        }
    }
}
