using Plumbline.Core.Evidence;
using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;
using Plumbline.Core.Words;

namespace Plumbline.Core.Verdicts;

/// <summary>What the agent on the destination's node saw of its sockets.</summary>
/// <param name="Remarks">Those of <see cref="ProbeProtocol.Listeners"/>; none when it listens.</param>
/// <param name="Detail">A clause whose subject is the destination.</param>
public sealed record Listening(ProbeRemarks Remarks, string Detail)
{
    private const ProbeRemarks Not = ProbeRemarks.ListensNot | ProbeRemarks.ListensOnLoopbackOnly;

    /// <summary>It takes connections on the port.</summary>
    public bool IsOpen => (Remarks & (Not | ProbeRemarks.AcceptQueueFull)) == 0;

    /// <summary>Null for a look that came to nothing.</summary>
    public static Listening? Of(KnownResult? result) =>
        result is { Outcome: ProbeOutcome.Succeeded } seen ? new Listening(seen.Remarks, seen.Detail ?? "") : null;

    /// <summary>Why nobody takes the connection; null when somebody would.</summary>
    public FailureCause? Explain(PairTarget target) => ReasonOf(Remarks, target) is { } reason ? new FailureCause(reason, Sentence(target)) { Key = Cause.OfListener(target) } : null;

    public string Sentence(PairTarget target) => $"pod {target.Pod?.Key.ToString() ?? target.Host} {Detail}";

    /// <summary>
    /// One other port is where the right one has gone to only while the pod is not known to have others: beside a dead process another one, of the same pod and
    /// with a port of its own, goes on listening.
    /// </summary>
    private static bool MayHaveMoved(PairTarget target) => target.Pod?.ContainerPorts.All(p => p.Port == target.Port || p.Protocol != "TCP") != false;

    private static Reason? ReasonOf(ProbeRemarks remarks, PairTarget target) => remarks switch
    {
        _ when remarks.HasFlag(ProbeRemarks.ListensOnLoopbackOnly) => Reasons.ListeningOnLoopbackOnly,
        _ when remarks.HasFlag(ProbeRemarks.ListensOnOtherPort) && MayHaveMoved(target) => Reasons.ListeningOnOtherPort,
        _ when remarks.HasFlag(ProbeRemarks.ListensNot) => Reasons.NotListening,
        _ when remarks.HasFlag(ProbeRemarks.AcceptQueueFull) => Reasons.AcceptQueueFull,
        _ => null,
    };
}
