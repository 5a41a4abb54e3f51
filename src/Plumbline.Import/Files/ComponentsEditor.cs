using System.Text;
using Plumbline.Import.Binding;

namespace Plumbline.Import.Files;

/// <summary>Writes Components into a file that people edit: what they bound stays as it is, word for word; a Component without a binding gets one in its place.</summary>
public static class ComponentsEditor
{
    /// <param name="text">The file as it is; empty for a new one.</param>
    public static string Merge(string text, IReadOnlyList<WrittenComponent> components, string @namespace)
    {
        var pending = components.ToDictionary(c => c.Name, StringComparer.Ordinal);
        var merged = new StringBuilder();
        foreach (var segment in Segments(text))
        {
            var known = ComponentsFile.Parse(segment, @namespace, []) is [var only] ? only : null;
            if (known is null || !pending.Remove(known.Name, out var written) || known.IsBound || !written.IsBound)
                merged.Append(segment);
            else
                merged.Append(written.Yaml);
        }

        if (merged.Length > 0 && merged[^1] != '\n')
            merged.Append('\n');
        foreach (var component in components.Where(c => pending.ContainsKey(c.Name)))
            merged.Append(component.Yaml);
        return merged.ToString();
    }

    /// <summary>The documents of a file with the "---" above them; all of them together are the file.</summary>
    private static IEnumerable<string> Segments(string text)
    {
        var segment = new StringBuilder();
        var lines = text.Split('\n');
        foreach (var line in lines.Select((l, i) => i < lines.Length - 1 ? $"{l}\n" : l))
        {
            if (line.TrimEnd() == "---" && segment.Length > 0)
            {
                yield return segment.ToString();
                segment.Clear();
            }

            segment.Append(line);
        }

        if (segment.Length > 0)
            yield return segment.ToString();
    }
}
