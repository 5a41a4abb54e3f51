namespace Plumbline.Operator.Dispatch;

/// <summary>Whether the one who dials is an agent, and of which node.</summary>
public abstract record AgentAuthentication
{
    private AgentAuthentication()
    {
    }

    /// <param name="Node">The node that the token is bound to; it decides which plan the agent gets.</param>
    public sealed record Accepted(string Node) : AgentAuthentication;

    /// <summary>The token is not good: no retry with the same one will help.</summary>
    public sealed record Denied(string Why) : AgentAuthentication;

    /// <summary>Nobody could say: the API server is away.</summary>
    public sealed record Unavailable(string Why) : AgentAuthentication;
}

public interface IAgentAuthenticator
{
    Task<AgentAuthentication> AuthenticateAsync(string token, CancellationToken cancellationToken);
}
