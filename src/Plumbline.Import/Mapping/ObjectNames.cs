using System.Text;
using Plumbline.Import.Cells;

namespace Plumbline.Import.Mapping;

/// <summary>Names of Kubernetes objects, and how names in documents are compared.</summary>
public static class ObjectNames
{
    /// <summary>RFC 1123 label.</summary>
    public const int MaximumLength = 63;

    /// <summary>Leaves room for a row's id in the names of the map's Connections.</summary>
    public const int MaximumMapName = 40;

    /// <summary>Names of documents are compared without case, runs of white space and a trailing footnote mark.</summary>
    public static string Key(string name) => CellText.WithoutFootnoteMark(CellText.FoldBlanks(name)).ToLowerInvariant();

    /// <summary>Lower-case letters, digits and single dashes; never empty.</summary>
    public static string Label(string text, int maximum = MaximumLength)
    {
        var label = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit(c))
                label.Append(char.ToLowerInvariant(c));
            else if (label.Length > 0 && label[^1] != '-' && c is not ('\'' or '’'))
                label.Append('-');
        }

        if (label.Length > maximum)
            CutAtDash(label, maximum);
        var name = label.ToString().Trim('-');
        return name.Length > 0 ? name : "unnamed";
    }

    /// <summary>A label that is the name's alone, whatever other names there are: with a hash where letters had to go.</summary>
    public static string LabelOfName(string name, int maximum = MaximumLength)
    {
        var isExact = true;
        var slug = NameSlugs.Fold(name, ref isExact);
        if (isExact && slug.Length > 0 && slug.Length <= maximum)
            return slug;
        var start = NameSlugs.Cut(slug, maximum - NameSlugs.HashLength - 1);
        return start.Length == 0 ? $"name-{NameSlugs.Hash(Key(name))}" : $"{start}-{NameSlugs.Hash(Key(name))}";
    }

    public static bool IsLabel(string name) =>
        name.Length is > 0 and <= MaximumLength && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && name[0] != '-' && name[^1] != '-';

    /// <summary>A name that is not taken yet; it is from here on.</summary>
    public static string Free(string wish, ISet<string> taken, int maximum = MaximumLength)
    {
        var name = wish;
        for (var n = 2; !taken.Add(name); n++)
            name = WithSuffix(wish, $"-{n}", maximum);

        return name;
    }

    public static string WithSuffix(string name, string suffix, int maximum) => name[..Math.Min(name.Length, maximum - suffix.Length)].TrimEnd('-') + suffix;

    private static void CutAtDash(StringBuilder label, int maximum)
    {
        var cut = maximum;
        while (cut > maximum / 2 && label[cut] != '-')
            cut--;
        label.Length = label[cut] == '-' ? cut : maximum;
    }
}
