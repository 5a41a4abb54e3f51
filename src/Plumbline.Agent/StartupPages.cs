using System.Globalization;
using System.Runtime.InteropServices;

namespace Plumbline.Agent;

/// <summary>
/// Takes the program's code out of the resident set; what runs comes back at once from the kernel's page cache, and the rest (starting, reading
/// options, compiling, the TLS handshake) stays away: about a quarter of what an agent would otherwise hold for ever.
/// </summary>
/// <remarks>
/// Only mappings of files that hold nothing but what is in the file: executable ones without a page of their own, and shared read-only ones. Of a
/// mapping with private pages (relocated data) the kernel would forget the changes.
/// </remarks>
internal static partial class StartupPages
{
    private const int DontNeed = 4;

    /// <returns>Bytes given back; 0 where /proc says nothing.</returns>
    public static long GiveBack(string mapsPath = "/proc/self/smaps")
    {
        try
        {
            var given = 0L;
            foreach (var (start, length, resident) in Clean(File.ReadLines(mapsPath)))
                given += Advise(start, length, DontNeed) == 0 ? resident : 0;
            return given;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>Mappings that may be dropped, from the lines of an smaps file. Lines that are not understood leave their mapping alone.</summary>
    internal static IEnumerable<(nint Start, nint Length, long Resident)> Clean(IEnumerable<string> smaps)
    {
        (nint Start, nint Length)? mapping = null;
        var resident = 0L;
        foreach (var line in smaps)
        {
            if (!char.IsUpper(line, 0))
                (mapping, resident) = (Candidate(line), 0);
            else if (line.StartsWith("Rss:", StringComparison.Ordinal))
                resident = Kilobytes(line) * 1024 ?? 0;
            else if (line.StartsWith("Anonymous:", StringComparison.Ordinal) && mapping is { } found && resident > 0 && Kilobytes(line) == 0)
                yield return (found.Start, found.Length, resident);
        }
    }

    /// <summary><c>7f00-7fff r-xp 00000000 08:01 42    /usr/bin/plumbline</c></summary>
    private static (nint Start, nint Length)? Candidate(string header)
    {
        var fields = header.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        if (fields is not [var range, "r-xp" or "r--s", _, _, _, ['/', ..] path] || path.EndsWith(" (deleted)", StringComparison.Ordinal) || range.Split('-') is not [var from, var to])
            return null;
        return nint.TryParse(from, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var start)
            && nint.TryParse(to, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var end)
            ? (start, end - start)
            : null;
    }

    private static long? Kilobytes(string line) =>
        long.TryParse(line.AsSpan(line.IndexOf(':', StringComparison.Ordinal) + 1).Trim().TrimEnd("kB").Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint start, nint length, int advice);
}
