using System.Text.Json;
using System.Text.Json.Nodes;

namespace Plumbline.Cluster.Tests.Node;

/// <summary>
/// A cluster of one real node, where one is at hand: <c>PLUMBLINE_TEST_NODE_KUBECONFIG</c> names the kubeconfig that the kit's node/start.sh
/// printed, and the image is loaded (<c>IMAGES=artifacts/image/plumbline.oci.tar</c>). kubectl is in <c>KUBEBUILDER_ASSETS</c> or on the path.
/// </summary>
internal sealed class ClusterNode(string kubeconfig)
{
    private static readonly TimeSpan CommandDeadline = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DeletionSlack = TimeSpan.FromSeconds(15);

    /// <summary>Data of the run: certificates of the API server, logs of the node.</summary>
    public string RunDirectory { get; } = Path.GetDirectoryName(Path.GetFullPath(kubeconfig))!;

    /// <summary>The network namespace that the node lives in.</summary>
    public string NetworkNamespace { get; } = Environment.GetEnvironmentVariable("PLUMBLINE_TEST_NODE_NETNS") ?? "kubetest";

    /// <summary>Null, with the reason as the test's result, where there is no node.</summary>
    public static ClusterNode Require()
    {
        if (Environment.GetEnvironmentVariable("PLUMBLINE_TEST_NODE_KUBECONFIG") is { Length: > 0 } kubeconfig)
            return new ClusterNode(kubeconfig);
        Assert.Ignore("no node: .ci/run starts one as root, or set PLUMBLINE_TEST_NODE_KUBECONFIG to what the kit's node/start.sh prints");
        throw new InvalidOperationException("unreachable: Ignore throws");
    }

    public Task<CommandResult> KubectlAsync(params string[] arguments) => RunAsync(null, arguments);

    /// <summary>Waits for its end for a while. kubectl gives up before its own deadline does, so that a slow end does not keep the rest from being cleaned up.</summary>
    public Task<CommandResult> DeleteNamespaceAsync(string name) => KubectlAsync("delete", "namespace", name, $"--timeout={(CommandDeadline - DeletionSlack).TotalSeconds:0}s");

    /// <returns>Standard output.</returns>
    public Task<string> SucceedAsync(params string[] arguments) => SucceedWithAsync(null, arguments);

    public async Task<string> SucceedWithAsync(string? input, params string[] arguments)
    {
        var result = await RunAsync(input, arguments);
        Assert.That(result.ExitCode, Is.Zero, $"kubectl {string.Join(' ', arguments)}\n{result.Output}{result.Errors}");
        return result.Output;
    }

    public async Task<JsonNode> GetAsync(params string[] arguments) => JsonNode.Parse(await SucceedAsync(["get", .. arguments, "-o", "json"]))!;

    public async Task<IReadOnlyList<JsonNode>> ListAsync(params string[] arguments) => [.. (await GetAsync(arguments))["items"]!.AsArray().Select(item => item!)];

    /// <summary>Runs a command inside the node's network.</summary>
    public Task<CommandResult> InNodeAsync(string? input, params string[] command) =>
        Command.RunAsync(input, CommandDeadline, "ip", ["netns", "exec", NetworkNamespace, .. command]);

    /// <summary>Asks again until the answer is there, and fails with <paramref name="state"/> when the deadline passes.</summary>
    public static async Task<T> UntilAsync<T>(string what, TimeSpan atMost, Func<Task<T?>> ask, Func<Task<string>> state)
        where T : class
    {
        using var deadline = new CancellationTokenSource(atMost, TimeProvider.System);
        while (true)
        {
            if (await ask() is { } answer)
                return answer;
            if (deadline.IsCancellationRequested)
                Assert.Fail($"{what}: not within {atMost.TotalSeconds:0} s\n{await state()}");
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>Pods, events and logs of a namespace, for a message about a failure.</summary>
    public async Task<string> DescribeAsync(string @namespace)
    {
        var parts = new List<string>
        {
            (await KubectlAsync("-n", @namespace, "get", "all", "-o", "wide")).Output,
            (await KubectlAsync("-n", @namespace, "describe", "pods")).Output,
        };
        foreach (var pod in (await KubectlAsync("-n", @namespace, "get", "pods", "-o", "name")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var logs = await KubectlAsync("-n", @namespace, "logs", pod, "--tail=30");
            parts.Add($"--- logs of {pod}\n{logs.Output}{logs.Errors}");
        }

        return string.Join("\n", parts);
    }

    public static bool IsReady(JsonNode pod) =>
        pod["metadata"]!["deletionTimestamp"] is null
        && pod["status"]?["conditions"]?.AsArray().Any(c => c!["type"]!.GetValue<string>() == "Ready" && c["status"]!.GetValue<string>() == "True") == true;

    public static string NameOf(JsonNode item) => item["metadata"]!["name"]!.GetValue<string>();

    private Task<CommandResult> RunAsync(string? input, string[] arguments)
    {
        var assets = Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS");
        return Command.RunAsync(input, CommandDeadline, assets is null ? "kubectl" : Path.Combine(assets, "kubectl"), ["--kubeconfig", kubeconfig, .. arguments]);
    }
}
