using Plumbline.Api;
using Plumbline.Import.Binding;

namespace Plumbline.Import.Mapping;

/// <param name="Comments">For people who read the manifest: what was completed, what is doubtful.</param>
public sealed record MapRow(V1Alpha1ConnectionRow Row, IReadOnlyList<string> Comments)
{
    /// <summary>The <see cref="DocumentedRow.Id"/>; several rows of a map have the same one where a cell lists several parties.</summary>
    public string DocumentRow { get; init; } = Row.Id ?? "";
}

/// <summary>A document as it will stand in the cluster.</summary>
/// <param name="Map">Its rows are those of <paramref name="Rows"/>: <see cref="WithRows"/> keeps them together.</param>
/// <param name="Path">The document, as it was given.</param>
public sealed record ConnectionMapDraft(V1Alpha1ConnectionMap Map, IReadOnlyList<MapRow> Rows, string Path)
{
    /// <summary>Where names run, as far as the document states it; by <see cref="ObjectNames.Key"/>.</summary>
    public IReadOnlyDictionary<string, StatedTarget> Stated { get; init; } = new Dictionary<string, StatedTarget>();

    /// <summary>Namespaces that the document states for names; by <see cref="ObjectNames.Key"/>.</summary>
    public IReadOnlyDictionary<string, string> StatedNamespaces { get; init; } = new Dictionary<string, string>();

    /// <summary>An RFC 1123 label of at most <see cref="ObjectNames.MaximumMapName"/> characters, so that row ids fit behind it.</summary>
    public string Name => Map.Metadata.Name;

    public string Namespace => Map.Metadata.NamespaceProperty;

    public string Title => Map.Spec.Document?.Title ?? "";

    public IReadOnlyList<V1Alpha1Party> Parties => Map.Spec.Parties ?? [];

    public IReadOnlyList<V1Alpha1ConnectionRow> Connections => Map.Spec.Connections ?? [];

    public ConnectionMapDraft WithName(string name) => this with { Map = Map with { Metadata = MapManifests.Metadata(name, Namespace, Map.Metadata.Labels) } };

    public ConnectionMapDraft WithRows(IReadOnlyList<MapRow> rows) => this with { Map = Map with { Spec = Map.Spec with { Connections = [.. rows.Select(r => r.Row)] } }, Rows = rows };
}

/// <summary>A Component for a name that none claims yet.</summary>
/// <param name="Comments">Where its binding comes from, or what could be bound.</param>
public sealed record ComponentDraft(V1Alpha1Component Component, IReadOnlyList<string> Comments)
{
    public string Name => Component.Metadata.Name;
}

/// <summary>A Component that is known already, from a file or a cluster.</summary>
/// <param name="IsBound">False: its names stand for nothing yet.</param>
public sealed record KnownComponent(string Name, IReadOnlyList<string> Names, bool IsBound = true);
