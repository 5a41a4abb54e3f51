using System.Net.Http.Headers;

namespace Plumbline.Kubernetes.Client;

/// <param name="Verb">As RBAC calls it: get, list, watch, create, patch, delete.</param>
/// <param name="Resource">The plural, with its subresource; a metric label, so never a name.</param>
/// <param name="Idempotent">Sending it twice ends in the same state as sending it once.</param>
internal sealed record ApiRequest(string Verb, string Resource, HttpMethod Method, string PathAndQuery, bool Idempotent)
{
    public byte[]? Body { get; init; }

    public string ContentType { get; init; } = "application/json";

    /// <summary>For messages: no query, as continue tokens are long.</summary>
    public string Description => $"{Verb} {PathAndQuery.Split('?', 2)[0]}";

    public HttpRequestMessage ToMessage(Uri server, string userAgent)
    {
        var message = new HttpRequestMessage(Method, server.AbsoluteUri.TrimEnd('/') + PathAndQuery)
        {
            // Over TLS the server chooses; without TLS there is no negotiation, and this falls back to 1.1.
            Version = server.Scheme == Uri.UriSchemeHttps ? System.Net.HttpVersion.Version20 : System.Net.HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        message.Headers.TryAddWithoutValidation("User-Agent", userAgent);
        if (Body is not null)
        {
            message.Content = new ByteArrayContent(Body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(ContentType);
        }

        return message;
    }
}
