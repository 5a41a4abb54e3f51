namespace Plumbline.Kubernetes.Leadership;

public sealed record LeaderElectionOptions
{
    public required string Namespace { get; init; }

    /// <summary>Of the Lease.</summary>
    public required string Name { get; init; }

    /// <summary>Who we are: unique among the replicas, and across restarts of one, as a restarted process must not take its own old lease for a valid one.</summary>
    public required string Identity { get; init; }

    /// <summary>How long the others wait for a leader that they do not hear of.</summary>
    /// <value>Default: 15 seconds.</value>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>When a leader that cannot renew gives up. Shorter than <see cref="LeaseDuration"/>, so that it has stopped before another starts.</summary>
    /// <value>Default: 10 seconds.</value>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between attempts, with a fifth of jitter.</summary>
    /// <value>Default: 2 seconds.</value>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    internal void Validate()
    {
        if (LeaseDuration <= RenewDeadline || RenewDeadline <= RetryPeriod * 1.2 || RetryPeriod <= TimeSpan.Zero)
        {
            throw new ArgumentException(
                $"leader election needs LeaseDuration ({LeaseDuration}) > RenewDeadline ({RenewDeadline}) > 1.2 × RetryPeriod ({RetryPeriod}) > 0");
        }

        if (LeaseDuration < TimeSpan.FromSeconds(1))
        {
            throw new ArgumentException($"LeaseDuration ({LeaseDuration}) must be a second or more: a Lease counts whole seconds");
        }
    }
}
