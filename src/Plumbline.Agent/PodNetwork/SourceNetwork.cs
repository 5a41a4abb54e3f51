using Plumbline.Probing;

namespace Plumbline.Agent.PodNetwork;

/// <summary>Where a source's sockets are made, or why that is not known.</summary>
public abstract record SourceNetwork
{
    public sealed record Found(ProbeOrigin Origin) : SourceNetwork;

    /// <summary>The source is not on this node, as far as the agent can see.</summary>
    public sealed record NotFound(string Reason) : SourceNetwork;

    /// <summary>The source may well be here: the agent lacks what it needs to tell.</summary>
    public sealed record NotPermitted(string Reason) : SourceNetwork;
}
