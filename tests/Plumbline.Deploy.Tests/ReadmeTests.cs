using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Plumbline.Deploy.Tests.Rendering;

namespace Plumbline.Deploy.Tests;

/// <summary>The table of values in the chart's README is that of <c>values.yaml</c>: each value with its default and its comment.</summary>
public sealed partial class ReadmeTests
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Test]
    public async Task Table_OfValues_IsThatOfTheFile()
    {
        var values = await File.ReadAllTextAsync(Path.Combine(Renderer.Chart, "values.yaml"));
        var readme = await File.ReadAllTextAsync(Path.Combine(Renderer.Chart, "README.md"));
        var expected = Table(values);

        Assert.That(readme, Does.Contain(expected), () => $"the table of values in charts/plumbline/README.md must be:\n{expected}");
    }

    [Test]
    public async Task Comment_OfEachValue_IsThere()
    {
        var values = await File.ReadAllTextAsync(Path.Combine(Renderer.Chart, "values.yaml"));
        var documented = Comments(values).Keys.ToHashSet(StringComparer.Ordinal);
        var undocumented = Leaves("", Yaml.Documents(values).Single()).Where(leaf => !documented.Any(d => leaf == d || leaf.StartsWith(d + ".", StringComparison.Ordinal)));

        Assert.That(undocumented, Is.Empty, "write a comment that begins with '# --' above it");
    }

    private static string Table(string text)
    {
        var values = Yaml.Documents(text).Single();
        var table = new StringBuilder("| Value | Default | Is |\n| --- | --- | --- |\n");
        foreach (var (path, comment) in Comments(text))
        {
            var value = path.Split('.').Aggregate((JsonNode?)values, (node, part) => node![part]);
            table.Append(CultureInfo.InvariantCulture, $"| `{path}` | `{value?.ToJsonString(Relaxed) ?? "null"}` | {comment} |\n");
        }

        return table.ToString();
    }

    /// <summary>Paths in the order of the file, each with the comment above it.</summary>
    private static Dictionary<string, string> Comments(string text)
    {
        var comments = new Dictionary<string, string>(StringComparer.Ordinal);
        var path = new List<(int Indent, string Key)>();
        string? comment = null;
        foreach (var line in text.Split('\n'))
        {
            if (CommentLine().Match(line) is { Success: true } documented)
            {
                comment = documented.Groups[1].Value;
            }
            else if (KeyLine().Match(line) is { Success: true } key)
            {
                var indent = key.Groups[1].Length;
                path.RemoveAll(p => p.Indent >= indent);
                path.Add((indent, key.Groups[2].Value));
                if (comment is not null)
                {
                    comments.Add(string.Join('.', path.Select(p => p.Key)), comment);
                    comment = null;
                }
            }
        }

        return comments;
    }

    private static IEnumerable<string> Leaves(string path, JsonObject table) => table.SelectMany(v => v.Value is JsonObject { Count: > 0 } inner
        ? Leaves($"{path}{v.Key}.", inner)
        : [path + v.Key]);

    [GeneratedRegex("^ *# -- (.+)$")]
    private static partial Regex CommentLine();

    [GeneratedRegex("^( *)([A-Za-z0-9]+):")]
    private static partial Regex KeyLine();
}
