using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Plumbline.Core.Probes;
using Plumbline.Probing.Engine;

namespace Plumbline.Probing.Protocols;

/// <summary>
/// TLS, and a conversation inside it, over a descriptor that the loop connected and let go. Runs on the thread pool. A session proves the
/// connection; whether its certificate is valid or trusted is a fact of its own, in <see cref="ProbeResult.Certificate"/>. A server that ends
/// the handshake, or the session right after it, because it asked for a client certificate and got none, is reached: no prober without a key
/// gets further.
/// </summary>
internal sealed class TlsProbe(TimeProvider clock)
{
    /// <summary>How long a server of TLS 1.3 has to say that it does not go on without a client certificate: the handshake is over for this end before.</summary>
    private static readonly TimeSpan RefusalWithin = TimeSpan.FromMilliseconds(250);

    private readonly CertificateReader _certificates = new(clock);

    /// <summary>Owns the descriptor from here on.</summary>
    public async Task<Attempt> RunAsync(int descriptor, Attempt connected, TlsOffer offer, Conversation? conversation, TimeSpan remaining, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        using var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        if (OpenStream(socket) is not { } transport)
            return connected with { Outcome = ProbeOutcome.ClosedByPeer, Detail = "accepted, then reset before the TLS handshake began" };

        var beginning = new FirstBytes(transport);
        await using var stream = new SslStream(beginning);
        var peer = new PeerCertificate(_certificates, named: offer.ServerName.Length > 0);
        var started = clock.GetTimestamp();
        var secured = await HandshakeAsync(stream, peer, connected, offer, either.Token, deadline.Token, cancellation);
        secured = secured.Outcome == ProbeOutcome.Succeeded ? secured with { Certificate = peer.Facts }
            : beginning.IsPlain ? StartTls.NoTls(connected, beginning.Seen)
            // An alert is an answer, if no good one.
            : secured with { Certificate = peer.Facts, Proven = beginning.Seen.IsEmpty ? secured.Proven : ProvenStage.Replied, AnswersInTls = !beginning.Seen.IsEmpty };
        if (secured.Outcome != ProbeOutcome.Succeeded || secured.Remarks.HasFlag(ProbeRemarks.ClientCertificateDemanded))
            return secured;

        secured = secured with { TlsMilliseconds = clock.GetElapsedTime(started).TotalMilliseconds };
        var result = conversation is not null ? await ConverseAsync(stream, peer, secured, conversation, either.Token, cancellation)
            : peer.IsAsked ? await AwaitRefusalAsync(stream, peer, secured, either.Token, cancellation)
            : secured;
        await SayGoodbyeAsync(stream, either.Token);
        return result;
    }

    /// <summary>Null when a reset came between the handshake and here: the framework refuses a stream over such a socket.</summary>
    private static NetworkStream? OpenStream(Socket socket)
    {
        try
        {
            return new NetworkStream(socket, ownsSocket: false);
        }
        catch (IOException)
        {
            return null;
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "the framework's parser chokes on some hostile records with whatever exception comes")]
    private static async Task<Attempt> HandshakeAsync(
        SslStream stream, PeerCertificate peer, Attempt connected, TlsOffer offer, CancellationToken either, CancellationToken deadline, CancellationToken cancellation)
    {
        try
        {
            await stream.AuthenticateAsClientAsync(offer.Options(peer), either);
            return connected with
            {
                Proven = ProvenStage.TlsEstablished,
                Remarks = connected.Remarks | (TlsOffer.IsOld(stream.SslProtocol) ? ProbeRemarks.OldTls : ProbeRemarks.None),
                Detail = Describe(stream, peer),
            };
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return connected with { Outcome = ProbeOutcome.TlsHandshakeFailed, Detail = "connected, but the TLS handshake was not finished in time" };
        }
        catch (Exception e) when (e is AuthenticationException or IOException && peer.IsAsked)
        {
            return Demanded(connected, peer, e);
        }
        catch (AuthenticationException e)
        {
            return connected with { Outcome = ProbeOutcome.TlsHandshakeFailed, Detail = $"TLS handshake failed: {TlsFailure.Describe(e, offer)}" };
        }
        catch (IOException e)
        {
            return connected with { Outcome = ProbeOutcome.ClosedByPeer, Detail = $"accepted, then closed during the TLS handshake ({TlsFailure.How(e)})" };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return connected with { Outcome = ProbeOutcome.TlsHandshakeFailed, Detail = $"what the peer sent is no TLS ({e.GetType().Name})" };
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "as in the handshake")]
    private async Task<Attempt> ConverseAsync(
        SslStream stream, PeerCertificate peer, Attempt secured, Conversation conversation, CancellationToken either, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        var buffer = ArrayPool<byte>.Shared.Rent(Conversation.MaxBytes);
        var got = 0;
        try
        {
            await stream.WriteAsync(conversation.Opening, either);
            while (true)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(got, Conversation.MaxBytes - got), either);
                if (read == 0 && got == 0 && peer.IsAsked)
                    return Demanded(secured, peer, null);
                if (read == 0)
                    return Ended(ConversationEnd.Closed);

                got += read;
                if (conversation.Read(secured, buffer.AsSpan(0, got), Elapsed()) is { } proven)
                    return peer.IsAsked && proven.HttpStatus is 400 or 401 or 403 ? proven with { Remarks = proven.Remarks | ProbeRemarks.ClientCertificateDemanded } : proven;
                if (got == Conversation.MaxBytes)
                    return Ended(ConversationEnd.TooLong);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Ended(ConversationEnd.TimedOut);
        }
        catch (IOException e) when (got == 0 && peer.IsAsked)
        {
            // TLS 1.3 tells of a missing client certificate only now.
            return Demanded(secured, peer, e);
        }
        catch (IOException e)
        {
            return got > 0 && Ended(ConversationEnd.Closed) is { Outcome: ProbeOutcome.Succeeded } proven ? proven
                : secured with { Outcome = ProbeOutcome.ClosedByPeer, Detail = $"closed after the TLS handshake: {e.GetBaseException().Message}", ClosedMute = got == 0 };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return secured with { Outcome = ProbeOutcome.ClosedByPeer, Detail = $"the TLS session broke after the handshake ({e.GetType().Name})" };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        double Elapsed() => clock.GetElapsedTime(started).TotalMilliseconds;

        Attempt Ended(ConversationEnd end) => conversation.Ended(secured, buffer.AsSpan(0, got), Elapsed(), end);
    }

    /// <summary>A server that only asks goes on without; one that demands ends the session.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "as in the handshake")]
    private async Task<Attempt> AwaitRefusalAsync(SslStream stream, PeerCertificate peer, Attempt secured, CancellationToken either, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(RefusalWithin, clock);
        using var first = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, either);
        try
        {
            return await stream.ReadAsync(new byte[1], first.Token) == 0 ? Demanded(secured, peer, null) : secured;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return secured with { Detail = $"{secured.Detail}; the server asks for a client certificate and goes on without" };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return Demanded(secured, peer, e);
        }
    }

    private static Attempt Demanded(Attempt reached, PeerCertificate peer, Exception? end) => reached with
    {
        Outcome = ProbeOutcome.Succeeded,
        Proven = ProvenStage.TlsEstablished,
        Remarks = reached.Remarks | ProbeRemarks.ClientCertificateDemanded,
        Certificate = peer.Facts,
        Detail = $"the server demands a client certificate, and ended the session for want of one{(end is AuthenticationException ? $" ({end.GetBaseException().Message})" : "")}",
    };

    private static string Describe(SslStream stream, PeerCertificate peer)
    {
        var protocol = TlsOffer.NameOf(stream.SslProtocol);
        return peer.Facts is { } facts
            ? $"{protocol}, certificate '{peer.CommonName}' valid until {facts.NotAfter.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}"
            : protocol;
    }

    [SuppressMessage("Design", "CA1031", Justification = "nothing that happens now changes the result")]
    private static async Task SayGoodbyeAsync(SslStream stream, CancellationToken either)
    {
        try
        {
            await stream.ShutdownAsync().WaitAsync(either);
        }
        catch (Exception)
        {
            // The verdict stands; the peer was not there to hear the goodbye.
        }
    }
}
