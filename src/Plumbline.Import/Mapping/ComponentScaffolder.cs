using Plumbline.Api;
using Plumbline.Import.Binding;
using Plumbline.Import.Judging;

namespace Plumbline.Import.Mapping;

/// <summary>Components for names that none claims. They hold what the document and the names themselves say; binding the others is the engineer's first work.</summary>
public static class ComponentScaffolder
{
    /// <param name="known">Components of the same namespace.</param>
    /// <param name="issues">Takes what the names had to say.</param>
    /// <returns>In the order in which the names first occur.</returns>
    public static IReadOnlyList<ComponentDraft> Scaffold(IReadOnlyList<ConnectionMapDraft> maps, IReadOnlyList<KnownComponent> known, ICollection<DocumentIssue> issues)
    {
        var claims = known.SelectMany(c => c.Names.Select(n => (Key: ObjectNames.Key(n), c.Name))).Distinct().ToLookup(c => c.Key, c => c.Name, StringComparer.Ordinal);
        var objects = known.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var taken = new HashSet<string>(objects, StringComparer.Ordinal);
        var drafted = new Dictionary<string, ComponentDraft>(StringComparer.Ordinal);
        foreach (var map in maps)
        {
            var parties = map.Parties.Select(p => ObjectNames.Key(p.Name!)).ToHashSet(StringComparer.Ordinal);
            ReportParties(map, objects, issues);
            foreach (var (name, row, isSource) in NamesOf(map))
            {
                var key = ObjectNames.Key(name);
                if (parties.Contains(key))
                    continue;
                if (claims[key].Count() > 1)
                {
                    issues.Add(new DocumentIssue(
                        DocumentIssueCode.NameAmbiguous,
                        DocumentIssueSeverity.Error,
                        row.Id,
                        [row.Line ?? 1],
                        $"'{name}' is claimed by the Components {string.Join(" and ", claims[key])}: bind the word in the map's parties, or complete the row with the name of one of them",
                        map.Path));
                }
                else if (!claims.Contains(key) && !objects.Contains(name) && !drafted.ContainsKey(key))
                {
                    drafted.Add(key, Draft(map, name, row, isSource, ObjectNames.Free(ObjectNames.LabelOfName(name), taken), issues));
                }
            }
        }

        return [.. drafted.Values];
    }

    private static ComponentDraft Draft(ConnectionMapDraft map, string name, V1Alpha1ConnectionRow row, bool isSource, string objectName, ICollection<DocumentIssue> issues)
    {
        var spec = new V1Alpha1ComponentSpec { Names = [name] };
        var comments = new List<string>();
        var stated = map.Stated.GetValueOrDefault(ObjectNames.Key(name));
        var code = stated is null ? DocumentIssueCode.BindingFromName : DocumentIssueCode.BindingFromDocument;
        stated ??= NamedPlace.Of(name);
        if (stated is not null)
        {
            spec = stated.Target.Bind(spec);
            comments.Add($"{stated.Why}: bound to {stated.Target}");
            issues.Add(new DocumentIssue(code, DocumentIssueSeverity.Info, row.Id, [row.Line ?? 1], $"{stated.Why}: its Component is bound to {stated.Target}; change the Component if that is wrong", map.Path));
        }
        else if (isSource && SourceRules.IsOutside(name))
        {
            spec = new BindingTarget.Outside().Bind(spec);
        }

        var component = new V1Alpha1Component { Metadata = MapManifests.Metadata(objectName, map.Namespace, MapManifests.Labels()), Spec = spec };
        return new ComponentDraft(component, comments);
    }

    private static void ReportParties(ConnectionMapDraft map, HashSet<string> objects, ICollection<DocumentIssue> issues)
    {
        // without any Component at hand nothing can be said about one
        foreach (var party in map.Parties.Where(p => objects.Count > 0 && !objects.Contains(p.Component!)))
        {
            issues.Add(new DocumentIssue(
                DocumentIssueCode.NameNotBound,
                DocumentIssueSeverity.Error,
                null,
                [],
                $"the parties of map '{map.Name}' bind '{party.Name}' to the Component '{party.Component}', which is not among the Components given; correct the name or add the Component",
                map.Path));
        }
    }

    private static IEnumerable<(string Name, V1Alpha1ConnectionRow Row, bool IsSource)> NamesOf(ConnectionMapDraft map)
    {
        foreach (var row in map.Connections)
        {
            if (row.From is { } from)
                yield return (from, row, true);
            if (row.To is { } to)
                yield return (to, row, false);
        }
    }
}
