using System.Collections.Immutable;

namespace Plumbline.Core.Words;

/// <summary>How names of documents are compared: without case, runs of white space, and footnote marks.</summary>
public static class PartyName
{
    public static string Normalize(string name)
    {
        var words = name.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words).TrimEnd('*', '†', ' ').ToUpperInvariant();
    }
}
