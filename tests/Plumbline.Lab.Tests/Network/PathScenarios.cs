using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Lab.Launch;
using Plumbline.Lab.Listeners;
using Plumbline.Lab.Network;
using Plumbline.Lab.Network.Rules;

namespace Plumbline.Lab.Tests.Network;

/// <summary>Who reaches whom.</summary>
[Scenarios]
internal static class PathScenarios
{
    public static async Task Pod_OnSameAndOtherNode_AndItself_Answers(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        foreach (var pod in (LabPod[])[cluster.A, cluster.B, cluster.C])
        {
            await cluster.ListenAsync(pod, 80);
            Assert.That(await cluster.ConnectAsync(cluster.A, pod.Address, 80), Is.EqualTo(Seen.Connected), pod.ToString());
            Assert.That(await cluster.ConnectAsync(cluster.A, pod.Address, 81), Is.EqualTo(Seen.Refused), pod.ToString());
        }
    }

    public static async Task Node_ToPods_Answers(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.ListenAsync(cluster.A, 80);
        await cluster.SetServiceAsync(8080, new IPEndPoint(cluster.A.Address, 80));
        foreach (var node in cluster.Network.Nodes)
        {
            Assert.That(await Probe.ConnectAsync(cluster.Network, node.Namespace, cluster.A.Address, 80), Is.EqualTo(Seen.Connected), node.ToString());
            Assert.That(await Probe.ConnectAsync(cluster.Network, node.Namespace, TestCluster.ServiceIp, 8080), Is.EqualTo(Seen.Connected), node.ToString());
        }
    }

    public static async Task ExternalHost_FromPods_AnswersUntilRemoved(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.ListenOutsideAsync(993);
        Assert.That(await cluster.ConnectAsync(cluster.A, TestCluster.External, 993), Is.EqualTo(Seen.Connected));
        Assert.That(await cluster.ConnectAsync(cluster.C, TestCluster.External, 993), Is.EqualTo(Seen.Connected));
        Assert.That(await cluster.ConnectAsync(cluster.C, TestCluster.External, 994), Is.EqualTo(Seen.Refused));

        cluster.Network.RemoveExternalHost(TestCluster.External);
        Assert.That(await cluster.ConnectAsync(cluster.A, TestCluster.External, 993, Probe.DropLimit), Is.EqualTo(Seen.TimedOut));
        cluster.Network.AddExternalHost(TestCluster.External);
        Assert.That(await cluster.ConnectAsync(cluster.A, TestCluster.External, 993), Is.EqualTo(Seen.Connected));
    }

    public static async Task Ipv6_BetweenPods_Answers(InsideNamespaces inside)
    {
        Assume.That(Directory.Exists("/proc/sys/net/ipv6"));
        await using var cluster = await TestCluster.StartAsync(ipv6: true);
        await cluster.ListenAsync(cluster.C, 80);
        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.C.Address6!, 80), Is.EqualTo(Seen.Connected));
        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.C.Address, 80), Is.EqualTo(Seen.Connected));

        cluster.Network.SetNodeLink(cluster.C.Node, LinkState.Down);
        cluster.Network.SetNodeLink(cluster.C.Node, LinkState.Up);
        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.C.Address6!, 80), Is.EqualTo(Seen.Connected), "uplink pulled and plugged");

        await cluster.Network.SetPoliciesAsync(
            [new PodPolicy(cluster.C.Address6!, PolicyDirection.Ingress, [new PolicyAllow([PolicyPeer.Of(cluster.B.Address6!)], null)])],
            DenialAction.Drop,
            CancellationToken.None);
        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.C.Address6!, 80, Probe.DropLimit), Is.EqualTo(Seen.TimedOut));
        Assert.That(await cluster.ConnectAsync(cluster.B, cluster.C.Address6!, 80), Is.EqualTo(Seen.Connected));
    }

    public static async Task Pod_RemovedAndAddedAgain_TimesOutAndAnswers(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.ListenAsync(cluster.C, 80);
        await cluster.Listeners.CloseAllInAsync(cluster.C.Namespace);
        await cluster.Network.RemovePodAsync(cluster.C);
        Assert.That(File.Exists(cluster.C.Namespace.Path), Is.False);
        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.C.Address, 80, Probe.DropLimit), Is.EqualTo(Seen.TimedOut));

        var again = await cluster.Network.AddPodAsync(new PodPlacement("node-two", cluster.C.Address), CancellationToken.None);
        await cluster.ListenAsync(again, 80);
        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.C.Address, 80), Is.EqualTo(Seen.Connected));
    }

    public static async Task NodeLink_PulledAndPlugged_CutsOffThatNodeOnly(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.ListenAsync(cluster.B, 80);
        await cluster.ListenAsync(cluster.C, 80);
        await cluster.ListenOutsideAsync(80);
        var two = cluster.Network.Node("node-two");
        cluster.Network.SetNodeLink(two, LinkState.Down);
        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.C.Address, 80, Probe.DropLimit), Is.Not.EqualTo(Seen.Connected));
        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.B.Address, 80), Is.EqualTo(Seen.Connected));
        Assert.That(await Probe.ConnectAsync(cluster.Network, two.Namespace, cluster.C.Address, 80), Is.EqualTo(Seen.Connected));

        cluster.Network.SetNodeLink(two, LinkState.Up);
        Assert.That(await cluster.ConnectAsync(cluster.A, cluster.C.Address, 80), Is.EqualTo(Seen.Connected));
        Assert.That(await cluster.ConnectAsync(cluster.C, TestCluster.External, 80), Is.EqualTo(Seen.Connected));
    }

    public static async Task Network_Of150Pods_ComesUpAndGoesWithoutRest(InsideNamespaces inside)
    {
        // The machine may run containers of its own: what their namespaces are mounted on was inherited, under the lab's /run.
        var inherited = NamespaceMounts();
        var clock = Stopwatch.StartNew();
        var network = await LabNetwork.CreateAsync(new LabNetworkOptions(), CancellationToken.None);
        var created = clock.Elapsed;
        var pods = await network.AddPodsAsync([.. Enumerable.Range(0, 150).Select(i => new PodPlacement($"node-{(i % 3) + 1}"))], CancellationToken.None);
        var up = clock.Elapsed;
        await using (var cluster = new ListenerHost(network.Namespaces, new LabCertificates(TimeProvider.System), TimeProvider.System, NullLogger.Instance))
        {
            foreach (var pod in pods)
            {
                await cluster.OpenAsync(new ListenerSpec(pod.Namespace, 80, ListenerKind.Tcp), CancellationToken.None);
                await cluster.OpenAsync(new ListenerSpec(pod.Namespace, 443, ListenerKind.Https), CancellationToken.None);
            }

            var listening = clock.Elapsed;
            foreach (var pod in pods)
            {
                Assert.That(await Probe.ConnectAsync(network, pods[0].Namespace, pod.Address, 80), Is.EqualTo(Seen.Connected), pod.ToString());
            }

            Console.WriteLine($"network {created.TotalMilliseconds:0} ms, 150 pods {(up - created).TotalMilliseconds:0} ms, 300 listeners {(listening - up).TotalMilliseconds:0} ms");
        }

        // No thread of this process may have stayed in a pod's namespace, whatever the runtime started meanwhile.
        var homes = Directory.GetDirectories("/proc/self/task").Select(t => new FileInfo(Path.Combine(t, "ns/net")).LinkTarget).Distinct().ToList();
        Assert.That(homes, Has.Count.EqualTo(1));

        clock.Restart();
        await network.DisposeAsync();
        Console.WriteLine($"down {clock.ElapsedMilliseconds} ms");
        Assert.That(Directory.GetFileSystemEntries(NetworkNamespace.Directory), Is.Empty);
        Assert.That(NamespaceMounts(), Is.SubsetOf(inherited), "the kernel may drop an inherited one when its owner deletes it");

        static string[] NamespaceMounts() => [.. File.ReadLines("/proc/self/mountinfo").Where(m => m.Contains("cni-", StringComparison.Ordinal))];
    }

    public static async Task Addresses_TakenOrForeign_SaySoAndLeaveNothing(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        var taken = await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.Network.AddPodAsync(new("one", cluster.A.Address), CancellationToken.None));
        var foreign = await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.Network.AddPodAsync(new("one", cluster.C.Address), CancellationToken.None));
        Assert.That(taken!.Message, Does.Contain(cluster.A.Address.ToString()));
        Assert.That(foreign!.Message, Does.Contain(cluster.C.Address.ToString()));
        var before = cluster.Network.Pods.Count;
        await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.Network.AddPodsAsync([new("one"), new("one"), new("one", cluster.A.Address)], CancellationToken.None));
        Assert.That(cluster.Network.Pods, Has.Count.EqualTo(before));
        Assert.That(Directory.GetFileSystemEntries(NetworkNamespace.Directory), Has.Length.EqualTo(before + 3), "the pods made before the failure");
    }
}
