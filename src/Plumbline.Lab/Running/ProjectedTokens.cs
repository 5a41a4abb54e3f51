using k8s.Models;
using Microsoft.Extensions.Logging;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Operator.Running;

namespace Plumbline.Lab.Running;

/// <summary>
/// The kubelet's part: a projected token for the operator, and one for each node's agent, bound to the node. Replaced long before they expire.
/// </summary>
internal sealed class ProjectedTokens(IKubernetesClient client, LabPaths paths, IReadOnlyList<string> nodes, TimeProvider time, ILogger log)
{
    public const string Agent = "plumbline-agent";
    public const string Operator = "plumbline-operator";
    public const string Audience = "plumbline";

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan Renewal = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    public Task WriteAllAsync(CancellationToken cancellation) => Task.WhenAll(nodes.Select(n => WriteForAgentAsync(n, cancellation)).Append(WriteForOperatorAsync(cancellation)));

    public async Task KeepFreshAsync(CancellationToken stop)
    {
        var wait = Renewal;
        while (true)
        {
            await Task.Delay(wait, time, stop);
            try
            {
                await WriteAllAsync(stop);
                wait = Renewal;
            }
            catch (KubernetesRequestException e)
            {
                Log.TokensNotRenewed(log, e.Message);
                wait = Retry;
            }
        }
    }

    private async Task WriteForAgentAsync(string node, CancellationToken cancellation)
    {
        var owner = await client.GetAsync<V1Node>(node, null, cancellation) ?? throw new InvalidOperationException($"node {node} is not in the API");
        var request = new V1TokenRequestSpec
        {
            Audiences = [Audience],
            ExpirationSeconds = (long)Lifetime.TotalSeconds,
            BoundObjectRef = new V1BoundObjectReference { ApiVersion = "v1", Kind = "Node", Name = node, Uid = owner.Metadata.Uid },
        };
        var token = await client.CreateTokenAsync(Agent, LabProcesses.OperatorNamespace, request, cancellation);
        LabFiles.Secret(paths.AgentToken(node), token.Token ?? "");
    }

    private async Task WriteForOperatorAsync(CancellationToken cancellation)
    {
        // Without an audience: the API server's own.
        var request = new V1TokenRequestSpec { Audiences = [], ExpirationSeconds = (long)Lifetime.TotalSeconds };
        var token = await client.CreateTokenAsync(Operator, LabProcesses.OperatorNamespace, request, cancellation);
        LabFiles.Secret(paths.OperatorToken, token.Token ?? "");
    }
}

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The projected tokens could not be renewed: {Problem}")]
    public static partial void TokensNotRenewed(ILogger log, string problem);

    [LoggerMessage(2, LogLevel.Error, "A part of the lab ended")]
    public static partial void PartEnded(ILogger log, Exception problem);

    [LoggerMessage(3, LogLevel.Information, "{Step}")]
    public static partial void Step(ILogger log, string step);
}
