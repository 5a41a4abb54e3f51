using Plumbline.Lab.Api.Schema;

namespace Plumbline.Lab.Api.Cel;

internal enum CelKind
{
    /// <summary>Known only when the rule runs.</summary>
    Dyn,
    Bool,
    Int,
    Double,
    String,
    Null,
    Timestamp,
    Duration,
    List,

    /// <summary>Any keys, values of one type.</summary>
    Map,

    /// <summary>The declared fields of a schema and no others.</summary>
    Object,
    Optional,
}

/// <summary>What is known of a value before a rule runs.</summary>
internal sealed record CelType(CelKind Kind, CelType? Element = null, StructuralSchema? Schema = null)
{
    public static readonly CelType Dyn = new(CelKind.Dyn);
    public static readonly CelType Bool = new(CelKind.Bool);
    public static readonly CelType Int = new(CelKind.Int);
    public static readonly CelType Double = new(CelKind.Double);
    public static readonly CelType String = new(CelKind.String);
    public static readonly CelType Null = new(CelKind.Null);
    public static readonly CelType Timestamp = new(CelKind.Timestamp);
    public static readonly CelType Duration = new(CelKind.Duration);

    public bool IsDyn => Kind == CelKind.Dyn;

    public static CelType ListOf(CelType element) => new(CelKind.List, element);

    public static CelType OptionalOf(CelType element) => new(CelKind.Optional, element);

    public static CelType Of(StructuralSchema schema) => schema switch
    {
        { IntOrString: true } => Dyn,
        { Type: "object", Properties.Count: > 0 } => new CelType(CelKind.Object, null, schema),
        { Type: "object", AdditionalProperties: { } values } => new CelType(CelKind.Map, Of(values), schema),
        { Type: "array" } => new CelType(CelKind.List, Of(schema.Element), schema),
        { Type: "string", Constraints.Format: "date-time" or "date" } => Timestamp,
        { Type: "string", Constraints.Format: "duration" } => Duration,
        { Type: "string" } => String,
        { Type: "integer" } => Int,
        { Type: "number" } => Double,
        { Type: "boolean" } => Bool,
        _ => Dyn,
    };

    public string Name => Kind switch
    {
        CelKind.Dyn => "dyn",
        CelKind.Bool => "bool",
        CelKind.Int => "int",
        CelKind.Double => "double",
        CelKind.String => "string",
        CelKind.Null => "null",
        CelKind.Timestamp => "timestamp",
        CelKind.Duration => "duration",
        CelKind.List => $"list({Element?.Name ?? "dyn"})",
        CelKind.Map => $"map(string, {Element?.Name ?? "dyn"})",
        CelKind.Object => "object",
        CelKind.Optional => $"optional_type({Element?.Name ?? "dyn"})",
    };

    /// <summary>Whether two values may be compared for equality at all. Numbers of one kind are not compared with those of another: kube-apiserver rejects it too.</summary>
    public bool Compatible(CelType other) => IsDyn || other.IsDyn || Kind == CelKind.Null || other.Kind == CelKind.Null || (Kind, other.Kind) switch
    {
        (CelKind.List, CelKind.List) => (Element ?? Dyn).Compatible(other.Element ?? Dyn),
        (CelKind.Map or CelKind.Object, CelKind.Map or CelKind.Object) => true,
        _ => Kind == other.Kind,
    };
}
