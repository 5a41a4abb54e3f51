using System.Collections.Immutable;

namespace Plumbline.Core.Words;

/// <param name="Interval">Time between two probes of a pair. Default 60 s.</param>
/// <param name="Timeout">Deadline of one probe. Default 3 s: ICMP errors are rate limited to one a second, so less turns rejects into timeouts.</param>
/// <param name="FailureThreshold">Failures in a row before a pair is down. Default 3.</param>
/// <param name="MaxPairs">Pairs probed at once for one connection; of more pairs, half of these take turns. Default 64.</param>
public sealed record ProbeSettings(TimeSpan Interval, TimeSpan Timeout, int FailureThreshold, int MaxPairs)
{
    /// <summary>The largest <see cref="FailureThreshold"/> that the API takes.</summary>
    public const int MaxFailureThreshold = 20;

    /// <summary>Time from a probe to what the operator knows of it, generously.</summary>
    public static readonly TimeSpan DeliverySlack = TimeSpan.FromSeconds(15);

    /// <summary>A probe that is new in a plan has a result after this time, or something is wrong.</summary>
    public TimeSpan SettledWithin => Interval + Timeout + DeliverySlack;

    public static ProbeSettings Default { get; } = new(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(3), 3, 64);
}
