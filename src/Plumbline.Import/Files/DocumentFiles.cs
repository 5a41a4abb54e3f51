using System.IO.Enumeration;

namespace Plumbline.Import.Files;

/// <param name="Path">For messages, and to find what stands beside it; <see cref="DocumentFiles.StandardInput"/> for standard input.</param>
/// <param name="Found">In a folder or by a pattern: a page without a table of connections is nothing to complain about.</param>
public sealed record DocumentFile(string Path, bool Found);

/// <summary>Files, folders, patterns and "-" as the files that they stand for.</summary>
public static class DocumentFiles
{
    public const string StandardInput = "-";

    private static readonly HashSet<string> Endings = new(StringComparer.OrdinalIgnoreCase)
    {
        ".md", ".markdown", ".txt", ".text", ".csv", ".tsv", ".tab", ".html", ".htm", ".xhtml", ".rst", ".adoc", ".asciidoc", ".asc", ".wiki", ".mediawiki", ".xlsx", ".mmd", ".mermaid",
        ".puml", ".plantuml", ".yaml", ".yml", ".json",
    };

    /// <param name="arguments">As given; a file that is not there stays, for the reader of it to say so.</param>
    /// <returns>Each file once, those of a folder or pattern in the order of their paths.</returns>
    public static IReadOnlyList<DocumentFile> Expand(IEnumerable<string> arguments)
    {
        var files = new List<DocumentFile>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var argument in arguments)
        {
            foreach (var file in Expand(argument).Where(f => seen.Add(f.Path)))
                files.Add(file);
        }

        return files;
    }

    private static List<DocumentFile> Expand(string argument)
    {
        if (argument == StandardInput || File.Exists(argument))
            return [new DocumentFile(argument, Found: false)];
        if (Directory.Exists(argument))
            return [.. FilesBelow(argument).Where(IsDocument).Order(StringComparer.Ordinal).Select(f => new DocumentFile(f, Found: true))];
        if (argument.AsSpan().IndexOfAny('*', '?') < 0)
            return [new DocumentFile(argument, Found: false)];

        var found = Matching(argument).Where(f => !IsOurs(f)).Order(StringComparer.Ordinal).Select(f => new DocumentFile(f, Found: true)).ToList();
        return found.Count > 0 ? found : [new DocumentFile(argument, Found: false)];
    }

    /// <summary>"docs/**/*.md": "*" and "?" within a folder's or file's name, "**" for any number of folders.</summary>
    private static IEnumerable<string> Matching(string pattern)
    {
        var parts = pattern.Split('/', '\\');
        var first = Array.FindIndex(parts, p => p.AsSpan().IndexOfAny('*', '?') >= 0);
        var root = string.Join('/', parts[..first]);
        if (root.Length == 0)
            root = first > 0 ? "/" : "";
        if (root.Length > 0 && !Directory.Exists(root))
            return [];
        return FilesBelow(root.Length == 0 ? "." : root)
            .Select(f => root.Length == 0 ? f[2..] : f)
            .Where(f => Matches(Path.GetRelativePath(root.Length == 0 ? "." : root, f).Split(Path.DirectorySeparatorChar), parts.AsSpan(first)));
    }

    private static bool Matches(ReadOnlySpan<string> path, ReadOnlySpan<string> pattern)
    {
        if (pattern.Length == 0)
            return path.Length == 0;
        if (pattern[0] == "**")
            return Matches(path, pattern[1..]) || (path.Length > 0 && Matches(path[1..], pattern));
        return path.Length > 0 && FileSystemName.MatchesSimpleExpression(pattern[0], path[0], ignoreCase: false) && Matches(path[1..], pattern[1..]);
    }

    /// <summary>Without hidden files and folders (.git), and without what cannot be opened.</summary>
    private static IEnumerable<string> FilesBelow(string folder) =>
        Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint });

    private static bool IsDocument(string file) => Endings.Contains(Path.GetExtension(file)) && !IsOurs(file);

    private static bool IsOurs(string file) => file.EndsWith(CompletionsFile.Suffix, StringComparison.Ordinal) || Path.GetFileName(file) == ComponentsFile.DefaultName;
}
