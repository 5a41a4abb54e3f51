using Plumbline.Api;
using Plumbline.Core.Words;
using Plumbline.Import.Judging;
using Plumbline.Import.Mapping;

namespace Plumbline.Import.Binding;

/// <summary>The ports of one row, as far as they say something of the party that listens.</summary>
public sealed record UsedPorts(IReadOnlyList<int> Ports, bool AnyIsEnough);

/// <summary>A name that no Component claims, and all that the documents say of it.</summary>
/// <param name="Name">As written where it first occurs.</param>
/// <param name="Component">The name that its Component must have, because a map's parties bind to it; null: free to choose.</param>
public sealed record NameUse(string Name, string? Component)
{
    /// <summary>Maps that use it.</summary>
    public required IReadOnlyList<string> Maps { get; init; }

    public required bool IsSource { get; init; }

    /// <summary>Of the rows that connect to it.</summary>
    public required IReadOnlyList<UsedPorts> Ports { get; init; }

    /// <summary>No row of it opens a connection: there is nothing to bind.</summary>
    public required bool IsLogicalOnly { get; init; }

    /// <summary>Where the document or the name itself says that it runs.</summary>
    public StatedTarget? Stated { get; init; }

    /// <summary>The namespace that the documents state.</summary>
    public string? Namespace { get; init; }

    public bool IsDestination => Ports.Count > 0;
}

/// <summary>Finds the names that wait to be bound.</summary>
public static class UnboundNames
{
    private sealed record Occurrence(string Name, string? Component, string Map, V1Alpha1ConnectionRow Row, bool IsSource, StatedTarget? Stated, string? Namespace);

    /// <param name="known">Components of the namespace. One without a binding claims its names and leaves them unbound.</param>
    /// <returns>In the order in which they first occur.</returns>
    public static IReadOnlyList<NameUse> Find(IReadOnlyList<ConnectionMapDraft> maps, IReadOnlyList<KnownComponent> known)
    {
        var bound = known.Where(c => c.IsBound).SelectMany(c => c.Names.Append(c.Name)).Select(ObjectNames.Key).ToHashSet(StringComparer.Ordinal);
        var unbound = known.Where(c => !c.IsBound).SelectMany(c => c.Names.Append(c.Name).Select(n => (Key: ObjectNames.Key(n), c.Name))).DistinctBy(c => c.Key).ToDictionary(c => c.Key, c => c.Name, StringComparer.Ordinal);
        var objects = known.Where(c => c.IsBound).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. maps.SelectMany(Occurrences)
                .Where(o => o.Component is { } component ? !objects.Contains(component) : !bound.Contains(ObjectNames.Key(o.Name)))
                .GroupBy(o => o.Component ?? unbound.GetValueOrDefault(ObjectNames.Key(o.Name)) ?? $" {ObjectNames.Key(o.Name)}", StringComparer.Ordinal)
                .Select(g => Use([.. g], g.Key[0] == ' ' ? null : g.Key)),
        ];
    }

    /// <summary>Evidently nothing that a probe can start from.</summary>
    internal static bool IsOutside(NameUse name) => name is { IsSource: true, IsDestination: false } && SourceRules.IsOutside(name.Name);

    private static IEnumerable<Occurrence> Occurrences(ConnectionMapDraft map)
    {
        var parties = map.Parties.GroupBy(p => ObjectNames.Key(p.Name!), StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Component!, StringComparer.Ordinal);
        foreach (var row in map.Connections)
        {
            if (row.From is { } from)
                yield return At(from, row, isSource: true);
            if (row.To is { } to)
                yield return At(to, row, isSource: false);
        }

        Occurrence At(string name, V1Alpha1ConnectionRow row, bool isSource)
        {
            var key = ObjectNames.Key(name);
            return new Occurrence(name, parties.GetValueOrDefault(key), map.Name, row, isSource, map.Stated.GetValueOrDefault(key) ?? NamedPlace.Of(name), map.StatedNamespaces.GetValueOrDefault(key));
        }
    }

    private static NameUse Use(IReadOnlyList<Occurrence> occurrences, string? component) => new(occurrences[0].Name, component)
    {
        Maps = [.. occurrences.Select(o => o.Map).Distinct()],
        IsSource = occurrences.Any(o => o.IsSource),
        Ports = [.. occurrences.Where(o => !o.IsSource && o.Row.Ports is not null).Select(o => new UsedPorts(o.Row.Ports!, o.Row.PortMatch == "Any"))],
        IsLogicalOnly = occurrences.All(o => o.Row.Protocol == ConnectionProtocol.Logical.Word()),
        Namespace = occurrences.Select(o => o.Namespace).Where(n => n is not null).Distinct().ToList() is [var only] ? only : null,
        Stated = occurrences.Select(o => o.Stated).FirstOrDefault(s => s is not null),
    };
}
