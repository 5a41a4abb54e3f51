using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Storage;

namespace Plumbline.Lab.Api.Resources;

/// <summary>Which kinds are served right now: the built-in ones and those of the CRDs. Readers see one consistent state.</summary>
internal sealed class ResourceRegistry
{
    private static readonly FrozenDictionary<string, IReadOnlyList<SelectableField>> Selectable = BuiltInResources.Definitions
        .GroupBy(resource => resource.CollectionId)
        .ToFrozenDictionary(group => group.Key, group => (IReadOnlyList<SelectableField>)[.. group.SelectMany(resource => resource.SelectableFields).DistinctBy(field => field.Label)]);

    private readonly Lock _lock = new();
    private ImmutableSortedDictionary<string, IReadOnlyList<ResourceDefinition>> _custom = ImmutableSortedDictionary<string, IReadOnlyList<ResourceDefinition>>.Empty;
    private volatile State _state = new([.. BuiltInResources.Definitions], 0);

    public IReadOnlyList<ResourceDefinition> All => _state.All;

    /// <summary>Changes with every change of what is served; part of the OpenAPI documents' addresses.</summary>
    public long Version => _state.Version;

    public static IReadOnlyList<SelectableField> SelectableFields(string collection) => Selectable.GetValueOrDefault(collection, []);

    public ResourceDefinition? Find(string group, string version, string plural) => _state.ByPath.GetValueOrDefault((group, version, plural));

    /// <summary>One definition of a collection: its preferred version.</summary>
    public ResourceDefinition? OfCollection(string collection) => _state.All.FirstOrDefault(resource => resource.CollectionId == collection);

    /// <summary>Serves what a stored CRD defines. An unreadable one cannot be stored in the first place.</summary>
    public void Serve(JsonObject definition)
    {
        var (resources, _) = CustomResources.Read(definition);
        lock (_lock)
        {
            _custom = _custom.SetItem(definition.Text("metadata", "name")!, [.. resources.Where(resource => resource.IsServed)]);
            Rebuild();
        }
    }

    public void Withdraw(string definitionName)
    {
        lock (_lock)
        {
            _custom = _custom.Remove(definitionName);
            Rebuild();
        }
    }

    private void Rebuild() => _state = new State([.. BuiltInResources.Definitions, .. _custom.Values.SelectMany(each => each)], _state.Version + 1);

    private sealed class State(IReadOnlyList<ResourceDefinition> all, long version)
    {
        public IReadOnlyList<ResourceDefinition> All => all;

        public long Version => version;

        public FrozenDictionary<(string, string, string), ResourceDefinition> ByPath { get; } =
            all.ToFrozenDictionary(resource => (resource.Group, resource.Version, resource.Plural));
    }
}
