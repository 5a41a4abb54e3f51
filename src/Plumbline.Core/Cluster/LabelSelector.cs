using System.Collections.Immutable;

namespace Plumbline.Core.Cluster;

public enum LabelOperator
{
    /// <summary>The label is there and its value is one of the values.</summary>
    In,

    /// <summary>The label is missing, or its value is none of the values.</summary>
    NotIn,

    /// <summary>The label is there, whatever its value.</summary>
    Exists,

    /// <summary>The label is missing.</summary>
    DoesNotExist,
}

/// <param name="Values">Empty for <see cref="LabelOperator.Exists"/> and <see cref="LabelOperator.DoesNotExist"/>.</param>
public sealed record LabelRequirement(string Key, LabelOperator Operator, ImmutableArray<string> Values)
{
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        var present = labels.TryGetValue(Key, out var value);
        return Operator switch
        {
            LabelOperator.In => present && Values.Contains(value!),
            LabelOperator.NotIn => !present || !Values.Contains(value!),
            LabelOperator.Exists => present,
            LabelOperator.DoesNotExist => !present,
        };
    }

    public bool Equals(LabelRequirement? other) =>
        other is not null && Key == other.Key && Operator == other.Operator && Values.SequenceEqual(other.Values);

    public override int GetHashCode() => HashCode.Combine(Key, Operator, Values.Length);

    public override string ToString() => Operator switch
    {
        LabelOperator.In => $"{Key} in ({string.Join(',', Values)})",
        LabelOperator.NotIn => $"{Key} notin ({string.Join(',', Values)})",
        LabelOperator.Exists => Key,
        LabelOperator.DoesNotExist => $"!{Key}",
    };
}

/// <summary>
/// A Kubernetes label selector (meta/v1): all labels and all expressions must match. The empty selector matches everything.
/// A <em>missing</em> selector means something else in every place that has one, so it is a null reference and the caller's to judge.
/// </summary>
public sealed record LabelSelector(ImmutableSortedDictionary<string, string> MatchLabels, ImmutableArray<LabelRequirement> MatchExpressions)
{
    public static LabelSelector Everything { get; } = new(ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal), []);

    public bool IsEmpty => MatchLabels.IsEmpty && MatchExpressions.IsEmpty;

    public static LabelSelector Of(params IEnumerable<(string Key, string Value)> matchLabels) =>
        Everything with
        {
            MatchLabels = matchLabels.ToImmutableSortedDictionary(l => l.Key, l => l.Value, StringComparer.Ordinal),
        };

    /// <param name="labels">No labels at all is an empty dictionary.</param>
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        foreach (var (key, value) in MatchLabels)
        {
            if (!labels.TryGetValue(key, out var actual) || actual != value)
                return false;
        }

        foreach (var requirement in MatchExpressions)
        {
            if (!requirement.Matches(labels))
                return false;
        }

        return true;
    }

    public bool Equals(LabelSelector? other) =>
        other is not null && MatchLabels.SequenceEqual(other.MatchLabels) && MatchExpressions.SequenceEqual(other.MatchExpressions);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (key, value) in MatchLabels)
        {
            hash.Add(key);
            hash.Add(value);
        }

        foreach (var requirement in MatchExpressions)
            hash.Add(requirement);

        return hash.ToHashCode();
    }

    /// <summary>As <c>kubectl -l</c> takes it; <c>&lt;all&gt;</c> when empty.</summary>
    public override string ToString() =>
        IsEmpty ? "<all>" : string.Join(',', MatchLabels.Select(l => $"{l.Key}={l.Value}").Concat(MatchExpressions.Select(e => e.ToString())));
}
