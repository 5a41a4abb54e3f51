using System.Net;
using Plumbline.Core.Evidence;
using Plumbline.Core.Planning;
using Plumbline.Probing.Names;
using Plumbline.Probing.Namespaces;
using Plumbline.Probing.Protocols;

namespace Plumbline.Probing.Engine;

/// <summary>One probe from name to verdict-free result: resolve, try the addresses in turn, check that the source was there all along.</summary>
internal sealed class ProbeRunner(ProbeEngineOptions options, TimeProvider clock, NameResolver resolver)
{
    /// <summary>More addresses than this are not tried: the time left for each would prove nothing.</summary>
    private const int MaxAddresses = 8;

    private const int MaxDetail = 200;

    private readonly TargetGuard _guard = new(options.AllowedTargets);
    private readonly TlsProbe _tls = new(clock);

    public async ValueTask<ProbeResult> RunAsync(ProbeContext context, PlannedProbe probe)
    {
        var started = context.Loop.Now;
        var deadline = context.Loop.After(TimeSpan.FromMilliseconds(probe.TimeoutMilliseconds));
        byte[]? request = null;
        if (probe.Protocol is ProbeProtocol.Http or ProbeProtocol.Https)
        {
            request = HttpHead.Request(probe, out var refusal);
            if (request is null)
                return Result(probe, new Attempt(ProbeOutcome.NotRun, ProvenStage.Nothing, refusal), null);
        }

        if (IPAddress.TryParse(probe.Host, out var literal))
            return Result(probe, await TryOneAsync(context, probe, literal, request, deadline), null);

        var resolution = await resolver.ResolveAsync(context, probe.Host, deadline);
        double? dns = context.Loop.MillisecondsSince(started);
        if (resolution.Failure is { } failure)
            return Result(probe, await ConfirmSourceAsync(context, new Attempt(failure.Outcome, ProvenStage.Nothing, failure.Detail)), dns);

        return Result(probe, await TryInTurnAsync(context, probe, resolution, request, deadline), dns);
    }

    internal static string Limit(string text) => text.Length <= MaxDetail ? text : string.Concat(text.AsSpan(0, MaxDetail - 1), "…");

    /// <summary>As a client would: the next address when one fails. The first that works counts, else the one that got furthest.</summary>
    private async ValueTask<Attempt> TryInTurnAsync(ProbeContext context, PlannedProbe probe, NameResolution resolution, byte[]? request, long deadline)
    {
        var addresses = resolution.Addresses;
        var count = Math.Min(addresses.Count, MaxAddresses);
        Attempt? furthest = null;
        string? failed = null;
        for (var i = 0; i < count; i++)
        {
            // Each gets its share of what is left: one dead address must not cost the others their turn.
            var share = context.Loop.After(context.Loop.Until(deadline) / (count - i));
            var attempt = await TryOneAsync(context, probe, addresses[i], request, share);
            if (attempt.Outcome == ProbeOutcome.Succeeded)
                return failed is null ? attempt : attempt with { Detail = $"{addresses[i]} works, but of the name's other addresses {failed}{(attempt.Detail is null ? "" : $"; {attempt.Detail}")}" };
            if (attempt.Outcome == ProbeOutcome.SourceGone)
                return attempt;

            failed = $"{(failed is null ? "" : $"{failed}, ")}{addresses[i]}: {attempt.Outcome}";
            furthest = furthest is { } best && IsFurther(best, attempt) ? best : attempt;
        }

        var last = furthest!.Value;
        return count > 1 ? last with { Detail = $"{last.Detail} (every address failed: {failed})" } : last;
    }

    /// <summary>A missing route for one family tells less than what the other family met.</summary>
    private static bool IsFurther(Attempt best, Attempt next) =>
        best.Proven > next.Proven
        || (best.Proven == next.Proven && next.Outcome is ProbeOutcome.Unreachable or ProbeOutcome.NotRun && best.Outcome is not (ProbeOutcome.Unreachable or ProbeOutcome.NotRun));

    private async ValueTask<Attempt> TryOneAsync(ProbeContext context, PlannedProbe probe, IPAddress address, byte[]? request, long deadline)
    {
        if (_guard.Refusal(address) is { } refusal)
            return new Attempt(ProbeOutcome.NotRun, ProvenStage.Nothing, refusal) { Address = address };

        var handshake = await TcpConnector.ConnectAsync(context, address, probe.Port, deadline);
        var attempt = handshake.Socket is { } socket
            ? await SpeakAsync(context, probe, socket, handshake.Seen, request, deadline)
            : AfterEarlyReset(probe, handshake.Seen);
        return await ConfirmSourceAsync(context, attempt);
    }

    /// <summary>The handshake proves plain TCP even if a reset follows; every other protocol is owed a reply.</summary>
    private static Attempt AfterEarlyReset(PlannedProbe probe, Attempt seen) =>
        seen.Outcome == ProbeOutcome.Succeeded && probe.Protocol != ProbeProtocol.Tcp ? seen with { Outcome = ProbeOutcome.ClosedByPeer } : seen;

    private async ValueTask<Attempt> SpeakAsync(
        ProbeContext context, PlannedProbe probe, LoopSocket socket, Attempt connected, byte[]? request, long deadline)
    {
        if (probe.Protocol is ProbeProtocol.Tls or ProbeProtocol.Https)
        {
            var descriptor = context.Loop.Detach(socket);
            var remaining = context.Loop.Until(deadline);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation, context.Loop.Stopping);
            var secured = await Task.Run(() => _tls.RunAsync(descriptor, connected, probe, request, remaining, stop.Token), CancellationToken.None);
            await new LoopSwitch(context.Loop);
            return secured;
        }

        try
        {
            return request is null ? connected : await HttpProbe.ExchangeAsync(context, socket, connected, probe, request, deadline);
        }
        finally
        {
            Farewell.Begin(context.Loop, socket, options.CloseWithReset);
        }
    }

    /// <summary>A pod that is torn down mid-probe loses its routes before its namespace: that is no failure of the connection.</summary>
    private static async ValueTask<Attempt> ConfirmSourceAsync(ProbeContext context, Attempt attempt)
    {
        await new LoopSwitch(context.Loop);
        context.ThrowIfCancelled();
        if (attempt.Outcome == ProbeOutcome.Succeeded || !attempt.Outcome.IsEvidence() || context.Origin.Namespace.Path is null)
            return attempt;

        if (!NamespaceDoor.IsThere(context.Origin.Namespace))
            return attempt with { Outcome = ProbeOutcome.SourceGone, Detail = $"the source's network namespace {context.Origin.Namespace} went away during the probe" };
        if (context.Origin.Addresses.IsDefaultOrEmpty)
            return attempt;

        var inside = NamespaceAddresses.Read(context.Loop.Door, context.Origin.Namespace);
        return inside.Failure is null && !inside.Addresses.Any(context.Origin.Addresses.Contains)
            ? attempt with { Outcome = ProbeOutcome.SourceGone, Detail = "the source lost its address during the probe" }
            : attempt;
    }

    private ProbeResult Result(PlannedProbe probe, Attempt attempt, double? dns) => new()
    {
        Probe = probe.Id,
        Time = clock.GetUtcNow(),
        Outcome = attempt.Outcome,
        Proven = attempt.Proven == ProvenStage.Nothing && attempt.Address is not null && dns is not null ? ProvenStage.NameResolved : attempt.Proven,
        Address = attempt.Address?.ToString(),
        Icmp = attempt.Icmp,
        Retransmits = attempt.Retransmits,
        Timings = new ProbeTimings(dns, attempt.ConnectMilliseconds, attempt.TlsMilliseconds, attempt.HttpMilliseconds),
        HttpStatus = attempt.HttpStatus,
        Detail = attempt.Detail is null ? null : Limit(attempt.Detail),
    };
}
