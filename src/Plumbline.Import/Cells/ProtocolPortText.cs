namespace Plumbline.Import.Cells;

/// <summary>Protocol and port written together: TCP/443, 443/tcp, tcp:443, TCP 443, 53 (UDP), tcp_5432.</summary>
internal static class ProtocolPortText
{
    private const int Longest = 200;

    /// <summary>The text is nothing but protocols with ports.</summary>
    public static bool IsCombined(string text)
    {
        if (text.Length is < 4 or > Longest || ProtocolReader.IsVersion(text))
            return false;

        int protocols = 0, ports = 0;
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            if (char.IsAsciiDigit(text[i]))
            {
                while (i < text.Length && char.IsAsciiDigit(text[i]))
                    i++;
                if (i - start > 5)
                    return false;
                ports++;
            }
            else if (char.IsAsciiLetter(text[i]))
            {
                while (i < text.Length && char.IsAsciiLetter(text[i]))
                    i++;
                var word = text[start..i];
                if (ProtocolWords.IsKnown(word))
                    protocols++;
                else if (word.ToLowerInvariant() is not ("port" or "ports" or "and" or "or" or "to"))
                    return false;
            }
            else if ("/:,;()-–_+& \\".Contains(text[i], StringComparison.Ordinal))
            {
                i++;
            }
            else
            {
                return false;
            }
        }

        return protocols > 0 && ports > 0;
    }
}
