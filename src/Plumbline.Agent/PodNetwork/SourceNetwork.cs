using Plumbline.Probing;

namespace Plumbline.Agent.PodNetwork;

/// <summary>Where a source's sockets are made, or why that is not known.</summary>
public abstract record SourceNetwork
{
    public sealed record Found(ProbeOrigin Origin) : SourceNetwork;

    public sealed record NotFound(string Reason) : SourceNetwork;
}
