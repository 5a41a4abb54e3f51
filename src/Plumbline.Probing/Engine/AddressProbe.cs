using System.Net;
using System.Runtime.CompilerServices;
using Plumbline.Core.Probes;
using Plumbline.Probing.Protocols;

namespace Plumbline.Probing.Engine;

/// <summary>One probe of one address: the guard, the handshake, and what the protocol can prove after it.</summary>
internal sealed class AddressProbe(ProbeEngineOptions options, TimeProvider clock)
{
    private readonly TargetGuard _guard = new(options.AllowedTargets, options.RefusedTargets);
    private readonly TlsProbe _tls = new(clock);
    private readonly TlsPreference _tlsFirst = new();

    // Servers that speak first, but take their time.
    private readonly TlsPreference _slow = new();
    private Courtesy? _courtesy;

    /// <param name="request">Of HTTP and HTTPS; null for any other protocol.</param>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    public async ValueTask<Attempt> TryAsync(ProbeContext context, PlannedProbe probe, IPAddress address, HttpConversation? request, long deadline)
    {
        if (IsNoHost(address) && !IPAddress.TryParse(probe.Host, out _) && probe.Proxy is null)
            return new Attempt(ProbeOutcome.NameNotResolved, ProvenStage.Nothing, $"the name leads to {address}, which is no host: the answer of a DNS filter that blocks it") { Address = address };
        if ((_guard.Refusal(address, probe.Proxy?.Port ?? probe.Port) ?? RefusalBehindProxy(probe)) is { } refusal)
            return new Attempt(ProbeOutcome.TargetRefused, ProvenStage.Nothing, refusal) { Address = address };
        if (probe.Proxy is not null && probe.Protocol is ProbeProtocol.Dns or ProbeProtocol.Udp)
            return new Attempt(ProbeOutcome.NotRun, ProvenStage.Nothing, "an HTTP proxy carries no datagrams") { Address = address };

        return probe.Protocol switch
        {
            ProbeProtocol.Dns => await DnsProbe.AskAsync(context, address, probe.Port, deadline),
            ProbeProtocol.Udp => await UdpProbe.AskAsync(context, address, probe.Port, deadline),
            ProbeProtocol.Tcp => await TryTcpAsync(context, probe, address, deadline),
            ProbeProtocol.Tls => await InTlsAsync(context, probe, address, null, http2: false, deadline),
            ProbeProtocol.Http => await TryHttpAsync(context, probe, address, request!, deadline),
            ProbeProtocol.Https => await TryHttpsAsync(context, probe, address, request!, deadline),
            ProbeProtocol.Grpc => await TryGrpcAsync(context, probe, address, deadline),
            ProbeProtocol.Listeners => throw new InvalidOperationException("sockets are looked at, and nothing is connected to"),
        };
    }

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<Attempt> TryTcpAsync(ProbeContext context, PlannedProbe probe, IPAddress address, long deadline)
    {
        var courtesy = _courtesy ??= new Courtesy(context.Loop, options.WholeConnectionEvery);
        if (probe.Proxy is null && courtesy.GlanceSuffices(probe.Id))
        {
            var glance = await TcpConnector.GlanceAsync(context, address, probe.Port, deadline);
            if (glance.Outcome == ProbeOutcome.Succeeded)
                return courtesy.IsGreeted(probe.Id) ? glance with { Remarks = glance.Remarks | ProbeRemarks.GreetedLately } : glance;
            courtesy.Forget(probe.Id);
            return glance;
        }

        var handshake = await OpenAsync(context, probe, address, deadline);
        if (handshake.Socket is not { } socket)
        {
            courtesy.Forget(probe.Id);
            return AfterEarlyReset(handshake.Seen);
        }

        var greeting = GreetingKind.None;
        try
        {
            var seen = await TcpProbe.LookAsync(context, socket, handshake.Seen, probe.Port, deadline);
            greeting = seen.Greeting;
            courtesy.Learn(probe, seen.Greeting, seen.Attempt.Outcome);
            return seen.Attempt;
        }
        finally
        {
            Farewell.Begin(context.Loop, socket, options.CloseWithReset, greeting);
        }
    }

    private static bool IsNoHost(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    /// <summary>A server that speaks HTTP/2 alone may end such a connection without a word: then it is asked in HTTP/2.</summary>
    private async ValueTask<Attempt> TryHttpAsync(ProbeContext context, PlannedProbe probe, IPAddress address, HttpConversation request, long deadline)
    {
        var first = await InTheClearAsync(context, probe, address, request, deadline);
        if (!first.ClosedMute)
            return first;
        var second = await InTheClearAsync(context, probe, address, Http2Conversation.Hello, deadline);
        if (second.Outcome == ProbeOutcome.Succeeded)
            return second;

        // OpenSSL ends what is no TLS without a word. A proxy does not say who is behind it either.
        var third = probe.Proxy is null ? await InTlsAsync(context, probe, address, null, http2: false, deadline) : second;
        return third is { Outcome: ProbeOutcome.Succeeded, Proven: ProvenStage.TlsEstablished } or { AnswersInTls: true }
            ? first with { Outcome = ProbeOutcome.NotHttp, Proven = ProvenStage.Replied, Detail = "closes HTTP without a word, and speaks TLS: document it as HTTPS" }
            : first;
    }

    private async ValueTask<Attempt> TryHttpsAsync(ProbeContext context, PlannedProbe probe, IPAddress address, HttpConversation request, long deadline)
    {
        var first = await InTlsAsync(context, probe, address, request, http2: false, deadline);
        if (!first.ClosedMute || first.Proven < ProvenStage.TlsEstablished)
            return first;
        var second = await InTlsAsync(context, probe, address, Http2Conversation.Hello, http2: true, deadline);
        return second.Outcome == ProbeOutcome.Succeeded ? second : first;
    }

    /// <summary>In the clear, and in TLS where that is what the server wants, which is then remembered.</summary>
    private async ValueTask<Attempt> TryGrpcAsync(ProbeContext context, PlannedProbe probe, IPAddress address, long deadline)
    {
        if (Http2Conversation.HealthCheck(probe, tls: false, out var refusal) is not { } plain)
            return new Attempt(ProbeOutcome.NotRun, ProvenStage.Nothing, refusal) { Address = address };

        var secure = Http2Conversation.HealthCheck(probe, tls: true, out _);
        if (_tlsFirst.Contains(probe.Id))
        {
            var known = await InTlsAsync(context, probe, address, secure, http2: true, deadline);
            if (known.Outcome is not (ProbeOutcome.TlsHandshakeFailed or ProbeOutcome.ClosedByPeer))
                return known;
            _tlsFirst.Remove(probe.Id);
        }

        var first = await InTheClearAsync(context, probe, address, plain, deadline);
        if (!first.ClosedMute && !first.AnswersInTls)
            return first;
        var second = await InTlsAsync(context, probe, address, secure, http2: true, deadline);
        if (second.Outcome == ProbeOutcome.Succeeded)
            _tlsFirst.Add(probe.Id);
        return second.Outcome == ProbeOutcome.Succeeded || first.AnswersInTls ? second : first;
    }

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<Attempt> InTheClearAsync(ProbeContext context, PlannedProbe probe, IPAddress address, Conversation conversation, long deadline)
    {
        var handshake = await OpenAsync(context, probe, address, deadline);
        if (handshake.Socket is not { } socket)
            return AfterEarlyReset(handshake.Seen);
        try
        {
            return await PlainExchange.RunAsync(context, socket, handshake.Seen, conversation, deadline);
        }
        finally
        {
            Farewell.Begin(context.Loop, socket, options.CloseWithReset);
        }
    }

    /// <summary>Leaves the loop's thread for the pool's, and comes back.</summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<Attempt> InTlsAsync(ProbeContext context, PlannedProbe probe, IPAddress address, Conversation? conversation, bool http2, long deadline)
    {
        var handshake = await OpenAsync(context, probe, address, deadline);
        if (handshake.Socket is not { } socket)
            return AfterEarlyReset(handshake.Seen);

        var asksFirst = probe.Protocol == ProbeProtocol.Tls && StartTls.IsUsualOn(probe.Port) && !_tlsFirst.Contains(probe.Id);
        if (asksFirst)
        {
            var start = await StartAsync(context, socket, handshake.Seen, probe, deadline);
            if (start.Verdict is { } verdict)
            {
                Farewell.Begin(context.Loop, socket, options.CloseWithReset, start.Greeting);
                return verdict;
            }

            (conversation, asksFirst) = (start.Goodbye, !start.IsDirect);
            if (start.IsSpoilt)
            {
                context.Loop.Close(socket);
                handshake = await OpenAsync(context, probe, address, deadline);
                if (handshake.Socket is not { } again)
                    return AfterEarlyReset(handshake.Seen);
                socket = again;
            }
        }

        var descriptor = context.Loop.Detach(socket);
        var remaining = context.Loop.Until(deadline);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation, context.Loop.Stopping);
        var offer = TlsOffer.For(probe, http2);
        var secured = await Task.Run(() => _tls.RunAsync(descriptor, handshake.Seen, offer, conversation, remaining, stop.Token), CancellationToken.None);
        await new LoopSwitch(context.Loop);
        if (probe.Protocol == ProbeProtocol.Tls && StartTls.IsUsualOn(probe.Port) && !asksFirst)
            Remember(probe.Id, secured);
        return secured;
    }

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<StartTlsEnd> StartAsync(ProbeContext context, LoopSocket socket, Attempt connected, PlannedProbe probe, long deadline)
    {
        try
        {
            return await StartTls.BeginAsync(context, socket, connected, probe.Port, isSlow: _slow.Contains(probe.Id), deadline);
        }
        catch
        {
            context.Loop.Close(socket);
            throw;
        }
    }

    /// <summary>TLS from the first byte is what the server wants, on a port where that is not usual; or it only took its time to greet.</summary>
    private void Remember(ProbeId probe, Attempt direct)
    {
        if (direct.Outcome == ProbeOutcome.Succeeded)
        {
            _tlsFirst.Add(probe);
            return;
        }

        _tlsFirst.Remove(probe);
        if (direct is { Outcome: ProbeOutcome.TlsHandshakeFailed, Proven: ProvenStage.Replied, AnswersInTls: false })
            _slow.Add(probe);
    }

    /// <summary>A name that a proxy resolves leads where only the proxy knows; an address must be allowed all the same.</summary>
    private string? RefusalBehindProxy(PlannedProbe probe) =>
        probe.Proxy is not null && IPAddress.TryParse(probe.Host, out var behind) ? _guard.Refusal(behind, probe.Port) : null;

    private static ValueTask<Handshake> OpenAsync(ProbeContext context, PlannedProbe probe, IPAddress address, long deadline) =>
        probe.Proxy is null ? TcpConnector.ConnectAsync(context, address, probe.Port, deadline) : OpenByProxyAsync(context, probe, probe.Proxy, address, deadline);

    private static async ValueTask<Handshake> OpenByProxyAsync(ProbeContext context, PlannedProbe probe, ProxySpec proxy, IPAddress address, long deadline)
    {
        if (ProxyTunnel.Authority(probe) is not { } authority)
            return new Handshake(null, new Attempt(ProbeOutcome.NotRun, ProvenStage.Nothing, "the host must hold no blank or control character") { Address = address });
        var handshake = await TcpConnector.ConnectAsync(context, address, proxy.Port, deadline);
        if (handshake.Socket is not { } socket)
            return handshake with { Seen = handshake.Seen with { Detail = $"the proxy: {handshake.Seen.Detail}" } };

        var open = false;
        try
        {
            var refused = await ProxyTunnel.OpenAsync(context, socket, handshake.Seen, authority, deadline);
            open = refused is null;
            return open ? handshake : new Handshake(null, refused!.Value);
        }
        finally
        {
            if (!open)
                context.Loop.Close(socket);
        }
    }

    /// <summary>The handshake was completed, and yet nobody is there: every protocol is owed more.</summary>
    private static Attempt AfterEarlyReset(Attempt seen) =>
        seen.Outcome == ProbeOutcome.Succeeded ? seen with { Outcome = ProbeOutcome.ClosedByPeer } : seen;
}
