using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Plumbline.Import.Mapping;

/// <summary>
/// Names as parts of names that Kubernetes takes. A slug depends on nothing but the name; where more had to go than case, blanks and the marks between words,
/// it is not exact, and a hash keeps it apart from others.
/// </summary>
internal static class NameSlugs
{
    public const int HashLength = 6;

    // no digits, so that a hash is never taken for an ordinal; no vowels, so that it never becomes a word
    private const string HashLetters = "bcdfghjklmnpqrstvwxz";

    /// <summary>Letters and digits, and one dash for whatever stands between words; empty when nothing is left.</summary>
    public static string Fold(string name, ref bool isExact)
    {
        var folded = new StringBuilder(name.Length);
        foreach (var c in ObjectNames.Key(name))
        {
            if (char.IsAsciiLetterOrDigit(c))
                folded.Append(c);
            else if (folded.Length > 0 && folded[^1] != '-' && c is not ('\'' or '’'))
                folded.Append('-');
            isExact &= char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '_' or '/' or '.' or ',' or ':' or ';' or '(' or ')' or '[' or ']' or '\'' or '’' or '"';
        }

        return folded.ToString().TrimEnd('-');
    }

    public static string Cut(string text, int length) => text.Length <= length ? text : text[..length].TrimEnd('-');

    public static string Hash(string text)
    {
        var number = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        var letters = new char[HashLength];
        for (var i = 0; i < letters.Length; i++, number /= (uint)HashLetters.Length)
            letters[i] = HashLetters[(int)(number % (uint)HashLetters.Length)];
        return new string(letters);
    }
}
