using Plumbline.Import.Judging;

namespace Plumbline.Import.Mapping;

/// <summary>Components to begin with, for names that none claims: binding them is the engineer's first work.</summary>
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
            var parties = map.Parties.Select(p => ObjectNames.Key(p.Name)).ToHashSet(StringComparer.Ordinal);
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
                        [row.Line],
                        $"'{name}' is claimed by the Components {string.Join(" and ", claims[key])}: bind the word in the map's parties, or complete the row with the name of one of them",
                        map.File));
                }
                else if (!claims.Contains(key) && !objects.Contains(name) && !drafted.ContainsKey(key))
                {
                    drafted.Add(key, new ComponentDraft(ObjectNames.Free(ObjectNames.Label(name), taken), map.Namespace, [name], isSource && SourceRules.IsOutside(name)));
                }
            }
        }

        return [.. drafted.Values];
    }

    private static void ReportParties(ConnectionMapDraft map, HashSet<string> objects, ICollection<DocumentIssue> issues)
    {
        // without any Component at hand nothing can be said about one
        foreach (var party in map.Parties.Where(p => objects.Count > 0 && !objects.Contains(p.Component)))
        {
            issues.Add(new DocumentIssue(
                DocumentIssueCode.NameNotBound,
                DocumentIssueSeverity.Error,
                null,
                [],
                $"the parties of map '{map.Name}' bind '{party.Name}' to the Component '{party.Component}', which is not among the Components given; correct the name or add the Component",
                map.File));
        }
    }

    private static IEnumerable<(string Name, ConnectionDraft Row, bool IsSource)> NamesOf(ConnectionMapDraft map)
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
