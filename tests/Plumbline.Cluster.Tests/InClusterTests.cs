using System.Globalization;
using System.Text.Json.Nodes;
using Plumbline.Cluster.Tests.Node;

namespace Plumbline.Cluster.Tests;

/// <summary>
/// The image and the manifests as they are shipped, on a real kubelet and container runtime: they come up, and they verify connections between real pods.
/// </summary>
[Category("Cluster")]
[NonParallelizable]
public sealed class InClusterTests
{
    private const string Documents = "plumbline-cluster-test";

    // nc would do for a listener, but httpd says whom it answers. It listens while /open is there.
    private const string Pods = """
        apiVersion: v1
        kind: Pod
        metadata: {name: server, namespace: plumbline-cluster-test, labels: {app: server}}
        spec:
          terminationGracePeriodSeconds: 0
          automountServiceAccountToken: false
          containers:
          - name: server
            image: localhost/busybox:1
            imagePullPolicy: Never
            command:
            - sh
            - -c
            - |
              echo > /open
              while :; do
                if [ -e /open ]; then
                  httpd -f -vv -p 5432 -h /tmp &
                  while [ -e /open ]; do sleep 0.2; done
                  kill $!; wait $!
                fi
                sleep 0.2
              done
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: client, namespace: plumbline-cluster-test, labels: {app: client}}
        spec:
          terminationGracePeriodSeconds: 0
          automountServiceAccountToken: false
          containers:
          - {name: client, image: "localhost/busybox:1", imagePullPolicy: Never, command: [sleep, "100000"]}
        """;

    private const string Connections = """
        apiVersion: plumbline.dev/v1alpha1
        kind: Component
        metadata: {name: client, namespace: plumbline-cluster-test}
        spec: {names: [Client], pods: {namespace: plumbline-cluster-test, selector: {matchLabels: {app: client}}}}
        ---
        apiVersion: plumbline.dev/v1alpha1
        kind: Component
        metadata: {name: server, namespace: plumbline-cluster-test}
        spec: {names: [Server], pods: {namespace: plumbline-cluster-test, selector: {matchLabels: {app: server}}}}
        ---
        apiVersion: plumbline.dev/v1alpha1
        kind: Component
        metadata: {name: node, namespace: plumbline-cluster-test}
        spec: {names: [Node], nodes: {scope: All}}
        ---
        apiVersion: plumbline.dev/v1alpha1
        kind: Connection
        metadata: {name: client-to-server, namespace: plumbline-cluster-test}
        spec: {from: Client, to: Server, protocol: TCP, ports: [5432], expect: Open, intervalSeconds: 5, failureThreshold: 2}
        ---
        apiVersion: plumbline.dev/v1alpha1
        kind: Connection
        metadata: {name: client-asks-server, namespace: plumbline-cluster-test}
        spec: {from: Client, to: Server, protocol: HTTP, ports: [5432], intervalSeconds: 5, http: {path: /from-the-client}}
        ---
        apiVersion: plumbline.dev/v1alpha1
        kind: Connection
        metadata: {name: node-asks-server, namespace: plumbline-cluster-test}
        spec: {from: Node, to: Server, protocol: HTTP, ports: [5432], intervalSeconds: 5, http: {path: /from-the-node}}
        """;

    private const string LatePod = """
        apiVersion: v1
        kind: Pod
        metadata: {name: late, namespace: plumbline-cluster-test, labels: {app: late}}
        spec:
          terminationGracePeriodSeconds: 0
          automountServiceAccountToken: false
          containers:
          - {name: late, image: "localhost/busybox:1", imagePullPolicy: Never, command: [sleep, "100000"]}
        ---
        apiVersion: plumbline.dev/v1alpha1
        kind: Component
        metadata: {name: late, namespace: plumbline-cluster-test}
        spec: {names: [Late], pods: {namespace: plumbline-cluster-test, selector: {matchLabels: {app: late}}}}
        ---
        apiVersion: plumbline.dev/v1alpha1
        kind: Connection
        metadata: {name: late-asks-server, namespace: plumbline-cluster-test}
        spec: {from: Late, to: Server, protocol: HTTP, ports: [5432], intervalSeconds: 5, http: {path: /from-the-late-pod}}
        """;

    private ClusterNode _node = null!;
    private Installation? _installation;

    private Installation Installed => _installation!;

    [OneTimeSetUp]
    public async Task Install()
    {
        _node = ClusterNode.Require();
        _installation = await Installation.CreateAsync(_node);
        await _node.SucceedWithAsync($"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {Documents}}}\n", "apply", "-f", "-");
        await _node.SucceedWithAsync(Pods, "apply", "-f", "-");
        // A row to a pod that is not ready yet would rightly begin with an outage.
        await _node.SucceedAsync("-n", Documents, "wait", "--for=condition=Ready", "--timeout=45s", "pod/server", "pod/client");
        await _node.SucceedWithAsync(Connections, "apply", "-f", "-");
    }

    [TearDown]
    public void NothingWasForbidden() => Assert.That(Installed.ForbiddenRequests, Is.Empty, "requests that the operator's roles do not allow");

    [OneTimeTearDown]
    public async Task Uninstall()
    {
        if (_installation is null)
            return;
        await _node.DeleteNamespaceAsync(Documents);
        await _installation.DisposeAsync();
    }

    [Test]
    public async Task Manifests_OnANode_OperatorAndAgentsBecomeReady()
    {
        await Installed.ReadyAsync("operator", 2);
        await Installed.ReadyAsync("agent", 1);
        Assert.That(await Installed.PodsAsync("agent"), Has.Count.EqualTo(1));
    }

    [TestCase("operator", "Deployment", 2)]
    [TestCase("agent", "DaemonSet", 1)]
    public async Task RunningPod_Security_IsExactlyWhatTheManifestSays(string component, string kind, int pods)
    {
        var shipped = Installed.Manifest(kind)["spec"]!["template"]!["spec"]!;
        foreach (var pod in await Installed.ReadyAsync(component, pods))
        {
            var running = pod["spec"]!;
            using (Assert.EnterMultipleScope())
            {
                Same(running, shipped, "securityContext");
                Same(running["containers"]![0]!, shipped["containers"]![0]!, "securityContext");
                Same(running["containers"]![0]!, shipped["containers"]![0]!, "args");
                Same(running["containers"]![0]!, shipped["containers"]![0]!, "volumeMounts");
                Same(running, shipped, "volumes");
                Same(running, shipped, "hostNetwork");
                Same(running, shipped, "serviceAccountName");
                foreach (var field in new[] { "hostPID", "hostIPC", "initContainers", "ephemeralContainers" })
                    Assert.That(running[field], Is.Null, field);
                Assert.That(running["containers"]!.AsArray(), Has.Count.EqualTo(1));
            }
        }
    }

    // As the kernel sees it: CAP_SYS_ADMIN is bit 21.
    [TestCase("operator", "65532", 0ul)]
    [TestCase("agent", "0", 1ul << 21)]
    public async Task RunningProcess_Privileges_AreTheLeastThatItNeeds(string component, string user, ulong capabilities)
    {
        var pod = (await Installed.ReadyAsync(component, 1))[0];
        var process = ProcessOf(pod["metadata"]!["uid"]!.GetValue<string>());
        var status = File.ReadLines(Path.Combine(process, "status")).Select(line => line.Split(':', 2)).ToDictionary(line => line[0], line => line[1].Trim(), StringComparer.Ordinal);
        var root = File.ReadLines(Path.Combine(process, "mountinfo")).Select(line => line.Split(' ')).Single(fields => fields[4] == "/");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(status["Uid"].Split('\t'), Has.All.EqualTo(user));
            foreach (var set in new[] { "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb" })
                Assert.That(ulong.Parse(status[set], NumberStyles.HexNumber, CultureInfo.InvariantCulture) & ~capabilities, Is.Zero, $"{set} {status[set]}");
            Assert.That(ulong.Parse(status["CapEff"], NumberStyles.HexNumber, CultureInfo.InvariantCulture), Is.EqualTo(capabilities));
            Assert.That(status["NoNewPrivs"], Is.EqualTo("1"));
            Assert.That(status["Seccomp"], Is.EqualTo("2"), "2 is: filtered");
            Assert.That(root[5].Split(','), Does.Contain("ro"), "the root file system is read-only");
        }
    }

    [Test]
    public async Task Connection_ListenerStopsAndComesBack_TrueThenFalseThenTrueAgain()
    {
        await VerifiedAsync("client-to-server", "True", "Reachable");

        await _node.SucceedAsync("-n", Documents, "exec", "server", "--", "busybox", "rm", "/open");
        var down = await VerifiedAsync("client-to-server", "False", "NotListening");
        Assert.That(down["status"]!["failures"]![0]!["source"]!.GetValue<string>(), Is.EqualTo($"{Documents}/client"));

        await _node.SucceedAsync("-n", Documents, "exec", "server", "--", "sh", "-c", "echo > /open");
        var up = await VerifiedAsync("client-to-server", "True", "Reachable");
        Assert.That(up["status"]!["outages"]!.AsArray(), Has.Count.EqualTo(1), up["status"]!["outages"]!.ToJsonString());
        var events = await _node.ListAsync("-n", Documents, "events.events.k8s.io");
        Assert.That(events.Select(e => e["reason"]!.GetValue<string>()), Is.SupersetOf(new[] { "NotListening", "Reachable" }));
    }

    [Test]
    public async Task Probe_FromAPod_ComesFromThatPodsOwnAddress()
    {
        var client = (await _node.GetAsync("-n", Documents, "pod", "client"))["status"]!["podIP"]!.GetValue<string>();

        await VerifiedAsync("client-asks-server", "True", "Reachable");

        Assert.That(await CallersAsync("/from-the-client"), Is.EqualTo([client]));
    }

    [Test]
    public async Task Probe_FromTheNode_ComesFromTheNodesNetwork()
    {
        await VerifiedAsync("node-asks-server", "True", "Reachable");
        var routed = await _node.InNodeAsync(null, "ip", "-o", "route", "get", (await _node.GetAsync("-n", Documents, "pod", "server"))["status"]!["podIP"]!.GetValue<string>());
        var source = routed.Output.Split(' ', StringSplitOptions.RemoveEmptyEntries).SkipWhile(word => word != "src").ElementAt(1);

        Assert.That(await CallersAsync("/from-the-node"), Is.EqualTo([source]));
    }

    [Test]
    public async Task PodThatStartsLater_ItsNamespace_IsSeenByTheRunningAgent()
    {
        // Only mount propagation brings a namespace that is pinned after the agent's start into the agent's view.
        var agent = (await Installed.ReadyAsync("agent", 1))[0];
        await _node.SucceedWithAsync(LatePod, "apply", "-f", "-");

        await VerifiedAsync("late-asks-server", "True", "Reachable");

        var late = (await _node.GetAsync("-n", Documents, "pod", "late"))["status"]!["podIP"]!.GetValue<string>();
        Assert.That(await CallersAsync("/from-the-late-pod"), Is.EqualTo([late]));
        Assert.That((await Installed.PodsAsync("agent"))[0]["metadata"]!["uid"]!.GetValue<string>(), Is.EqualTo(agent["metadata"]!["uid"]!.GetValue<string>()), "the same agent as before");
    }

    private static void Same(JsonNode running, JsonNode shipped, string field) =>
        Assert.That(JsonNode.DeepEquals(running[field], shipped[field]), Is.True, $"{field}\nrunning: {running[field]?.ToJsonString()}\nshipped: {shipped[field]?.ToJsonString()}");

    private static string ProcessOf(string podUid) =>
        Directory.GetDirectories("/proc")
            .Where(directory => int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Single(directory => Read(directory, "comm").Trim() == "plumbline" && Read(directory, "cgroup").Contains(podUid, StringComparison.Ordinal));

    private static string Read(string process, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, file));
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>The Connection, once it is verified so.</summary>
    private Task<JsonNode> VerifiedAsync(string name, string status, string reason) => ClusterNode.UntilAsync<JsonNode>(
        $"Connection {name} {status}/{reason}",
        TimeSpan.FromMinutes(4),
        async () =>
        {
            var connection = await _node.GetAsync("-n", Documents, "connection", name);
            var verified = connection["status"]?["conditions"]?.AsArray().SingleOrDefault(c => c!["type"]!.GetValue<string>() == "Verified");
            return verified?["status"]!.GetValue<string>() == status && verified["reason"]!.GetValue<string>() == reason ? connection : null;
        },
        DescribeAllAsync);

    private async Task<string> DescribeAllAsync() =>
        (await _node.KubectlAsync("-n", Documents, "get", "components,connections", "-o", "yaml")).Output
        + await _node.DescribeAsync(Documents)
        + await _node.DescribeAsync(Installation.Namespace);

    /// <summary>Who asked the server for a path, by its own log: "[::ffff:10.1.2.3]:4242: url:/path".</summary>
    private async Task<IReadOnlyList<string>> CallersAsync(string path)
    {
        var log = await _node.SucceedAsync("-n", Documents, "logs", "server");
        return [.. log.Split('\n')
            .Where(line => line.EndsWith($"url:{path}", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf('[', StringComparison.Ordinal) + 1)..line.IndexOf(']', StringComparison.Ordinal)].Replace("::ffff:", "", StringComparison.Ordinal))
            .Distinct()];
    }
}
