using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Plumbline.Lab.Api.Resources;
using Plumbline.Lab.Api.Storage;

namespace Plumbline.Lab.Api.Auth;

/// <summary>Finds out who is asking, from a bearer token or a client certificate. Nobody is served anonymously.</summary>
internal sealed class Authenticator
{
    private readonly IReadOnlyList<(byte[] Digest, UserInfo User)> _staticTokens;
    private readonly ServiceAccountTokens _tokens;
    private readonly ObjectStore _store;

    /// <param name="audiences">The audiences that a token must have one of to be good for this server itself.</param>
    public Authenticator(IReadOnlyDictionary<string, UserInfo> staticTokens, ServiceAccountTokens tokens, IReadOnlyList<string> audiences, ObjectStore store)
    {
        // digests of equal length compare in a time that tells nothing of the token
        _staticTokens = [.. staticTokens.Select(pair => (SHA256.HashData(Encoding.UTF8.GetBytes(pair.Key)), pair.Value))];
        _tokens = tokens;
        _store = store;
        Audiences = audiences;
    }

    public IReadOnlyList<string> Audiences { get; }

    public UserInfo? Authenticate(string? authorization, X509Certificate2? certificate)
    {
        if (authorization?.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) == true)
        {
            return Review(authorization["Bearer ".Length..].Trim(), Audiences).User;
        }

        // the TLS layer let only certificates of the client authority through
        return certificate is null ? null : UserInfo.Of(
            certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false),
            [.. certificate.SubjectName.EnumerateRelativeDistinguishedNames().Where(part => part.GetSingleElementType().Value == "2.5.4.10").Select(part => part.GetSingleElementValue() ?? "")]);
    }

    /// <summary>The user of a token that is good for one of the wanted audiences, and which of them; or the reason why there is none.</summary>
    public (UserInfo? User, IReadOnlyList<string> Audiences, string? Error) Review(string token, IReadOnlyList<string> wanted)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        foreach (var (known, user) in _staticTokens)
        {
            if (CryptographicOperations.FixedTimeEquals(known, digest))
            {
                var own = wanted.Intersect(Audiences).ToList();
                return own.Count > 0 ? (user, own, null) : (null, [], "token audiences do not match");
            }
        }

        var (claims, error) = _tokens.Verify(token);
        if (claims is null)
        {
            return (null, [], error);
        }

        var common = wanted.Intersect(claims.Audiences).ToList();
        if (common.Count == 0)
        {
            return (null, [], $"token audiences [{string.Join(" ", claims.Audiences)}] is invalid for the target audiences [{string.Join(" ", wanted)}]");
        }

        return Vanished(claims) is { } gone ? (null, [], gone) : (UserOf(claims), common, null);
    }

    /// <summary>A token is good only while its account, and the object it is bound to, are the ones it was made for.</summary>
    private string? Vanished(TokenClaims claims)
    {
        string? Check(string collection, ObjectKey key, string uid, string what) =>
            _store.Find(collection, key) is { } found && (uid.Length == 0 || found.Uid == uid) ? null : $"{what} \"{key.Name}\" of the token is gone or another one";
        return Check(BuiltInResources.ServiceAccounts, new ObjectKey(claims.Namespace, claims.Account), claims.AccountUid, "the service account")
            ?? (claims.Pod is { } pod ? Check(BuiltInResources.Pods, new ObjectKey(claims.Namespace, pod.Name), pod.Uid, "the pod") : null)
            ?? (claims is { Pod: null, Node: { } node } ? Check(BuiltInResources.Nodes, new ObjectKey("", node.Name), node.Uid, "the node") : null);
    }

    private static UserInfo UserOf(TokenClaims claims)
    {
        var extra = new Dictionary<string, string>(StringComparer.Ordinal) { ["authentication.kubernetes.io/credential-id"] = $"JTI={claims.Id}" };
        if (claims.Node is { } node)
        {
            extra["authentication.kubernetes.io/node-name"] = node.Name;
            if (node.Uid.Length > 0)
            {
                extra["authentication.kubernetes.io/node-uid"] = node.Uid;
            }
        }

        if (claims.Pod is { } pod)
        {
            extra["authentication.kubernetes.io/pod-name"] = pod.Name;
            extra["authentication.kubernetes.io/pod-uid"] = pod.Uid;
        }

        return new UserInfo(claims.UserName, claims.AccountUid, ["system:serviceaccounts", $"system:serviceaccounts:{claims.Namespace}", "system:authenticated"], extra);
    }
}
