using System.Collections.Frozen;

namespace Plumbline.Core.Words;

public enum VerifiedStatus
{
    Unknown,
    True,
    False,
}

public enum ReasonCategory
{
    /// <summary>The row agrees with the cluster.</summary>
    Verified,

    /// <summary>The row and the cluster have drifted apart.</summary>
    Drift,

    /// <summary>Nothing is known at the moment; it may become known by itself.</summary>
    Unknown,

    /// <summary>A human has to finish the row or its Component.</summary>
    Unresolved,

    /// <summary>The row cannot be verified from inside the cluster, by its nature.</summary>
    Unprobeable,
}

/// <summary>One word of the register: the same in condition, event, metric, alert, runbook and docs.</summary>
public sealed record Reason(string Name, VerifiedStatus Status, ReasonCategory Category, string Meaning)
{
    public override string ToString() => Name;
}

/// <summary>A word of the register that is no verdict on a row: what a condition of one of our kinds says.</summary>
/// <param name="Status">Status of the condition that has this reason.</param>
public sealed record ConditionReason(string Name, VerifiedStatus Status, string Meaning)
{
    public override string ToString() => Name;
}
