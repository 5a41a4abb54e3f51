using System.Collections.Immutable;
using System.Globalization;
using Plumbline.Core.Evidence;
using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;
using Plumbline.Core.Words;

namespace Plumbline.Core.Verdicts;

/// <summary>Why a pair is down: the live outcome, refined by what the cluster's objects say.</summary>
/// <param name="Why">A clause that can follow a comma.</param>
public sealed record FailureCause(Reason Reason, string Why)
{
    /// <summary>See <see cref="Cause.Key"/>.</summary>
    public string Key { get; init; } = "";

    /// <summary>Nothing answers, and what is to blame for it is not known more closely.</summary>
    public bool IsOfTheWay { get; init; }
}

/// <summary>What denies a pair.</summary>
/// <param name="Policy">Its name, after its namespace, or after its kind if it has none.</param>
/// <param name="Why">A clause.</param>
public sealed record Denial(string Policy, string Why);

/// <summary>Live × static: an outcome names the symptom; policies and Services may name the cause.</summary>
/// <param name="policies">What the cluster's policies say of the pair; null when they say nothing.</param>
/// <param name="ownerOf">What of the cluster has an address: <c>Service infra/redis</c>; null for nothing of the cluster.</param>
/// <param name="dnsDenial">What denies the pair's source its nameserver; null when nothing does.</param>
public sealed class FailureExplainer(Func<PairState, PolicyOpinion?> policies, Func<string, string?>? ownerOf = null, Func<PairState, Denial?>? dnsDenial = null)
{
    private const int MostAddresses = 3;

    public FailureCause Explain(PairState state, IReadOnlyList<PairState> siblings, IReadOnlyList<StaticFact> facts, Func<PairTarget, Listening?> listening)
    {
        var cause = Find(state, siblings, facts, listening);
        return cause.Key.Length > 0 ? cause : cause with
        {
            Key = state.Evidence.Last is { Outcome: ProbeOutcome.NameNotResolved } ? Cause.OfName(state.Pair.Target.ConnectHost) : Cause.OfTarget(state.Pair.Target),
            IsOfTheWay = IsLostOnTheWay(cause.Reason, state),
        };
    }

    private static bool IsLostOnTheWay(Reason reason, PairState state) => reason == Reasons.TimedOut || reason == Reasons.Unreachable || reason == Reasons.Rejected
        || (reason == Reasons.Intermittent && state.Evidence.Failures?.LastFailed.Outcome == ProbeOutcome.TimedOut);

    private FailureCause Find(PairState state, IReadOnlyList<PairState> siblings, IReadOnlyList<StaticFact> facts, Func<PairTarget, Listening?> listening)
    {
        var result = state.Evidence.Last ?? throw new InvalidOperationException("a pair that is down has evidence");
        if (state is { Condition: PairCondition.Intermittent, Evidence.Failures: { } window })
        {
            var last = SymptomOf(state, window.LastFailed);
            return Told(state, window.LastFailed, new FailureCause(Reasons.Intermittent, $"about {window.Percent} % of its newest probes fail, the last with {last.Reason}: {last.Why}"));
        }

        if (state.Condition == PairCondition.Partly)
        {
            return new FailureCause(Reasons.PartlyReachable, $"works at {result.Address ?? "some addresses of the name"}, but not at {List(state.FailedAddresses)}");
        }

        if (state.Pair.Target.IsMissing && FromFacts(state, facts) is { } missing)
        {
            return result.Outcome == ProbeOutcome.Succeeded ? missing with { Why = $"{missing.Why}; what answers at {result.Address ?? state.Pair.Target.Host} is not the Service" } : missing;
        }

        if (state.LeadsTo is { } elsewhere)
        {
            return LeadsElsewhere(state, result, elsewhere);
        }

        var symptom = SymptomOf(state, result);
        var isThroughService = state.Pair.Target.Kind == TargetKind.Service;
        return symptom.Reason switch
        {
            var r when r == Reasons.TimedOut =>
                DeniedBy(state, siblings) ?? FromFacts(state, facts) ?? QueueOf(state, siblings, listening) ?? ButPolicies(state, siblings, AndTheFarEnd(state, listening, Told(state, result, symptom))),
            var r when r == Reasons.Rejected || r == Reasons.Unreachable =>
                DeniedBy(state, siblings) ?? FromFacts(state, facts) ?? ButPolicies(state, siblings, Told(state, result, symptom)),
            var r when r == Reasons.ConnectionRefused && result.Icmp is null =>
                FromFacts(state, facts) ?? NotTakenBy(state, siblings, listening) ?? ButPolicies(state, siblings, AndTheFarEnd(state, listening, Told(state, result, symptom))),
            var r when r == Reasons.ConnectionRefused => FromFacts(state, facts) ?? DeniedBy(state, siblings) ?? ButPolicies(state, siblings, Told(state, result, symptom)),
            // The name of a headless Service without endpoints has no address.
            var r when r == Reasons.NameNotResolved => DnsDeniedTo(state, symptom) ?? (isThroughService ? FromFacts(state, facts) : null) ?? Told(state, result, symptom),
            _ => Told(state, result, symptom),
        };
    }

    /// <returns>What policies say against the pair, as a clause; null when they allow it or cannot tell.</returns>
    public string? WhyDenied(PairState pair) => policies(pair)?.Denial?.Why;

    private FailureCause LeadsElsewhere(PairState state, KnownResult result, string address)
    {
        var service = state.Pair.Target;
        var there = result.Outcome == ProbeOutcome.Succeeded ? "" : $"; there, {SymptomOf(state, result).Why}";
        return new FailureCause(
            Reasons.LeadsElsewhere,
            $"the name leads to {Named(address)}, which is not Service {service.Service} ({string.Join(", ", service.Behind.Take(MostAddresses))}){there}")
        {
            Key = Cause.OfName(service.ConnectHost),
        };
    }

    private string Named(string address) => ownerOf?.Invoke(address) is { } owner ? $"{address} ({owner})" : address;

    /// <summary>The symptom, with what else is known of the way: the address that a name led to, and what the Service itself says of such callers.</summary>
    private FailureCause Told(PairState state, KnownResult result, FailureCause symptom)
    {
        var (pair, why) = (state.Pair, symptom.Why);
        if (pair.Target.IsByName && result.Address is { } address && !why.Contains(address, StringComparison.Ordinal))
        {
            why = pair.Target.Kind == TargetKind.Service ? $"{why} (tried {address})" : $"{why} (tried {Named(address)})";
        }

        if (pair.Target.LocalNodes is { } local && !local.Contains(pair.Source.Node))
        {
            why = $"{why}: Service {pair.Target.Service} has internalTrafficPolicy: Local, and node {pair.Source.Node} has no endpoint of it";
        }

        // The kubelet reads ClusterFirst as Default for such pods (pkg/kubelet/network/dns, getPodDNSType).
        if (symptom.Reason == Reasons.NameNotResolved && pair.Source.Pod is { HostNetwork: true, Dns.Policy: "ClusterFirst" })
        {
            why = $"{why}; {pair.Source.Display} is in its node's network, where dnsPolicy ClusterFirst means the node's resolver (ClusterFirstWithHostNet means cluster DNS)";
        }

        return symptom with { Why = pair.Target.Caution is { } caution ? $"{why}; {caution}" : why };
    }

    private static string List(ImmutableArray<FailedAddress> failed) =>
        string.Join(", ", failed.Take(MostAddresses).Select(f => $"{f.Address} ({f.Outcome})")) + (failed.Length > MostAddresses ? $" and {failed.Length - MostAddresses} more" : "");

    private static FailureCause? FromFacts(PairState state, IReadOnlyList<StaticFact> facts)
    {
        var fact = facts.FirstOrDefault(f => f.Port == state.Pair.Target.DocumentedPort
            && (f.Service is null || (state.Pair.Target.Kind == TargetKind.Service && state.Pair.Target.Service == f.Service))
            && (f.Reason != Reasons.NoReadyEndpoints || state.Pair.Target.Kind is TargetKind.Service or TargetKind.Pod));
        return fact is null ? null : new FailureCause(fact.Reason, fact.Explanation)
        {
            Key = (fact.Service ?? state.Pair.Target.Service) is { } service ? Cause.OfService(service) : Cause.OfTarget(state.Pair.Target),
        };
    }

    private FailureCause? DeniedBy(PairState state, IReadOnlyList<PairState> siblings)
    {
        // A Service is denied when every endpoint behind it is: the packet meets the policy after translation.
        var denials = Opinions(state, siblings).Select(o => o?.Denial).ToList();
        return denials.Count > 0 && denials.TrueForAll(d => d is not null)
            ? new FailureCause(Reasons.BlockedByNetworkPolicy, denials[0]!.Why) { Key = Cause.OfPolicy(denials[0]!.Policy) }
            : null;
    }

    /// <summary>No policy that is understood denies it, and something speaks for a denial all the same.</summary>
    private FailureCause ButPolicies(PairState state, IReadOnlyList<PairState> siblings, FailureCause cause) =>
        Opinions(state, siblings).Select(o => o?.Caveat).FirstOrDefault(c => c is not null) is { } caveat ? cause with { Why = $"{cause.Why}; {caveat}" } : cause;

    private IEnumerable<PolicyOpinion?> Opinions(PairState state, IReadOnlyList<PairState> siblings) => Endings(state, siblings).Select(policies);

    /// <summary>Where the connection is to end: at the target itself, or for a Service at any of its endpoints, from the same source.</summary>
    private static IEnumerable<PairState> Endings(PairState state, IReadOnlyList<PairState> siblings) => state.Pair.Target.Kind != TargetKind.Service
        ? [state]
        : siblings.Where(s => s.Pair.Target.Kind == TargetKind.Endpoint && s.Pair.Target.Service == state.Pair.Target.Service
            && s.Pair.Target.DocumentedPort == state.Pair.Target.DocumentedPort && s.Pair.Source.Probe.Id == state.Pair.Source.Probe.Id);

    /// <summary>A nameserver that is silent to a source that may not ask it: the fault is not DNS's.</summary>
    private FailureCause? DnsDeniedTo(PairState state, FailureCause symptom) => state.Evidence.Last?.Remarks.HasFlag(ProbeRemarks.NameserverSilent) == true && dnsDenial?.Invoke(state) is { } denied
        ? new FailureCause(Reasons.BlockedByNetworkPolicy, $"the name is not resolved, since DNS is denied: {denied.Why} ({symptom.Why})") { Key = Cause.OfPolicy(denied.Policy) }
        : null;

    /// <summary>
    /// The destination itself says why it refuses: nothing listens, or not for others. Through a Service only when that is so of all that it leads to.
    /// </summary>
    private static FailureCause? NotTakenBy(PairState state, IReadOnlyList<PairState> siblings, Func<PairTarget, Listening?> listening) =>
        FarEnds(state, siblings, listening).ToList() is { Count: > 0 } causes && causes.TrueForAll(c => c is not null && c.Reason != Reasons.AcceptQueueFull)
            ? causes[0]
            : null;

    /// <summary>The kernel of the destination drops what comes while nobody accepts what waits.</summary>
    private static FailureCause? QueueOf(PairState state, IReadOnlyList<PairState> siblings, Func<PairTarget, Listening?> listening) =>
        FarEnds(state, siblings, listening).FirstOrDefault(c => c?.Reason == Reasons.AcceptQueueFull);

    private static IEnumerable<FailureCause?> FarEnds(PairState state, IReadOnlyList<PairState> siblings, Func<PairTarget, Listening?> listening) =>
        Endings(state, siblings).Select(s => s.Pair.Target).Select(t => listening(t)?.Explain(t));

    private static FailureCause AndTheFarEnd(PairState state, Func<PairTarget, Listening?> listening, FailureCause cause) => listening(state.Pair.Target) switch
    {
        null => cause,
        { IsOpen: true } => cause with { Why = $"{cause.Why}; pod {state.Pair.Target.Pod!.Key} listens there, says the agent on its node, so the way there is at fault" },
        var seen => cause with { Why = $"{cause.Why}; besides, {seen.Sentence(state.Pair.Target)}" },
    };

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
        ProbeOutcome.TurnedAway => new(Reasons.TurnedAway, r.Detail ?? "the server says that it does not serve this client"),
        // A pair that is down after a success: the row does not take the status.
        ProbeOutcome.Succeeded when r.HttpStatus is { } status =>
            new(Reasons.HttpUnexpectedStatus, $"HTTP status {status.ToString(CultureInfo.InvariantCulture)}; documented: {string.Join(", ", state.ExpectedStatuses)}"),
        ProbeOutcome.Succeeded or ProbeOutcome.SourceGone or ProbeOutcome.SourceNotFound or ProbeOutcome.NotRun or ProbeOutcome.TargetRefused or ProbeOutcome.Silent =>
            throw new InvalidOperationException($"{r.Outcome} is no failure of a connection"),
    };
}
