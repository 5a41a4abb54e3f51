using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Plumbline.Import.Files;

/// <summary>A place in a YAML file and what is wrong there.</summary>
public sealed record YamlProblem(int Line, string Message);

/// <summary>YAML by its nodes: no reflection, and every node knows its line.</summary>
public static class YamlReader
{
    /// <summary>More than a file of 16 MB has without aliases.</summary>
    private const long MaximumNodes = 16_000_000;

    /// <returns>The root of each document; documents without content are left out.</returns>
    public static IReadOnlyList<YamlNode> Documents(string text, ICollection<YamlProblem> problems)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException or ArgumentException)
        {
            // At some malformed text ("a: [b") YamlDotNet throws other than its own, without a line.
            problems.Add(new YamlProblem(e is YamlException at ? (int)at.Start.Line : 1, $"not valid YAML: {e.InnerException?.Message ?? e.Message}; correct the file"));
            return [];
        }

        var roots = stream.Documents.Select(d => d.RootNode).Where(n => n is not YamlScalarNode { Value: null or "" }).ToList();
        if (roots.Find(r => SizeOf(r, new Dictionary<YamlNode, long>(ReferenceEqualityComparer.Instance)) > MaximumNodes) is { } large)
        {
            problems.Add(new YamlProblem((int)large.Start.Line, $"its aliases stand for more than {MaximumNodes} values; write out what is meant"));
            return [];
        }

        return roots;
    }

    /// <summary>Nodes as a reader meets them, who follows each alias: ten lines of aliases of aliases are billions.</summary>
    private static long SizeOf(YamlNode node, Dictionary<YamlNode, long> known)
    {
        if (known.TryGetValue(node, out var size))
            return size;
        // an alias inside what it stands for has no end
        known[node] = MaximumNodes + 1;
        size = 1;
        if (node is YamlMappingNode mapping)
        {
            foreach (var (key, value) in mapping.Children)
                size = Math.Min(MaximumNodes + 1, size + SizeOf(key, known) + SizeOf(value, known));
        }
        else if (node is YamlSequenceNode sequence)
        {
            foreach (var item in sequence.Children)
                size = Math.Min(MaximumNodes + 1, size + SizeOf(item, known));
        }

        known[node] = size;
        return size;
    }

    /// <summary>All manifests of a file as objects of the Kubernetes API; plain scalars are typed as YAML 1.2's JSON schema types them.</summary>
    /// <exception cref="InvalidDataException">The file is no valid YAML; names file and line.</exception>
    public static IReadOnlyList<JsonObject> Manifests(string file)
    {
        var problems = new List<YamlProblem>();
        var documents = Documents(File.ReadAllText(file), problems);
        if (problems is [var problem, ..])
            throw new InvalidDataException($"{file}:{problem.Line}: {problem.Message}");
        return [.. documents.Select(ToJson).OfType<JsonObject>()];
    }

    public static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value ?? "", ToJson(pair.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(ToJson)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: var value } => value switch
        {
            null or "" or "null" or "~" => null,
            "true" => JsonValue.Create(true),
            "false" => JsonValue.Create(false),
            _ when long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
            _ when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && char.IsAsciiDigit(value[^1]) => JsonValue.Create(number),
            _ => JsonValue.Create(value),
        },
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => null,
    };
}
