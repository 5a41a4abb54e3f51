using Microsoft.Extensions.Logging;
using Plumbline.Kubernetes;
using Plumbline.Kubernetes.Models;

namespace Plumbline.Lab.Running;

/// <summary>The kubelet's part for agents: a projected token a node, bound to it, replaced long before it expires.</summary>
internal sealed class AgentTokens(IKubernetesClient client, LabPaths paths, IReadOnlyList<string> nodes, TimeProvider time, ILogger log)
{
    public const string ServiceAccount = "plumbline-agent";
    public const string Audience = "plumbline";

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan Renewal = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    public Task WriteAllAsync(CancellationToken cancellation) => Task.WhenAll(nodes.Select(n => WriteAsync(n, cancellation)));

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
            catch (KubernetesException e)
            {
                Log.TokensNotRenewed(log, e.Message);
                wait = Retry;
            }
        }
    }

    private async Task WriteAsync(string node, CancellationToken cancellation)
    {
        var owner = await client.GetAsync<V1Node>(node, null, cancellation) ?? throw new InvalidOperationException($"node {node} is not in the API");
        var token = await client.CreateTokenAsync(
            ServiceAccount,
            LabProcesses.OperatorNamespace,
            new V1TokenRequestSpec
            {
                Audiences = [Audience],
                ExpirationSeconds = (long)Lifetime.TotalSeconds,
                BoundObjectRef = new V1ObjectReference { ApiVersion = "v1", Kind = "Node", Name = node, Uid = owner.Metadata.Uid },
            },
            cancellation);
        LabFiles.Secret(paths.AgentToken(node), token.Token ?? "");
    }
}

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The agents' tokens could not be renewed: {Problem}")]
    public static partial void TokensNotRenewed(ILogger log, string problem);

    [LoggerMessage(2, LogLevel.Error, "A part of the lab ended")]
    public static partial void PartEnded(ILogger log, Exception problem);

    [LoggerMessage(3, LogLevel.Information, "{Step}")]
    public static partial void Step(ILogger log, string step);
}
