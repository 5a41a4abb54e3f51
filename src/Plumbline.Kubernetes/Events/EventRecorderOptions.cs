namespace Plumbline.Kubernetes.Events;

public sealed record EventRecorderOptions
{
    /// <summary>Who reports: a qualified name such as <c>plumbline.dev/operator</c>.</summary>
    public required string ReportingController { get; init; }

    /// <summary>Which replica: the pod's name. At most 128 characters count.</summary>
    public required string ReportingInstance { get; init; }

    /// <summary>Events that wait to be sent; further ones are dropped and counted.</summary>
    /// <value>Default: 1000.</value>
    public int QueueLength { get; init; } = 1000;

    /// <summary>New events an object may get at once; repetitions of one event do not count.</summary>
    /// <value>Default: 25.</value>
    public int Burst { get; init; } = 25;

    /// <summary>After the burst: one more each.</summary>
    /// <value>Default: 1 minute.</value>
    public TimeSpan Refill { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>An event that comes again within this time of its last occurrence is counted on the first one.</summary>
    /// <value>Default: 6 minutes.</value>
    public TimeSpan SeriesGap { get; init; } = TimeSpan.FromMinutes(6);

    /// <summary>How often the counts of repeated events are written.</summary>
    /// <value>Default: 10 seconds.</value>
    public TimeSpan SeriesPeriod { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Attempts to send one event while the server does not answer.</summary>
    /// <value>Default: 12.</value>
    public int Attempts { get; init; } = 12;
}
