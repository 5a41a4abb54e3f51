using k8s;
using k8s.Models;

namespace Plumbline.Api.Schema;

// Types of the API itself as our schemas have them. Nothing makes one; a test holds their members to those of the types.

[SchemaOf(typeof(V1Condition))]
internal abstract class ConditionSchema
{
    /// <summary>What is judged.</summary>
    [Required]
    [Length(0, 316)]
    public string? Type { get; init; }

    /// <summary>Unknown is neither good nor bad - there is no evidence.</summary>
    [Required]
    [EnumValues("True", "False", "Unknown")]
    public string? Status { get; init; }

    /// <summary>The metadata.generation that this condition was made from.</summary>
    [RangeMinimum(0)]
    public long? ObservedGeneration { get; init; }

    /// <summary>When the status last changed (not the reason, nor the message).</summary>
    [Required]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>One CamelCase word; the same in metrics, events, alerts and runbooks.</summary>
    [Required]
    [Length(1, 1024)]
    [Pattern(Patterns.ConditionReason)]
    public string? Reason { get; init; }

    /// <summary>The reason for a human, and what to do about it.</summary>
    [Required]
    [Length(0, 32768)]
    public string? Message { get; init; }
}

[SchemaOf(typeof(V1LabelSelector))]
internal abstract class LabelSelectorSchema
{
    /// <summary>Labels that must all be there with these values.</summary>
    [PropertyLimits(32)]
    [Length(0, 63)]
    public IReadOnlyDictionary<string, string>? MatchLabels { get; init; }

    /// <summary>Requirements that must all hold, besides matchLabels.</summary>
    [Items(0, 32)]
    public IReadOnlyList<V1LabelSelectorRequirement>? MatchExpressions { get; init; }
}

[SchemaOf(typeof(V1LabelSelectorRequirement))]
[ValidationRule(
    "self.operator in ['In', 'NotIn'] ? has(self.values) && size(self.values) > 0 : !has(self.values) || size(self.values) == 0",
    "operators In and NotIn need values; Exists and DoesNotExist take none")]
internal abstract class LabelSelectorRequirementSchema
{
    /// <summary>The label's key.</summary>
    [Required]
    [Length(1, 317)]
    public string? Key { get; init; }

    /// <summary>In - the label has one of the values. NotIn - it has none of them, or is missing. Exists, DoesNotExist - whatever its value.</summary>
    [Required]
    [EnumValues("In", "NotIn", "Exists", "DoesNotExist")]
    public string? Operator { get; init; }

    /// <summary>For In and NotIn.</summary>
    [Items(0, 64)]
    [Length(0, 63)]
    public IReadOnlyList<string>? Values { get; init; }
}
