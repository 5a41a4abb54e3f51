using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Auth;

/// <summary>What a token is bound to; it dies with that object.</summary>
internal sealed record TokenBinding(string Kind, string Name, string Uid);

/// <summary>What a service-account token says once its signature and times are proven.</summary>
internal sealed record TokenClaims(string Namespace, string Account, string AccountUid, string Id, IReadOnlyList<string> Audiences, TokenBinding? Pod, TokenBinding? Node)
{
    public string UserName => $"system:serviceaccount:{Namespace}:{Account}";
}

/// <summary>Mints and verifies the tokens of service accounts: JWTs signed with ES256, as kube-apiserver's bound tokens.</summary>
internal sealed class ServiceAccountTokens : IDisposable
{
    private readonly ECDsa _key;
    private readonly string _keyId;
    private readonly TimeProvider _clock;

    private ServiceAccountTokens(ECDsa key, string issuer, TimeProvider clock)
    {
        _key = key;
        _clock = clock;
        Issuer = issuer;
        _keyId = Base64Url.EncodeToString(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
    }

    public string Issuer { get; }

    /// <summary>Loads the signing key from the state directory, or makes one there (readable by its owner only).</summary>
    public static ServiceAccountTokens Load(string? stateDirectory, string issuer, TimeProvider clock)
    {
        var path = stateDirectory is null ? null : Path.Combine(stateDirectory, "service-account.key");
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (path is not null && File.Exists(path))
        {
            key.ImportFromPem(File.ReadAllText(path));
        }
        else if (path is not null)
        {
            // by rename: a key cut short by a crash would void every token at the next start
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var file = new FileStream(path + ".tmp", options))
            {
                file.Write(Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
            }

            File.Move(path + ".tmp", path, overwrite: true);
        }

        return new ServiceAccountTokens(key, issuer, clock);
    }

    public (string Token, DateTimeOffset Expires) Mint(string space, string account, string accountUid, IReadOnlyList<string> audiences, TimeSpan lifetime, TokenBinding? pod, TokenBinding? node)
    {
        var now = _clock.GetUtcNow();
        var expires = now + lifetime;
        var kubernetes = new JsonObject { ["namespace"] = space };
        if (node is not null)
        {
            kubernetes["node"] = Reference(node);
        }

        if (pod is not null)
        {
            kubernetes["pod"] = Reference(pod);
        }

        kubernetes["serviceaccount"] = new JsonObject { ["name"] = account, ["uid"] = accountUid };
        var claims = new JsonObject
        {
            ["aud"] = JsonTree.ArrayOf(audiences),
            ["exp"] = expires.ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["iss"] = Issuer,
            ["jti"] = Guid.NewGuid().ToString(),
            ["kubernetes.io"] = kubernetes,
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["sub"] = $"system:serviceaccount:{space}:{account}",
        };
        var header = new JsonObject { ["alg"] = "ES256", ["kid"] = _keyId };
        var content = $"{Base64Url.EncodeToString(JsonTree.ToBytes(header))}.{Base64Url.EncodeToString(JsonTree.ToBytes(claims))}";
        var signature = _key.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return ($"{content}.{Base64Url.EncodeToString(signature)}", DateTimeOffset.FromUnixTimeSeconds(expires.ToUnixTimeSeconds()));
    }

    /// <summary>The claims, or why the token is not accepted. Whether what it is bound to still exists is for the caller to ask.</summary>
    public (TokenClaims? Claims, string? Error) Verify(string token)
    {
        if (token.Split('.') is not [var header, var body, var signature])
        {
            return (null, "the token is no JWT");
        }

        try
        {
            if (JsonTree.Parse(Base64Url.DecodeFromChars(header)).Text("alg") != "ES256"
                || !_key.VerifyData(Encoding.ASCII.GetBytes($"{header}.{body}"), Base64Url.DecodeFromChars(signature), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))
            {
                return (null, "the token's signature is not valid");
            }

            return Read(JsonTree.Parse(Base64Url.DecodeFromChars(body)));
        }
        catch (Exception failure) when (failure is FormatException or JsonException)
        {
            return (null, "the token is no JWT");
        }
    }

    public JsonObject PublicKeys()
    {
        var parameters = _key.ExportParameters(includePrivateParameters: false);
        return new JsonObject
        {
            ["keys"] = new JsonArray(new JsonObject
            {
                ["use"] = "sig", ["kty"] = "EC", ["kid"] = _keyId, ["crv"] = "P-256", ["alg"] = "ES256",
                ["x"] = Base64Url.EncodeToString(parameters.Q.X), ["y"] = Base64Url.EncodeToString(parameters.Q.Y),
            }),
        };
    }

    public void Dispose() => _key.Dispose();

    private (TokenClaims? Claims, string? Error) Read(JsonNode? claims)
    {
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        var kubernetes = claims.At("kubernetes.io");
        if (claims.Text("iss") != Issuer)
        {
            return (null, "the token's issuer is not this server");
        }

        if (now >= (claims.Number("exp") ?? 0))
        {
            return (null, "the token has expired");
        }

        if (now < (claims.Number("nbf") ?? 0))
        {
            return (null, "the token is not valid yet");
        }

        var node = Binding(kubernetes.At("node"), "Node");
        return (new TokenClaims(
            kubernetes.Text("namespace") ?? "",
            kubernetes.Text("serviceaccount", "name") ?? "",
            kubernetes.Text("serviceaccount", "uid") ?? "",
            claims.Text("jti") ?? "",
            [.. claims.Texts("aud")],
            Binding(kubernetes.At("pod"), "Pod"),
            node), null);
    }

    private static TokenBinding? Binding(JsonNode? reference, string kind) =>
        reference.Text("name") is { } name ? new TokenBinding(kind, name, reference.Text("uid") ?? "") : null;

    private static JsonObject Reference(TokenBinding binding)
    {
        var reference = new JsonObject { ["name"] = binding.Name };
        if (binding.Uid.Length > 0)
        {
            reference["uid"] = binding.Uid;
        }

        return reference;
    }
}
