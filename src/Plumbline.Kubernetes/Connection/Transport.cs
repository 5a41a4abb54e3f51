using System.Net;
using System.Net.Http.Headers;
using k8s.Authentication;
using k8s.Autorest;

namespace Plumbline.Kubernetes.Connection;

/// <summary>
/// KubernetesClient's connection and credentials, set up as we need them. Two of its defaults must never be met: with <c>SslCaCerts</c> it takes a
/// certificate of another name, and it reads bodies synchronously, past every deadline.
/// </summary>
internal sealed class Transport(ApiConnection connection) : k8s.Kubernetes(Theirs(connection))
{
    /// <summary>The answer's head; deadline, errors and body are the caller's.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        await Credentials.ProcessHttpRequestAsync(message, cancellationToken);
        connection.Address(message);
        return await HttpClient.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    protected override async Task<HttpOperationResponse<T>> CreateResultAsync<T>(
        HttpRequestMessage httpRequest, HttpResponseMessage httpResponse, bool? watch, CancellationToken cancellationToken)
    {
        // The whole body first, as what follows blocks its thread and hears no cancellation.
        await httpResponse.Content.LoadIntoBufferAsync(cancellationToken);
        return await base.CreateResultAsync<T>(httpRequest, httpResponse, watch, cancellationToken);
    }

    private static k8s.KubernetesClientConfiguration Theirs(ApiConnection ours) => new()
    {
        Host = ours.Server.AbsoluteUri,
        TokenProvider = new BearerToken(ours.Credentials),
        UserAgent = "",
        HttpClientTimeout = Timeout.InfiniteTimeSpan,
        FirstMessageHandlerSetup = handler => SetUp(handler, ours),
    };

    private static void SetUp(SocketsHttpHandler handler, ApiConnection ours)
    {
        handler.SslOptions.RemoteCertificateValidationCallback = ours.Trust.Callback;
        handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => ours.Credentials.ClientCertificate!;
        // A redirect would carry the token elsewhere; the API never sends one.
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        handler.ConnectTimeout = TimeSpan.FromSeconds(10);
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(10);
        // All watches share one HTTP/2 connection: without pings its silent death would take until their idle timeout to notice.
        handler.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        handler.KeepAlivePingTimeout = TimeSpan.FromSeconds(15);
        handler.UseProxy = ours.UseProxy || ours.Proxy is not null;
        handler.Proxy = ours.Proxy is null ? null : new WebProxy(ours.Proxy);
    }

    private sealed class BearerToken(ApiCredentials credentials) : ITokenProvider
    {
        public async Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken) =>
            await credentials.TokenAsync(cancellationToken) is { } token ? new AuthenticationHeaderValue("Bearer", token) : null!;
    }
}
