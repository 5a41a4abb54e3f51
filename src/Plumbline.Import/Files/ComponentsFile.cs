using Plumbline.Import.Mapping;

namespace Plumbline.Import.Files;

/// <summary>Finds the Components of a manifest file, for the names that they claim. Other kinds in the file are none of ours.</summary>
public static class ComponentsFile
{
    public const string DefaultName = "components.yaml";

    /// <param name="namespace">Components of other namespaces claim nothing here.</param>
    public static IReadOnlyList<KnownComponent> Parse(string text, string @namespace, ICollection<YamlProblem> problems)
    {
        var components = new List<KnownComponent>();
        foreach (var document in YamlReader.Documents(text, problems))
        {
            if (YamlFields.Of(document, "a manifest", problems) is not { } manifest
                || manifest.Text("kind") != "Component"
                || manifest.Text("apiVersion")?.StartsWith("plumbline.dev/", StringComparison.Ordinal) != true)
                continue;

            if (manifest.Mapping("metadata") is not { } metadata || metadata.Required("name") is not { } name)
                problems.Add(new YamlProblem(manifest.Line, "a Component needs metadata.name"));
            else if ((metadata.Text("namespace") ?? @namespace) == @namespace)
                components.Add(new KnownComponent(name, manifest.Mapping("spec")?.Texts("names") ?? []));
        }

        return components;
    }
}
