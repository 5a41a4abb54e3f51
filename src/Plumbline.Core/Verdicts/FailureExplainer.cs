using System.Collections.Immutable;
using System.Globalization;
using Plumbline.Core.Evidence;
using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;
using Plumbline.Core.Words;

namespace Plumbline.Core.Verdicts;

/// <summary>Why a pair is down: the live outcome, refined by what the cluster's objects say.</summary>
/// <param name="Why">A clause that can follow a comma.</param>
public sealed record FailureCause(Reason Reason, string Why);

/// <summary>Live × static: an outcome names the symptom; policies and Services may name the cause.</summary>
/// <param name="denial">What denies the pair by the cluster's NetworkPolicies, as a clause; null when they allow it or cannot tell.</param>
public sealed class FailureExplainer(Func<ProbePair, string?> denial)
{
    private const int MostAddresses = 3;

    public FailureCause Explain(PairState state, IReadOnlyList<PairState> siblings, IReadOnlyList<StaticFact> facts)
    {
        var result = state.Evidence.Last ?? throw new InvalidOperationException("a pair that is down has evidence");
        if (state.Condition == PairCondition.Partly)
        {
            return new FailureCause(Reasons.PartlyReachable, $"works at {result.Address ?? "some addresses of the name"}, but not at {List(state.FailedAddresses)}");
        }

        var symptom = SymptomOf(state, result);
        return symptom.Reason switch
        {
            var r when r == Reasons.TimedOut || r == Reasons.Rejected || r == Reasons.Unreachable =>
                DeniedBy(state, siblings) ?? FromFacts(state, facts) ?? symptom,
            var r when r == Reasons.ConnectionRefused => FromFacts(state, facts) ?? (result.Icmp is null ? symptom : DeniedBy(state, siblings) ?? symptom),
            _ => symptom,
        };
    }

    private static string List(ImmutableArray<FailedAddress> failed) =>
        string.Join(", ", failed.Take(MostAddresses).Select(f => $"{f.Address} ({f.Outcome})")) + (failed.Length > MostAddresses ? $" and {failed.Length - MostAddresses} more" : "");

    private static FailureCause? FromFacts(PairState state, IReadOnlyList<StaticFact> facts)
    {
        var fact = facts.FirstOrDefault(f => f.Port == state.Pair.Target.DocumentedPort
            && (f.Reason != Reasons.NoReadyEndpoints || state.Pair.Target.Kind is TargetKind.Service or TargetKind.Pod));
        return fact is null ? null : new FailureCause(fact.Reason, fact.Explanation);
    }

    private FailureCause? DeniedBy(PairState state, IReadOnlyList<PairState> siblings)
    {
        // A Service is denied when every endpoint behind it is: the packet meets the policy after translation.
        var decisions = state.Pair.Target.Kind == TargetKind.Service
            ? siblings
                .Where(s => s.Pair.Target.Kind == TargetKind.Endpoint && s.Pair.Target.Service == state.Pair.Target.Service
                    && s.Pair.Target.DocumentedPort == state.Pair.Target.DocumentedPort && s.Pair.Source.Probe.Id == state.Pair.Source.Probe.Id)
                .Select(s => denial(s.Pair))
                .ToList()
            : [denial(state.Pair)];
        return decisions.Count > 0 && decisions.All(d => d is not null)
            ? new FailureCause(Reasons.BlockedByNetworkPolicy, decisions[0]!)
            : null;
    }

    private static FailureCause SymptomOf(PairState state, KnownResult r) => r.Outcome switch
    {
        // The prober's own sentence comes first: it saw more than its word says.
        ProbeOutcome.ConnectionRefused => new(Reasons.ConnectionRefused, r.Detail ?? (r.Icmp is { } i ? $"refused by {i.Offender} (ICMP port unreachable)" : "refused (nothing listens there)")),
        ProbeOutcome.TimedOut => new(Reasons.TimedOut, r.Detail ?? "no answer before the deadline"),
        ProbeOutcome.Rejected => new(Reasons.Rejected, r.Detail ?? (r.Icmp is { } i ? $"prohibited by {i.Offender} (ICMP {i.Type}/{i.Code})" : "prohibited by a route or filter")),
        ProbeOutcome.Unreachable => new(Reasons.Unreachable, r.Detail ?? (r.Icmp is { } i ? $"unreachable, says {i.Offender} (ICMP {i.Type}/{i.Code})" : "no route")),
        ProbeOutcome.NameNotResolved => new(Reasons.NameNotResolved, r.Detail ?? "the name does not resolve"),
        ProbeOutcome.TlsHandshakeFailed => new(Reasons.TlsHandshakeFailed, r.Detail ?? "no TLS session"),
        ProbeOutcome.NotHttp => new(Reasons.NotHttp, r.Detail ?? "the answer is not HTTP"),
        ProbeOutcome.HttpNoResponse => new(Reasons.HttpNoResponse, r.Detail ?? "connected, but no HTTP response before the deadline"),
        ProbeOutcome.ClosedByPeer => new(Reasons.ClosedByPeer, r.Detail ?? "accepted, then closed at once"),
        ProbeOutcome.TurnedAway => new(Reasons.ClosedByPeer, r.Detail ?? "accepted, and turned away"),
        // A pair that is down after a success: the row does not take the status.
        ProbeOutcome.Succeeded when r.HttpStatus is { } status =>
            new(Reasons.HttpUnexpectedStatus, $"HTTP status {status.ToString(CultureInfo.InvariantCulture)}; documented: {string.Join(", ", state.ExpectedStatuses)}"),
        ProbeOutcome.Succeeded or ProbeOutcome.SourceGone or ProbeOutcome.SourceNotFound or ProbeOutcome.NotRun or ProbeOutcome.TargetRefused or ProbeOutcome.Silent =>
            throw new InvalidOperationException($"{r.Outcome} is no failure of a connection"),
    };
}
