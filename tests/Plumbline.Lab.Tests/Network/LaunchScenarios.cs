using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Lab.Launch;
using Plumbline.Lab.Listeners;
using Plumbline.Lab.Network;

namespace Plumbline.Lab.Tests.Network;

/// <summary>Inner processes that the launcher's tests steer.</summary>
[Scenarios(IsTest = false)]
internal static class LaunchScenarios
{
    public static Task<int> ExitsWith7(InsideNamespaces inside) => Task.FromResult(7);

    /// <summary>A whole network, a process in a node, then waits for the stop request; says when it stands and when it ends in order.</summary>
    public static async Task<int> StandsUntilStopped(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.ListenAsync(cluster.A, 80);
        await cluster.SetServiceAsync(80, new IPEndPoint(cluster.A.Address, 80));
        using var sleeper = Process.Start(NamespaceProcess.In(cluster.A.Node.Namespace, new ProcessStartInfo(Tool.PathOf("sleep"), ["1000"])))!;
        await File.WriteAllTextAsync(Path.Combine(inside.RunPath, "up"), "", CancellationToken.None);
        await Stopped(inside);
        Console.WriteLine("ended in order");
        return 5;
    }

    /// <summary>Does not care about being asked to stop.</summary>
    public static async Task IgnoresStop(InsideNamespaces inside)
    {
        await File.WriteAllTextAsync(Path.Combine(inside.RunPath, "up"), "", CancellationToken.None);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
    }

    /// <summary>An HTTP listener in a pod, relayed to the outside.</summary>
    public static async Task ServesRelay(InsideNamespaces inside)
    {
        var loopback = new IPEndPoint(IPAddress.Loopback, 8080);
        using var namespaces = new NamespaceThread();
        using var certificates = new LabCertificates(TimeProvider.System);
        await using var listeners = new ListenerHost(namespaces, certificates, TimeProvider.System, NullLogger.Instance);
        await listeners.OpenAsync(new ListenerSpec(new NetworkNamespace("lab", "/proc/self/ns/net"), 8080, ListenerKind.Http), CancellationToken.None);
        await using var relay = RelayServer.FromUnixSocket(inside.RelaySocket("web"), loopback, TimeProvider.System, NullLogger.Instance);
        await File.WriteAllTextAsync(Path.Combine(inside.RunPath, "port.tmp"), $"{inside.RelayPorts["web"]}", CancellationToken.None);
        File.Move(Path.Combine(inside.RunPath, "port.tmp"), Path.Combine(inside.RunPath, "port"));
        await Stopped(inside);
    }

    private static async Task Stopped(InsideNamespaces inside)
    {
        var stopped = new TaskCompletionSource();
        await using var registration = inside.Stopping.Register(stopped.SetResult);
        await stopped.Task;
    }
}

/// <summary>Ways out of a node's network, and processes in it.</summary>
[Scenarios]
internal static class NodeScenarios
{
    public static async Task Relay_FromNode_IsTheOnlyWayToTheLab(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        server.Listen();
        var node = cluster.A.Node;
        await using var relay = await RelayServer.FromNamespaceAsync(
            cluster.Network.Namespaces, node.Namespace, IPAddress.Loopback, 9443, server.LocalEndPoint!, TimeProvider.System, NullLogger.Instance);

        await using var stream = await Probe.StreamAsync(cluster.Network, node.Namespace, new IPEndPoint(IPAddress.Loopback, 9443));
        using var accepted = await server.AcceptAsync();
        await stream.WriteAsync("hello"u8.ToArray());
        var heard = new byte[16];
        Assert.That(await accepted.ReceiveAsync(heard), Is.EqualTo(5));

        Assert.That(await cluster.ConnectAsync(cluster.A, node.Address, 9443), Is.EqualTo(Seen.Refused), "pods do not see it");
        var port = ((IPEndPoint)server.LocalEndPoint!).Port;
        Assert.That(await Probe.ConnectAsync(cluster.Network, node.Namespace, IPAddress.Loopback, port), Is.EqualTo(Seen.Refused));
    }

    public static async Task Process_InNode_SeesItsNetworkAndTheLabsFiles(InsideNamespaces inside)
    {
        await using var cluster = await TestCluster.StartAsync();
        var node = cluster.C.Node;
        var file = Path.Combine(inside.RunPath, "seen");
        using var process = Process.Start(NamespaceProcess.In(
            node.Namespace, new ProcessStartInfo(Tool.PathOf("sh"), ["-c", $"readlink /proc/self/ns/net > {file}; stat -L -c net:[%i] {node.Namespace.Path} >> {file}; ls /run/netns >> {file}"])))!;
        await process.WaitForExitAsync();
        var lines = await File.ReadAllLinesAsync(file);
        Assert.That(lines[0], Is.EqualTo(lines[1]));
        Assert.That(lines, Does.Contain(cluster.A.Namespace.Name).And.Contain("node-one").And.Contain("node-two").And.Contain("outside"));
    }
}
