using Plumbline.Import.Mapping;

namespace Plumbline.Import.Files;

/// <summary>Finds the Components of a manifest file, for the names that they claim. Other kinds in the file are none of ours.</summary>
public static class ComponentsFile
{
    public const string DefaultName = "components.yaml";

    private static readonly string[] Bindings = ["workload", "pods", "service", "external", "nodes", "group", "outside"];

    /// <returns>Null when a file cannot be used; the issues say why.</returns>
    public static List<KnownComponent>? Load(IEnumerable<string> files, string @namespace, ICollection<DocumentIssue> issues)
    {
        var known = new List<KnownComponent>();
        var broken = false;
        foreach (var file in files)
        {
            var problems = new List<YamlProblem>();
            if (TextFile.Read(file, problems) is { } text)
                known.AddRange(Parse(text, @namespace, problems));
            foreach (var problem in problems)
                issues.Add(problem.ToIssue(file, DocumentIssueCode.ComponentsInvalid));
            broken |= problems.Count > 0;
        }

        return broken ? null : known;
    }

    /// <param name="namespace">Components of other namespaces claim nothing here.</param>
    public static IReadOnlyList<KnownComponent> Parse(string text, string @namespace, ICollection<YamlProblem> problems)
    {
        var components = new List<KnownComponent>();
        foreach (var document in YamlReader.Documents(text, problems))
        {
            if (YamlMapping.Of(document, "a manifest", problems) is not { } manifest
                || manifest.Text("kind") != "Component"
                || manifest.Text("apiVersion")?.StartsWith("plumbline.dev/", StringComparison.Ordinal) != true)
                continue;

            if (manifest.Mapping("metadata") is not { } metadata || metadata.Required("name") is not { } name)
            {
                problems.Add(new YamlProblem(manifest.Line, "a Component needs metadata.name"));
            }
            else if ((metadata.Text("namespace") ?? @namespace) == @namespace)
            {
                var spec = manifest.Mapping("spec");
                components.Add(new KnownComponent(name, spec?.Texts("names") ?? [], Array.Exists(Bindings, b => spec?.Node(b) is not null)));
            }
        }

        return components;
    }
}
