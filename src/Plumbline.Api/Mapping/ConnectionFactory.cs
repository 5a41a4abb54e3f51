using System.Collections.Immutable;
using k8s.Models;
using Plumbline.Core.Connections;
using Plumbline.Core.Words;

namespace Plumbline.Api.Mapping;

/// <param name="Connections">One a row, in the order of the rows, ready to be applied.</param>
/// <param name="Problems">Rows that are missing from the Connections, and parts of rows that cannot be read; fields name the place in the map.</param>
public sealed record ExpandedMap(ImmutableArray<V1Alpha1Connection> Connections, ImmutableArray<SpecProblem> Problems);

/// <summary>A ConnectionMap → the Connection objects that it owns.</summary>
public static class ConnectionFactory
{
    /// <summary>One bad row never stops the rest: it becomes a problem.</summary>
    public static ExpandedMap Expand(V1Alpha1ConnectionMap map)
    {
        var problems = ImmutableArray.CreateBuilder<SpecProblem>();
        var reader = new SpecReader("spec", problems);
        var parties = MapParties.Of(map.Spec.Parties, reader);
        var settings = ConnectionMapper.Settings(Defaults(map.Spec.Defaults), reader.At("defaults"));

        var connections = ImmutableArray.CreateBuilder<V1Alpha1Connection>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, row) in (map.Spec.Connections ?? []).Index())
        {
            var field = $"connections[{index}]";
            var id = SpecReader.Text(row.Id) ?? $"r{index + 1}";
            if (!ids.Add(id))
            {
                reader.Report(SpecProblemKind.Duplicate, $"{field}.id", $"row {id} is in the map already; give this row an id of its own");
                continue;
            }

            if (!parties.TryBind(row, id, reader.At(field), out var from, out var to))
                continue;

            var connection = new V1Alpha1Connection
            {
                Metadata = Metadata(map, ConnectionName.Of(map.Metadata.Name ?? "", id)),
                Spec = new V1Alpha1ConnectionSpec(row)
                {
                    Id = id,
                    Map = map.Metadata.Name,
                    MapTitle = map.Spec.Document?.Title,
                    File = map.Spec.Document?.File,
                    FromComponent = from,
                    ToComponent = to,
                    IntervalSeconds = (int)settings.Interval.TotalSeconds,
                    TimeoutMilliseconds = (int)settings.Timeout.TotalMilliseconds,
                    FailureThreshold = settings.FailureThreshold,
                    MaxPairs = settings.MaxPairs,
                    Suspend = map.Spec.Suspend ?? false,
                },
            };

            if (!names.Add(connection.Metadata.Name!))
            {
                reader.Report(SpecProblemKind.Duplicate, $"{field}.id", $"row {id} would get the name {connection.Metadata.Name} of another row; give it another id");
                continue;
            }

            _ = ConnectionMapper.Read(connection, reader.At(field));
            connections.Add(connection);
        }

        return new(connections.ToImmutable(), problems.ToImmutable());
    }

    // No blockOwnerDeletion: where the API server enforces it, it would cost the operator a permission, and deletion waits for nothing here.
    private static V1ObjectMeta Metadata(V1Alpha1ConnectionMap map, string name) => new()
    {
        Name = name,
        NamespaceProperty = map.Metadata.NamespaceProperty,
        Labels = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [V1Alpha1Api.ManagedByLabel] = V1Alpha1Api.ManagedBy,
            [V1Alpha1Api.MapLabel] = ConnectionName.LabelOf(map.Metadata.Name ?? ""),
        },
        OwnerReferences =
        [
            new V1OwnerReference
            {
                ApiVersion = V1Alpha1Api.GroupVersion,
                Kind = V1Alpha1ConnectionMap.EntityKind,
                Name = map.Metadata.Name,
                Uid = map.Metadata.Uid,
                Controller = true,
            },
        ],
    };

    private static V1Alpha1ConnectionSpec Defaults(V1Alpha1MapDefaults? defaults) => new()
    {
        IntervalSeconds = defaults?.IntervalSeconds,
        TimeoutMilliseconds = defaults?.TimeoutMilliseconds,
        FailureThreshold = defaults?.FailureThreshold,
        MaxPairs = defaults?.Coverage?.MaxPairs,
    };
}

/// <summary>The map's own words, compared as all names of documents are.</summary>
internal sealed class MapParties(Dictionary<string, (string Component, string Field)> bound, HashSet<string> ambiguous)
{
    public static MapParties Of(IReadOnlyList<V1Alpha1Party>? parties, SpecReader reader)
    {
        var bound = new Dictionary<string, (string Component, string Field)>(StringComparer.Ordinal);
        var ambiguous = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, party) in (parties ?? []).Index())
        {
            var field = $"parties[{index}]";
            if (SpecReader.Text(party.Name) is not { } name || SpecReader.Text(party.Component) is not { } component)
            {
                reader.Report(SpecProblemKind.Missing, field, "a party needs a name and a component");
                continue;
            }

            var word = PartyName.Normalize(name);
            if (bound.TryAdd(word, (component, field)) || bound[word].Component == component)
                continue;

            ambiguous.Add(word);
            reader.Report(SpecProblemKind.Ambiguous, field, $"'{name}' is bound to {bound[word].Component} (spec.{bound[word].Field}) and to {component}; keep one");
        }

        return new(bound, ambiguous);
    }

    /// <returns>False when a word of the row has two meanings, which is reported.</returns>
    public bool TryBind(V1Alpha1ConnectionRow row, string id, SpecReader reader, out string? from, out string? to)
    {
        var fromIsClear = TryBind(row.From, "from", id, reader, out from);
        var toIsClear = TryBind(row.To, "to", id, reader, out to);
        return fromIsClear && toIsClear;
    }

    private bool TryBind(string? name, string field, string id, SpecReader reader, out string? component)
    {
        component = null;
        if (SpecReader.Text(name) is not { } given)
            return true;

        var word = PartyName.Normalize(given);
        if (ambiguous.Contains(word))
        {
            reader.Report(SpecProblemKind.Ambiguous, field, $"row {id} is left out: the map's parties bind '{given}' to two components");
            return false;
        }

        component = bound.TryGetValue(word, out var party) ? party.Component : null;
        return true;
    }
}
