using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Http;
using Plumbline.Lab.Api.Json;
using Plumbline.Lab.Api.Resources;
using Plumbline.Lab.Api.Schema;
using Plumbline.Lab.Api.Storage;

namespace Plumbline.Lab.Api.Auth;

/// <summary>The kinds that are asked and answered: who is this, may they, and a token for an account.</summary>
internal sealed class Reviews(Authenticator authenticator, ServiceAccountTokens tokens, ObjectStore store, ResourceRegistry registry)
{
    private const long DefaultExpirationSeconds = 3600;
    private const long MinExpirationSeconds = 600;

    public JsonObject Answer(ResourceDefinition resource, JsonObject body, UserInfo user)
    {
        body["apiVersion"] = resource.ApiVersion;
        body["kind"] = resource.Kind;
        if (body["metadata"] is null)
        {
            body["metadata"] = new JsonObject();
        }

        body["status"] = resource.Kind switch
        {
            "TokenReview" => TokenReview(body.At("spec")),
            "SelfSubjectReview" => new JsonObject { ["userInfo"] = user.ToJson() },
            "SelfSubjectRulesReview" => new JsonObject
            {
                ["incomplete"] = false,
                ["nonResourceRules"] = new JsonArray(new JsonObject { ["nonResourceURLs"] = new JsonArray("*"), ["verbs"] = new JsonArray("*") }),
                ["resourceRules"] = new JsonArray(new JsonObject { ["apiGroups"] = new JsonArray("*"), ["resources"] = new JsonArray("*"), ["verbs"] = new JsonArray("*") }),
            },
            _ => new JsonObject { ["allowed"] = true, ["reason"] = "this server allows every authenticated user everything" },
        };
        return body;
    }

    /// <summary>POST …/serviceaccounts/NAME/token.</summary>
    public JsonObject RequestToken(ResourceDefinition accounts, ObjectKey account, JsonObject body)
    {
        var found = store.Find(BuiltInResources.ServiceAccounts, account) ?? throw Statuses.NotFound(accounts, account.Name);
        var seconds = body.Number("spec", "expirationSeconds") ?? DefaultExpirationSeconds;
        if (seconds < MinExpirationSeconds)
        {
            throw new ApiStatusException(422, "Invalid", $"TokenRequest.authentication.k8s.io \"{account.Name}\" is invalid: " +
                FieldError.Invalid("spec.expirationSeconds", seconds, $"may not specify a duration less than {MinExpirationSeconds / 60} minutes"));
        }

        var audiences = body.Texts("spec", "audiences").ToList();
        if (audiences.Count == 0)
        {
            audiences = [.. authenticator.Audiences];
        }

        var (pod, node) = Bind(account, body.At("spec", "boundObjectRef"));
        var (token, expires) = tokens.Mint(account.Namespace, account.Name, found.Uid, audiences, TimeSpan.FromSeconds(seconds), pod, node);
        body["apiVersion"] = "authentication.k8s.io/v1";
        body["kind"] = "TokenRequest";
        body["metadata"] = new JsonObject { ["name"] = account.Name, ["namespace"] = account.Namespace };
        body.Child("spec")["audiences"] = JsonTree.ArrayOf(audiences);
        body.Child("spec")["expirationSeconds"] = seconds;
        body["status"] = new JsonObject { ["token"] = token, ["expirationTimestamp"] = Apply.ManagedFields.Stamp(expires) };
        return body;
    }

    private JsonObject TokenReview(JsonNode? spec)
    {
        if (spec.Text("token") is not { Length: > 0 } token)
        {
            throw Statuses.BadRequest("token is required for TokenReview in authentication");
        }

        var asked = spec.Texts("audiences").ToList();
        var (user, audiences, error) = authenticator.Review(token, asked.Count > 0 ? asked : authenticator.Audiences);
        if (user is null)
        {
            return new JsonObject { ["authenticated"] = false, ["user"] = new JsonObject(), ["error"] = $"[invalid bearer token, {error}]" };
        }

        return new JsonObject { ["authenticated"] = true, ["user"] = user.ToJson(), ["audiences"] = JsonTree.ArrayOf(audiences) };
    }

    private (TokenBinding? Pod, TokenBinding? Node) Bind(ObjectKey account, JsonNode? reference)
    {
        var name = reference.Text("name") ?? "";
        switch (reference.Text("kind"))
        {
            case null or "":
                return (null, null);
            case "Pod":
                var pod = Find(BuiltInResources.Pods, new ObjectKey(account.Namespace, name), reference);
                var tree = pod.Tree();
                if ((tree.Text("spec", "serviceAccountName") ?? "default") != account.Name)
                {
                    throw Statuses.BadRequest($"cannot bind token for serviceaccount \"{account.Name}\" to pod running with different serviceaccount name.");
                }

                var nodeName = tree.Text("spec", "nodeName");
                var node = nodeName is null ? null : new TokenBinding("Node", nodeName, store.Find(BuiltInResources.Nodes, new ObjectKey("", nodeName))?.Uid ?? "");
                return (new TokenBinding("Pod", name, pod.Uid), node);
            case "Node":
                return (null, new TokenBinding("Node", name, Find(BuiltInResources.Nodes, new ObjectKey("", name), reference).Uid));
            case var other:
                throw Statuses.BadRequest($"cannot bind token to object of type {other}");
        }
    }

    private StoredObject Find(string collection, ObjectKey key, JsonNode? reference)
    {
        var resource = registry.OfCollection(collection)!;
        var found = store.Find(collection, key) ?? throw Statuses.NotFound(resource, key.Name);
        return reference.Text("uid") is { Length: > 0 } uid && uid != found.Uid
            ? throw Statuses.Conflict(resource, key.Name, $"the UID in the bound object reference ({uid}) does not match the UID in record. The object might have been deleted and then recreated")
            : found;
    }
}
