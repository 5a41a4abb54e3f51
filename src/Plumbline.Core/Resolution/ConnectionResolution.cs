using System.Collections.Immutable;
using Plumbline.Core.Connections;
using Plumbline.Core.Words;

namespace Plumbline.Core.Resolution;

/// <summary>
/// Something that the cluster's own objects say of a port, which explains a failure but never replaces a probe.
/// </summary>
/// <param name="Port">Documented port.</param>
public sealed record StaticFact(int Port, Reason Reason, string Explanation)
{
    /// <summary>Explains only pairs that go through this Service; null: any pair of the port.</summary>
    public NamespacedName? Service { get; init; }
}

/// <summary>A documented connection, held against the cluster.</summary>
public abstract record ConnectionResolution
{
    private ConnectionResolution()
    {
    }

    /// <summary>No pair to probe. The reason says whether that is drift, a human's task, or the row's nature.</summary>
    public sealed record Unresolved(Reason Reason, string Explanation) : ConnectionResolution;

    /// <param name="Pairs">All that could be probed; the plan keeps it within the row's budget.</param>
    /// <param name="Facts">What the cluster's objects say, port by port.</param>
    public sealed record Resolved(PairSpace Pairs, ImmutableArray<StaticFact> Facts) : ConnectionResolution
    {
        /// <summary>What of the sources can never be probed, as a clause; null when all can.</summary>
        public string? LeftOut { get; init; }

        public ImmutableArray<Component> Destination { get; init; } = [];

        /// <summary>Services that lead to the destination, each with the documented port that it serves.</summary>
        public ImmutableHashSet<(NamespacedName Service, int Port)> Ways { get; init; } = [];
    }
}
