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

        return [.. stream.Documents.Select(d => d.RootNode).Where(n => n is not YamlScalarNode { Value: null or "" })];
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
