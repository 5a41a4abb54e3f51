using k8s.Models;
using Plumbline.Kubernetes.Client;
using Plumbline.Link;
using Plumbline.Operator.Rbac;

namespace Plumbline.Operator.Dispatch;

/// <summary>
/// Asks the API server whose token it is. An agent's token has our audience, belongs to the agents' service account, and is bound to a
/// node (by the pod that it is projected into): that claim, not the agent's word, decides which plan it gets.
/// </summary>
/// <param name="serviceAccount">User name of the agents: <c>system:serviceaccount:&lt;namespace&gt;:&lt;name&gt;</c>.</param>
[EntityRbac(typeof(V1TokenReview), Verbs = RbacVerb.Create, Why = "which agent it is that dials in")]
public sealed class TokenReviewAuthenticator(IKubernetesClient client, string serviceAccount) : IAgentAuthenticator
{
    private const string NodeNameClaim = "authentication.kubernetes.io/node-name";

    public async Task<AgentAuthentication> AuthenticateAsync(string token, CancellationToken cancellationToken)
    {
        V1TokenReview review;
        try
        {
            review = await client.ReviewTokenAsync(new V1TokenReviewSpec { Token = token, Audiences = [LinkProtocol.Audience] }, cancellationToken);
        }
        catch (KubernetesRequestException e)
        {
            return new AgentAuthentication.Unavailable($"the token could not be reviewed: {e.Message}");
        }

        var status = review.Status;
        if (status?.Authenticated != true)
        {
            return new AgentAuthentication.Denied(status?.Error ?? "the token is not valid");
        }

        // A server that knows no audiences answers with none: such a token may be meant for anybody.
        if (status.Audiences?.Contains(LinkProtocol.Audience) != true)
        {
            return new AgentAuthentication.Denied($"the token is not meant for the audience '{LinkProtocol.Audience}'");
        }

        if (status.User?.Username != serviceAccount)
        {
            return new AgentAuthentication.Denied($"the token belongs to {status.User?.Username ?? "nobody"}, not to {serviceAccount}");
        }

        return status.User.Extra?.TryGetValue(NodeNameClaim, out var nodes) == true && nodes is [{ Length: > 0 } node]
            ? new AgentAuthentication.Accepted(node)
            : new AgentAuthentication.Denied("the token is not bound to a node; project it into the agent's pod (Kubernetes 1.30 or later), or bind it to a Node");
    }
}
