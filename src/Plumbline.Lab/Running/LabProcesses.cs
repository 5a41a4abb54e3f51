using System.Diagnostics;
using System.Globalization;
using Plumbline.Lab.Launch;
using Plumbline.Lab.Network;

namespace Plumbline.Lab.Running;

/// <summary>The API, the operator and an agent a node: each a process of its own, started by the production command line.</summary>
internal sealed class LabProcesses : IAsyncDisposable
{
    public const int ApiPort = 6443;
    public const int LinkPort = 8443;
    public const int MetricsPort = 8080;
    public const int AgentMetricsPort = 9090;
    public const string OperatorNamespace = "plumbline-system";

    private LabProcesses(IReadOnlyList<LabProcess> all) => All = all;

    public IReadOnlyList<LabProcess> All { get; }

    public LabProcess Api => All[0];

    public LabProcess Operator => All[1];

    public IEnumerable<LabProcess> Agents => All.Skip(2);

    public static LabProcesses Prepare(LabPaths paths, LabNetwork network, TimeProvider time) => new(
    [
        new LabProcess("api", paths.Log("api"), () => ApiCommand(paths), time),
        new LabProcess("operator", paths.Log("operator"), () => OperatorCommand(paths), time),
        .. network.Nodes.Select(n => new LabProcess($"agent-{n.Name}", paths.Log($"agent-{n.Name}"), () => AgentCommand(paths, n), time)),
    ]);

    public LabProcess? Find(string name) => All.FirstOrDefault(p => p.Name == name);

    public async ValueTask DisposeAsync()
    {
        // The API last, so that the operator can give up its lease.
        await Task.WhenAll(All.Skip(1).Select(p => p.DisposeAsync().AsTask()));
        await Api.DisposeAsync();
    }

    private static ProcessStartInfo ApiCommand(LabPaths paths) => new(
        NamespaceLauncher.ThisProgram[0],
        [
            .. NamespaceLauncher.ThisProgram.Skip(1), "api", "--listen", Local(ApiPort), "--socket", paths.ApiSocket, "--cert", paths.ServerCertificate,
            "--key", paths.ServerKey, "--state", paths.ApiState, "--admin-token-file", paths.AdminToken,
            "--request-file", paths.Requests,
        ]);

    private static ProcessStartInfo OperatorCommand(LabPaths paths) => Plumbline(
        "operator", "--kubeconfig", paths.OperatorKubeconfig, "--link-listen", Local(LinkPort), "--link-cert", paths.ServerCertificate, "--link-key", paths.ServerKey,
        "--link-address", Local(LinkPort), "--metrics-listen", Local(MetricsPort), "--namespace", OperatorNamespace, "--identity", "plumbline-operator-0", "--log-format", "text");

    private static ProcessStartInfo AgentCommand(LabPaths paths, LabNode node) => NamespaceProcess.In(
        node.Namespace,
        Plumbline(
            "agent", "--operator", string.Create(CultureInfo.InvariantCulture, $"wss://{node.Address}:{LinkPort}"), "--token-file", paths.AgentToken(node.Name),
            "--ca-file", paths.Authority, "--node-name", node.Name, "--netns-dir", NetworkNamespace.Directory, "--resolv-conf", paths.NodeResolvConf(node.Name), "--metrics-listen", Local(AgentMetricsPort)));

    private static ProcessStartInfo Plumbline(params IEnumerable<string> arguments) =>
        new(Tool.PathOf("dotnet"), [Path.Combine(AppContext.BaseDirectory, "Plumbline.dll"), .. arguments]);

    private static string Local(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
}
