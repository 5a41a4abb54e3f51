using System.Net;

namespace Plumbline.Probing;

/// <summary>A target that the agent's operator must not have probed, such as the API server's addresses.</summary>
/// <param name="Port">Null: every port.</param>
/// <param name="What">Names it in the refusal: "the API server".</param>
public sealed record RefusedTarget(IPNetwork Network, int? Port, string What);
