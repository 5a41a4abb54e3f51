using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using Plumbline.Link;

namespace Plumbline.Agent.Link;

/// <summary>What came of one attempt to reach the operator.</summary>
public abstract record DialOutcome
{
    public sealed record Connected(WebSocket Socket) : DialOutcome;

    /// <summary>A standby answered, and named the leader.</summary>
    public sealed record Standby(Uri Leader) : DialOutcome;

    public sealed record Failed(string Reason) : DialOutcome;
}

/// <summary>
/// Opens the WebSocket to the operator. The certificate must name the host of <see cref="AgentOptions.OperatorUri"/> also when a
/// standby sent us to another address: who answers there must be the same operator.
/// </summary>
public sealed class LinkDialer(AgentOptions options)
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    /// <param name="address">Scheme, host and port; the path is the protocol's.</param>
    [SuppressMessage("Reliability", "CA2000", Justification = "the connected socket is the caller's")]
    public async Task<DialOutcome> DialAsync(Uri address, TimeProvider clock, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(address);
        var socket = new ClientWebSocket();
        try
        {
            var token = (await File.ReadAllTextAsync(options.TokenFile, cancellation)).Trim();
            if (token.Length == 0)
                return Fail(socket, $"the token file {options.TokenFile} is empty");

            var trust = TrustFiles.Read(options);
            if (trust is OperatorTrust.Nobody nobody)
                return Fail(socket, nobody.Reason);

            using var deadline = new CancellationTokenSource(HandshakeTimeout, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
            socket.Options.AddSubProtocol(LinkProtocol.SubProtocol);
            socket.Options.SetRequestHeader("Authorization", new AuthenticationHeaderValue("Bearer", token).ToString());
            socket.Options.CollectHttpResponseDetails = true;

            // The protocol's own heartbeats notice a dead peer; this one only keeps middleboxes awake.
            socket.Options.KeepAliveInterval = LinkProtocol.KeepAlive * 3;
            using var http = new HttpMessageInvoker(Handler(address, trust));
            await socket.ConnectAsync(new UriBuilder(options.OperatorUri) { Path = LinkProtocol.Path }.Uri, http, either.Token);
            return socket.SubProtocol == LinkProtocol.SubProtocol
                ? new DialOutcome.Connected(socket)
                : Fail(socket, $"{address} speaks no {LinkProtocol.SubProtocol}: operator and agent differ in version");
        }
        catch (WebSocketException e)
        {
            return Refused(socket, address, e, options);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Fail(socket, $"{address} did not answer within {HandshakeTimeout.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return Fail(socket, e.Message);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static DialOutcome Refused(ClientWebSocket socket, Uri address, WebSocketException failure, AgentOptions options)
    {
        var status = (int)socket.HttpStatusCode;
        if (status == 503 && Header(socket, LinkProtocol.LeaderHeader) is { } leader && ParseLeader(leader, address.Scheme) is { } uri)
        {
            socket.Dispose();
            return new DialOutcome.Standby(uri);
        }

        return Fail(socket, status switch
        {
            0 when Innermost(failure) is AuthenticationException e => $"{address} does not prove to be the operator {options.OperatorUri.Host}, as trusted by {options.CaFile ?? "the system"}: {e.Message}",
            0 => $"{address}: {Innermost(failure).Message}",
            401 or 403 => $"{address} refuses the agent's token ({status}): audience {LinkProtocol.Audience}, service account and node must be right",
            503 => $"{address} is not leading, and names no leader",
            _ => $"{address} answers {status}",
        });
    }

    private static Exception Innermost(Exception failure) => failure.InnerException is { } inner and not Win32Exception ? Innermost(inner) : failure;

    private static string? Header(ClientWebSocket socket, string name) =>
        socket.HttpResponseHeaders?.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value?.FirstOrDefault();

    /// <summary>A whole URI or host:port. Never another scheme: a standby must not talk the agent out of TLS.</summary>
    public static Uri? ParseLeader(string header, string scheme)
    {
        var text = header.Contains("://", StringComparison.Ordinal) ? header : $"{scheme}://{header}";
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == scheme && uri.Host.Length > 0 ? uri : null;
    }

    /// <summary>Connects to the address, but speaks to (and checks the certificate of) the operator.</summary>
    private static SocketsHttpHandler Handler(Uri address, OperatorTrust trust) => new()
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(address.IdnHost, address.Port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = (trust as OperatorTrust.Only)?.ToPolicy() },
    };

    private static DialOutcome.Failed Fail(ClientWebSocket socket, string reason)
    {
        socket.Dispose();
        return new DialOutcome.Failed(reason);
    }
}
