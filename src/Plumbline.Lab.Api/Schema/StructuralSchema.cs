using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Plumbline.Lab.Api.Cel;

namespace Plumbline.Lab.Api.Schema;

internal enum ListKind
{
    /// <summary>Replaced and owned as a whole.</summary>
    Atomic,

    /// <summary>Items are scalars; each is there once and owned by itself.</summary>
    Set,

    /// <summary>Items are maps known by their keys and owned by themselves.</summary>
    Map,
}

/// <summary>One node of a structural schema: enough to validate, prune, default, merge and own a value.</summary>
internal sealed record StructuralSchema
{
    /// <summary>Accepts everything; maps merge by key, lists are atomic.</summary>
    public static readonly StructuralSchema Anything = new() { Type = "", PreserveUnknownFields = true };

    /// <summary>Empty when any type is allowed.</summary>
    public string Type { get; init; } = "";

    public bool Nullable { get; init; }

    public bool IntOrString { get; init; }

    public bool PreserveUnknownFields { get; init; }

    public bool EmbeddedResource { get; init; }

    public IReadOnlyDictionary<string, StructuralSchema> Properties { get; init; } = new Dictionary<string, StructuralSchema>();

    public StructuralSchema? AdditionalProperties { get; init; }

    public StructuralSchema? Items { get; init; }

    public IReadOnlyList<string> Required { get; init; } = [];

    public bool HasDefault { get; init; }

    public JsonNode? Default { get; init; }

    public ListKind ListKind { get; init; } = ListKind.Atomic;

    public IReadOnlyList<string> ListMapKeys { get; init; } = [];

    public bool IsAtomicMap { get; init; }

    /// <summary>A struct that a built-in type holds by value: it is always there, so nobody comes to own it as such by writing the first field in it.</summary>
    public bool IsAlwaysThere { get; init; }

    /// <summary>Whether there are rules here or anywhere below.</summary>
    public bool HasRules => _hasRules ??= Rules.Count > 0 || Properties.Values.Any(property => property.HasRules) || AdditionalProperties is { HasRules: true } || Items is { HasRules: true };

    private bool? _hasRules;

    /// <summary>The key that strategic merge patches of a built-in list merge by; null when they replace it. Empty for lists of scalars.</summary>
    public string? PatchMergeKey { get; init; }

    public ValueConstraints Constraints { get; init; } = ValueConstraints.None;

    public IReadOnlyList<CelRule> Rules { get; init; } = [];

    /// <summary>The schema as written, for the OpenAPI documents.</summary>
    public JsonObject? Source { get; init; }

    public StructuralSchema? Property(string name) => Properties.TryGetValue(name, out var property) ? property : AdditionalProperties;

    /// <summary>The schema of a map's value, or what an undeclared field is treated as.</summary>
    public StructuralSchema Field(string name) => Property(name) ?? Anything;

    public StructuralSchema Element => Items ?? Anything;

    public bool IsMapOfValues => Properties.Count == 0;
}

/// <summary>The value validations of one schema node. They never change what is kept, only whether it is accepted.</summary>
internal sealed record ValueConstraints
{
    public static readonly ValueConstraints None = new();

    public IReadOnlyList<JsonNode?>? Enum { get; init; }

    public string Format { get; init; } = "";

    public Regex? Pattern { get; init; }

    public double? Minimum { get; init; }

    public double? Maximum { get; init; }

    public bool ExclusiveMinimum { get; init; }

    public bool ExclusiveMaximum { get; init; }

    public double? MultipleOf { get; init; }

    public long? MinLength { get; init; }

    public long? MaxLength { get; init; }

    public long? MinItems { get; init; }

    public long? MaxItems { get; init; }

    public long? MinProperties { get; init; }

    public long? MaxProperties { get; init; }

    public bool UniqueItems { get; init; }

    public IReadOnlyList<StructuralSchema> AllOf { get; init; } = [];

    public IReadOnlyList<StructuralSchema> AnyOf { get; init; } = [];

    public IReadOnlyList<StructuralSchema> OneOf { get; init; } = [];

    public StructuralSchema? Not { get; init; }
}
