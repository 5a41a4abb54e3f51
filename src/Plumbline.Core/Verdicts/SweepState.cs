using System.Collections.Immutable;
using Plumbline.Core.Planning;

namespace Plumbline.Core.Verdicts;

/// <summary>What is known of the pairs of a sampled row that are not in the plan at the moment.</summary>
/// <param name="ProvenEarlier">By documented port: pairs out of the plan that did as documented when they were last probed, within the sweep.</param>
/// <param name="NodeWithoutAgent">
/// A node whose pods are sources of the row and cannot be probed; null when there is none. Asked of all nodes, since a verdict must not
/// come and go with the turns.
/// </param>
public sealed record SweepState(SweepSchedule Schedule, ImmutableDictionary<int, int> ProvenEarlier, string? NodeWithoutAgent);

/// <summary>How much of a sampled row has been looked at.</summary>
/// <param name="Pairs">All pairs of the row.</param>
/// <param name="Probed">Those with a result within the sweep.</param>
public sealed record Coverage(int Pairs, int Probed, TimeSpan Sweep);
