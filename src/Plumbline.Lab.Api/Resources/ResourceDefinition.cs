using Plumbline.Lab.Api.Kinds;
using Plumbline.Lab.Api.Schema;
using Plumbline.Lab.Api.Storage;
using Plumbline.Lab.Api.Tables;

namespace Plumbline.Lab.Api.Resources;

/// <summary>What is served under one group, version and plural. The generic code knows of kinds only what stands here.</summary>
internal sealed record ResourceDefinition
{
    public required string Group { get; init; }

    public required string Version { get; init; }

    public required string Plural { get; init; }

    public required string Kind { get; init; }

    public required bool Namespaced { get; init; }

    public string Singular { get; init; } = "";

    public string ListKind { get; init; } = "";

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Whether <c>status</c> is a subresource: then each of the two endpoints ignores the other's half.</summary>
    public bool HasStatus { get; init; }

    public ScalePaths? Scale { get; init; }

    /// <summary>Further subresources that a handler of their own serves, such as <c>token</c>.</summary>
    public IReadOnlyList<(string Name, string Kind, string Group, string Version)> Actions { get; init; } = [];

    /// <summary>Whether a change of the wanted state counts up <c>metadata.generation</c>.</summary>
    public bool HasGeneration { get; init; } = true;

    /// <summary>Objects of a custom kind are validated and defaulted by their schema; built-in schemas only say which fields there are and how lists merge.</summary>
    public bool IsCustom { get; init; }

    /// <summary>A kind that is only asked and answered (reviews): POST, nothing is stored.</summary>
    public bool IsReview { get; init; }

    public StructuralSchema Schema { get; init; } = StructuralSchema.Anything;

    public IReadOnlyList<TableColumn> Columns { get; init; } = [];

    public IReadOnlyList<SelectableField> SelectableFields { get; init; } = [];

    public string Description { get; init; } = "";

    /// <summary>Where the store keeps the objects; versions of a kind share it.</summary>
    public string CollectionId { get; init; } = "";

    public IObjectConversion? Conversion { get; init; }

    /// <summary>Objects stored up to this revision were checked against another schema, and are pruned and defaulted when read.</summary>
    public long SchemaRevision { get; init; }

    public bool IsServed { get; init; } = true;

    /// <summary>The schema of the stored version that merging and ownership follow: it knows <c>metadata</c> too.</summary>
    public StructuralSchema MergeSchema
    {
        get => field ??= IsCustom ? BuiltInKinds.WithMetadata(Schema) : Schema;
        init;
    }

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The word used in messages: <c>pods</c>, <c>deployments.apps</c>.</summary>
    public string QualifiedPlural => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public string QualifiedKind => Group.Length == 0 ? Kind : $"{Kind}.{Group}";

    public IReadOnlyList<string> Verbs => IsReview ? ["create"] : ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

    public static string CollectionOf(string group, string plural) => $"{group}/{plural}";
}

/// <summary>Where a kind keeps what the scale subresource shows.</summary>
internal sealed record ScalePaths(string SpecReplicas, string StatusReplicas, string? LabelSelector);

/// <summary>Between the stored version of an object and another one it is served in.</summary>
internal interface IObjectConversion
{
    System.Text.Json.Nodes.JsonObject ToStored(System.Text.Json.Nodes.JsonObject served);

    System.Text.Json.Nodes.JsonObject ToServed(System.Text.Json.Nodes.JsonObject stored);
}
