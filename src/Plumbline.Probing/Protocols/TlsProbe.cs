using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Plumbline.Core.Probes;
using Plumbline.Probing.Engine;

namespace Plumbline.Probing.Protocols;

/// <summary>
/// TLS, and HTTP inside it, over a descriptor that the loop connected and let go. Runs on the thread pool. A session proves the
/// connection; whether its certificate is valid or trusted is a fact of its own, in <see cref="ProbeResult.Certificate"/>.
/// </summary>
internal sealed class TlsProbe(TimeProvider clock)
{
    private readonly CertificateReader _certificates = new(clock);

    /// <summary>Owns the descriptor from here on.</summary>
    public async Task<Attempt> RunAsync(int descriptor, Attempt connected, PlannedProbe probe, byte[]? request, TimeSpan remaining, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        using var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        if (OpenStream(socket) is not { } transport)
            return connected with { Outcome = ProbeOutcome.ClosedByPeer, Detail = "accepted, then reset before the TLS handshake began" };

        await using var stream = new SslStream(transport);
        var peer = new PeerCertificate(_certificates, named: ServerName(probe).Length > 0);
        var started = clock.GetTimestamp();
        var secured = await HandshakeAsync(stream, peer, connected, probe, either.Token, deadline.Token, cancellation);
        secured = secured with { Certificate = peer.Facts };
        if (secured.Outcome != ProbeOutcome.Succeeded)
            return secured;

        secured = secured with { TlsMilliseconds = clock.GetElapsedTime(started).TotalMilliseconds };
        var result = request is null ? secured : await ExchangeAsync(stream, secured, probe, request, either.Token, cancellation);
        if (result.Outcome == ProbeOutcome.ClosedByPeer)
            result = result with { Detail = $"{result.Detail}{peer.Demand}" };
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
        SslStream stream, PeerCertificate peer, Attempt connected, PlannedProbe probe, CancellationToken either, CancellationToken deadline, CancellationToken cancellation)
    {
        try
        {
            await stream.AuthenticateAsClientAsync(Options(probe, peer), either);
            return connected with { Proven = ProvenStage.TlsEstablished, Detail = Describe(stream, peer) };
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return connected with { Outcome = ProbeOutcome.TlsHandshakeFailed, Detail = "connected, but the TLS handshake was not finished in time" };
        }
        catch (AuthenticationException e)
        {
            return connected with { Outcome = ProbeOutcome.TlsHandshakeFailed, Detail = $"TLS handshake failed: {e.GetBaseException().Message}{peer.Demand}" };
        }
        catch (IOException e)
        {
            var how = e.InnerException is SocketException { SocketErrorCode: var code } ? code.ToString() : "end of stream";
            return connected with { Outcome = ProbeOutcome.ClosedByPeer, Detail = $"accepted, then closed during the TLS handshake ({how}){peer.Demand}" };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return connected with { Outcome = ProbeOutcome.TlsHandshakeFailed, Detail = $"what the peer sent is no TLS ({e.GetType().Name})" };
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "as in the handshake")]
    private async Task<Attempt> ExchangeAsync(
        SslStream stream, Attempt secured, PlannedProbe probe, byte[] request, CancellationToken either, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        var buffer = ArrayPool<byte>.Shared.Rent(HttpHead.MaxBytes);
        var got = 0;
        try
        {
            await stream.WriteAsync(request, either);
            while (true)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(got, HttpHead.MaxBytes - got), either);
                if (read == 0)
                    return HttpHead.Unfinished(secured, buffer.AsSpan(0, got), clock.GetElapsedTime(started).TotalMilliseconds, timedOut: false);

                got += read;
                var head = HttpHead.Parse(buffer.AsSpan(0, got));
                if (head.Kind == HttpHeadKind.Status)
                    return HttpHead.Replied(secured, head.Status, clock.GetElapsedTime(started).TotalMilliseconds);
                if (head.Kind == HttpHeadKind.NotHttp)
                    return HttpHead.SpokeOtherwise(secured, buffer.AsSpan(0, got));
                if (got == HttpHead.MaxBytes)
                    return HttpHead.TooLong(secured, head, buffer.AsSpan(0, got), clock.GetElapsedTime(started).TotalMilliseconds);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return HttpHead.Unfinished(secured, buffer.AsSpan(0, got), clock.GetElapsedTime(started).TotalMilliseconds, timedOut: true);
        }
        catch (IOException e)
        {
            // TLS 1.3 tells of a missing client certificate only now.
            return secured with { Outcome = ProbeOutcome.ClosedByPeer, Detail = $"closed after the TLS handshake: {e.GetBaseException().Message}" };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return secured with { Outcome = ProbeOutcome.ClosedByPeer, Detail = $"the TLS session broke after the handshake ({e.GetType().Name})" };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    [SuppressMessage("Security", "CA5359", Justification = "what is proven is that the peer speaks TLS; nothing is sent that a wrong peer must not see")]
    private static SslClientAuthenticationOptions Options(PlannedProbe probe, PeerCertificate peer) => new()
    {
        TargetHost = ServerName(probe),
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            peer.See(certificate, chain, errors);
            return true;
        },
        // Asked when the server wants a client certificate: there is none, but the handshake may end over it, and this tells why.
        LocalCertificateSelectionCallback = (_, _, _, certificate, _) =>
        {
            peer.SeeDemand(certificate);
            return null!;
        },
        // A resumed session shows the certificate of the first one, long after the server has got another.
        AllowTlsResume = false,
        // Trusts nobody, which is the cheapest way to get the certificate: whether it is trusted is asked by CertificateReader, once.
        CertificateChainPolicy = new X509ChainPolicy
        {
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
            TrustMode = X509ChainTrustMode.CustomRootTrust,
        },
    };

    /// <summary>Empty for an address without a documented name.</summary>
    private static string ServerName(PlannedProbe probe) =>
        !string.IsNullOrEmpty(probe.ServerName) ? probe.ServerName
        : IPAddress.TryParse(probe.Host, out _) ? ""
        : probe.Host.TrimEnd('.');

    private static string Describe(SslStream stream, PeerCertificate peer)
    {
        var protocol = stream.SslProtocol switch
        {
            SslProtocols.Tls12 => "TLS 1.2",
            SslProtocols.Tls13 => "TLS 1.3",
            var other => other.ToString(),
        };
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
