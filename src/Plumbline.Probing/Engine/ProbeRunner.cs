using System.Net;
using System.Runtime.CompilerServices;
using Plumbline.Core.Probes;
using Plumbline.Probing.Names;
using Plumbline.Probing.Protocols;

namespace Plumbline.Probing.Engine;

/// <summary>One probe from name to verdict-free result: resolve, try every address, check that the source was there all along.</summary>
internal sealed class ProbeRunner(ProbeEngineOptions options, TimeProvider clock, NameResolver resolver)
{
    /// <summary>Sockets that one probe of a name may have open at once; what a name has beyond them is left out, and the result says so.</summary>
    private const int MaxAddresses = 32;

    private const int MaxDetail = 200;

    private readonly AddressLiterals _literals = new();
    private readonly AddressProbe _addresses = new(options, clock);

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    public async ValueTask<ProbeResult> RunAsync(ProbeContext context, PlannedProbe probe)
    {
        var started = context.Loop.Now;
        var deadline = context.Loop.After(TimeSpan.FromMilliseconds(probe.TimeoutMilliseconds));
        if (probe.Protocol == ProbeProtocol.Listeners)
            return Result(probe, ListenersProbe.Look(context, probe), null, []);

        HttpConversation? request = null;
        if (probe.Protocol is ProbeProtocol.Http or ProbeProtocol.Https)
        {
            request = HttpConversation.Create(probe, out var refusal);
            if (request is null)
                return Result(probe, new Attempt(ProbeOutcome.NotRun, ProvenStage.Nothing, refusal), null, []);
        }

        // Behind a proxy the target's name is the proxy's to resolve.
        var host = probe.Proxy?.Host ?? probe.Host;
        if (_literals.Find(host) is { } literal)
        {
            var attempt = await _addresses.TryAsync(context, probe, literal, request, deadline);
            return Result(probe, attempt.Outcome == ProbeOutcome.Succeeded ? attempt : await ConfirmSourceAsync(context, attempt), null, []);
        }

        var resolution = await resolver.ResolveAsync(context, host, deadline);
        double? dns = context.Loop.MillisecondsSince(started);
        if (resolution.Failure is { } failure)
            return Result(probe, await ConfirmSourceAsync(context, new Attempt(failure.Outcome, ProvenStage.Nothing, failure.Detail)), dns, []);

        var attempts = await TryAllAsync(context, probe, resolution.Addresses, request, deadline);
        var whole = NameAttempts.Combine(attempts, await LookAtSourceAsync(context, attempts), resolution.Addresses.Count);
        return Result(probe, resolution.LibcsDiffer is { } differ ? Remarked(whole.Attempt, differ) : whole.Attempt, dns, whole.Failed);
    }

    private static Attempt Remarked(Attempt attempt, string differ) => attempt with
    {
        Remarks = attempt.Remarks | ProbeRemarks.LibcsDiffer,
        Detail = string.IsNullOrEmpty(attempt.Detail) ? differ : $"{differ}; {attempt.Detail}",
    };

    /// <summary>No evidence: the fault is the agent's.</summary>
    public ProbeResult Defect(PlannedProbe probe, Exception failure) =>
        Result(probe, new Attempt(ProbeOutcome.NotRun, ProvenStage.Nothing, $"a defect in the agent: {failure.GetType().Name}: {failure.Message}"), null, []);

    internal static string Limit(string text) => text.Length <= MaxDetail ? text : string.Concat(text.AsSpan(0, MaxDetail - 1), "…");

    /// <summary>Side by side, each with all the time that is left: a dead address costs the others nothing.</summary>
    private async ValueTask<Attempt[]> TryAllAsync(ProbeContext context, PlannedProbe probe, IReadOnlyList<IPAddress> addresses, HttpConversation? request, long deadline)
    {
        var running = new Task<Attempt>[Math.Min(addresses.Count, MaxAddresses)];
        for (var i = 0; i < running.Length; i++)
            running[i] = _addresses.TryAsync(context, probe, addresses[i], request, deadline).AsTask();
        var attempts = await Task.WhenAll(running);
        await new LoopSwitch(context.Loop);
        context.ThrowIfCancelled();
        return attempts;
    }

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private static async ValueTask<Attempt> ConfirmSourceAsync(ProbeContext context, Attempt attempt) =>
        await LookAtSourceAsync(context, [attempt]) is { Gone: { } gone } ? attempt with { Outcome = ProbeOutcome.SourceGone, Detail = gone } : attempt;

    /// <summary>
    /// After a failure only. A pod that is torn down mid-probe loses its routes before its namespace: that is no failure of the connection.
    /// </summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private static async ValueTask<SourceFacts> LookAtSourceAsync(ProbeContext context, Attempt[] attempts)
    {
        await new LoopSwitch(context.Loop);
        context.ThrowIfCancelled();
        var failures = attempts.Count(attempt => attempt.Outcome != ProbeOutcome.Succeeded && attempt.Outcome.IsEvidence());
        return failures == 0 ? SourceFacts.Unseen : SourceFacts.Read(context.Loop.Door, context.Origin, families: failures < attempts.Length);
    }

    private ProbeResult Result(PlannedProbe probe, Attempt attempt, double? dns, FailedAddress[] failed) => new()
    {
        Probe = probe.Id,
        Time = clock.GetUtcNow(),
        Outcome = attempt.Outcome,
        Proven = attempt.Proven == ProvenStage.Nothing && attempt.Address is not null && dns is not null ? ProvenStage.NameResolved : attempt.Proven,
        Address = attempt.Address?.ToString(),
        Remarks = attempt.Remarks,
        Icmp = attempt.Icmp,
        Retransmits = attempt.Retransmits,
        Timings = new ProbeTimings(attempt.DnsMilliseconds ?? dns, attempt.ConnectMilliseconds, attempt.TlsMilliseconds, attempt.HttpMilliseconds),
        HttpStatus = attempt.HttpStatus,
        Certificate = attempt.Certificate,
        FailedAddresses = failed,
        Detail = attempt.Detail is null ? null : Limit(attempt.Detail),
    };
}
