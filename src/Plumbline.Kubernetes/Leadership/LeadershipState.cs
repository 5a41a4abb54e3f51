namespace Plumbline.Kubernetes.Leadership;

/// <summary>Who leads, as far as this replica knows: a closed set.</summary>
public abstract record LeadershipState
{
    private LeadershipState()
    {
    }

    /// <summary>Nothing is known yet.</summary>
    public sealed record Undecided : LeadershipState;

    /// <summary>This replica leads until it says otherwise.</summary>
    public sealed record Leading : LeadershipState;

    /// <summary>Another one leads, or nobody does.</summary>
    /// <param name="Leader">The identity in the Lease; null when it was released, or cannot be read.</param>
    public sealed record Following(string? Leader) : LeadershipState;
}
