using System.Text.Json.Nodes;
using Plumbline.Api;
using Plumbline.Import.Files;
using Plumbline.Import.Mapping;

namespace Plumbline.Import.Binding;

/// <param name="Name">Of the object.</param>
/// <param name="IsBound">False: its choices are comments.</param>
/// <param name="Yaml">One YAML document, with its "---".</param>
public sealed record WrittenComponent(string Name, bool IsBound, string Yaml);

/// <summary>Proposals as Components: bound where the choice is clear, else without a binding and with the choices as comments that only have to be uncommented.</summary>
public static class BoundComponents
{
    /// <param name="known">Components that are there already: theirs are the names and words that stay.</param>
    public static IReadOnlyList<WrittenComponent> Write(IReadOnlyList<NameProposal> proposals, IReadOnlyList<KnownComponent> known, string @namespace)
    {
        var taken = known.Select(k => k.Name).ToHashSet(StringComparer.Ordinal);
        return [.. proposals.Select(p => Write(p, known, taken, @namespace))];
    }

    /// <summary>A binding that somebody gave by hand.</summary>
    public static WrittenComponent Write(GivenBinding given, IReadOnlyList<KnownComponent> known, string @namespace)
    {
        var claiming = known.FirstOrDefault(k => ObjectNames.Key(k.Name) == ObjectNames.Key(given.Name) || k.Names.Any(n => ObjectNames.Key(n) == ObjectNames.Key(given.Name)));
        var component = Component(claiming?.Name ?? ObjectNames.LabelOfName(given.Name), claiming is { Names.Count: > 0 } ? claiming.Names : [given.Name], @namespace);
        return new WrittenComponent(component.Metadata.Name, true, Yaml(component with { Spec = given.Target.Bind(component.Spec) }, ["bound by hand"]));
    }

    private static WrittenComponent Write(NameProposal proposal, IReadOnlyList<KnownComponent> known, HashSet<string> taken, string @namespace)
    {
        var use = proposal.Name;
        var claiming = known.FirstOrDefault(k => k.Name == use.Component);
        var name = use.Component ?? ObjectNames.Free(ObjectNames.LabelOfName(use.Name), taken);
        IReadOnlyList<string> names = claiming is { Names.Count: > 0 } ? claiming.Names : [use.Component is null ? use.Name : use.Component];
        var component = Component(name, names, @namespace);
        if (proposal.Chosen is { } chosen)
            return new WrittenComponent(name, true, Yaml(component with { Spec = chosen.Target.Bind(component.Spec) }, [chosen.Reasons]));

        var choices = proposal.Proposals.Select(c => $"  # {Inline(c.Target)}    # {ManifestYaml.OneLine(c.Reasons)}\n");
        if (!use.IsLogicalOnly)
            choices = choices.Append("  # external: {hosts: [HOST]}\n");
        return new WrittenComponent(name, false, Yaml(component, [$"open: {proposal.Why}"]) + string.Concat(choices));
    }

    private static V1Alpha1Component Component(string name, IReadOnlyList<string> names, string @namespace) =>
        new() { Metadata = MapManifests.Metadata(name, @namespace, MapManifests.Labels()), Spec = new V1Alpha1ComponentSpec { Names = names } };

    private static string Yaml(V1Alpha1Component component, IReadOnlyList<string> comments)
    {
        var json = MapManifests.ToJson(component);
        return ManifestYaml.Write([json], new Dictionary<JsonNode, IReadOnlyList<string>>(ReferenceEqualityComparer.Instance) { [json] = comments });
    }

    /// <summary>The binding in one line of YAML: JSON is YAML, and needs no other quotes.</summary>
    private static string Inline(BindingTarget target)
    {
        var spec = MapManifests.ToJson(new V1Alpha1Component { Metadata = MapManifests.Metadata("x", "x"), Spec = target.Bind(new V1Alpha1ComponentSpec()) })["spec"]!.AsObject();
        var (field, value) = spec.First();
        return $"{field}: {value!.ToJsonString()}";
    }
}
