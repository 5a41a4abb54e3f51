using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Plumbline.Api;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Connection;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Lab.Cluster;
using Plumbline.Lab.Estate;
using Plumbline.Lab.Faults;
using Plumbline.Lab.Launch;
using Plumbline.Lab.Listeners;
using Plumbline.Lab.Listeners.Dns;
using Plumbline.Lab.Network;
using Plumbline.Lab.Pods;
using Plumbline.Lab.View;
using Plumbline.Operator.Running;

namespace Plumbline.Lab.Running;

/// <summary>Everything that a lab is, from the network up to the agents; disposing takes it down in the opposite order.</summary>
internal sealed class RunningLab : IAsyncDisposable
{
    public const string ApiRelay = "api";
    public const string MetricsRelay = "metrics";

    /// <summary>Ways to the metrics of the agents, a node each.</summary>
    public static string AgentMetricsRelay(string node) => $"metrics-{node}";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly InsideNamespaces _inside;
    private readonly LabOptions _options;
    private readonly TimeProvider _time;
    private readonly FileLog _log;
    private readonly Action<string> _say;
    private readonly CancellationTokenSource _stopping;
    private readonly List<IAsyncDisposable> _made = [];
    private readonly List<Task> _running = [];
    private readonly TaskCompletionSource<Exception> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningLab(InsideNamespaces inside, LabOptions options, TimeProvider time, Action<string> say)
    {
        (_inside, _options, _time, _say) = (inside, options, time, say);
        Paths = LabPaths.Of(inside);
        Estate = EstateModel.Load(options.Estate);
        Directory.CreateDirectory(Paths.Logs);
        _log = new FileLog(Paths.Log("lab"), time);
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(inside.Stopping);
    }

    public LabPaths Paths { get; }

    public LabProcesses Processes { get; private set; } = null!;

    public FaultInjector Faults { get; private set; } = null!;

    public RollingRestart Restarts { get; private set; } = null!;

    public EstateModel Estate { get; }

    public Board Board { get; private set; } = null!;

    /// <summary>Rows by map, as imported.</summary>
    public IReadOnlyDictionary<string, int> Documented { get; private set; } = new Dictionary<string, int>();

    /// <summary>Completes when a part of the lab itself ended that should not have.</summary>
    public Task<Exception> Broken => _broken.Task;

    /// <exception cref="InvalidOperationException">Something of the lab could not be brought up; the message says what.</exception>
    /// <exception cref="IOException">The kernel refused a call; the message names it.</exception>
    public static async Task<RunningLab> StartAsync(InsideNamespaces inside, LabOptions options, TimeProvider time, Random random, Action<string> say)
    {
        var lab = new RunningLab(inside, options, time, say);
        try
        {
            using var limit = new CancellationTokenSource(StartLimit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(inside.Stopping, limit.Token);
            try
            {
                await lab.BringUpAsync(random, either.Token);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested && !inside.Stopping.IsCancellationRequested)
            {
                throw new InvalidOperationException($"it was not up after {StartLimit.TotalSeconds:0} s");
            }

            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running);
        foreach (var made in Enumerable.Reverse(_made))
        {
            await made.DisposeAsync();
        }

        _log.Dispose();
        _stopping.Dispose();
    }

    private async Task BringUpAsync(Random random, CancellationToken stop)
    {
        var network = Keep(await LabNetwork.CreateAsync(new LabNetworkOptions { Nodes = EstatePlan.Nodes(Estate), Ipv6 = _options.DualStack }, stop));
        var certificates = new LabCertificates(_time);
        var names = network.Nodes.Select(n => n.Address.ToString()).Append("127.0.0.1").Append("localhost");
        var token = LabFiles.Write(Paths, certificates, names, _inside.RelayPorts[ApiRelay], LabProcesses.ApiPort);

        // The API takes its second to start while the network is being built.
        Processes = Keep(LabProcesses.Prepare(Paths, network, _time));
        await Processes.Api.StartAsync(stop);
        _say($"network: {network.Nodes.Count} nodes, every pod a namespace");
        var pods = new RunningPods();
        var estate = await PlacedEstate.PlaceAsync(Estate, network, pods, stop);
        var listeners = Keep(new ListenerHost(network.Namespaces, certificates, _time, _log));
        var dns = Keep(await DnsServer.StartAsync(network.Namespaces, estate.Dns.Namespace, DnsZone.Empty, _time, _log));
        listeners.Zone = () => dns.Zone;

        // For nodes whose resolver is not the cluster's: it knows the outside and nothing else.
        network.AddExternalHost(ClusterDns.NodeResolver);
        Keep(await DnsServer.StartAsync(network.Namespaces, network.Outside, DnsZone.Create([], Hosts(estate)), _time, _log, ClusterDns.NodeResolver));

        _say($"API: {pods.All.Count} pods of {Estate.Workloads.Count} workloads, {Estate.External.Count} external hosts");
        var api = new ApiObjects(Paths.ApiSocket, token, _time);
        await api.WaitUntilReadyAsync(stop);
        await api.ApplyAllAsync(CustomResources(), "plumbline-lab", stop);
        var objects = new EstateObjects(api, estate, network, _time);
        await objects.CreateAsync([LabProcesses.OperatorNamespace, Documents.Namespace], stop);
        var state = new ClusterState();
        IReadOnlyList<string> nodes = [.. network.Nodes.Select(n => n.Name)];
        foreach (var node in nodes)
        {
            NodeResolvers.LinkToShared(Paths.NodeResolvConf(node));
        }

        Faults = new FaultInjector(new FaultTargets(estate, objects, api, network, listeners, state, new NodeResolvers(Paths, nodes, ClusterDns.NodeResolver.ToString())), _time);
        await Faults.StartAsync(_options.Faults, stop);

        Restarts = new RollingRestart(estate, objects, network, api, Faults, _time);
        var client = Client(random);
        var kubelet = new Kubelet(pods, network, api, client, _time, _log) { ListenersChanged = Faults.RefreshAsync };
        var controllers = new ClusterControllers(client, network, dns, Hosts(estate), state, kubelet, _time, random, _log);
        Run(controllers.Parts);
        if (_options.Estate is null)
        {
            _say("documents: import and apply");
            Documented = await Documents.ApplyAsync(api, Paths.Seeds, _options.IntervalSeconds, stop);
        }

        await WithinAsync(controllers.Settled, stop);

        _say("operator and agents: start");
        await StartPlumblineAsync(network, api, client, stop);
        Board = new Board(client, _time, random);
        Run(Board.Parts);
    }

    private async Task StartPlumblineAsync(LabNetwork network, ApiObjects api, KubernetesClient client, CancellationToken stop)
    {
        Keep(RelayServer.FromUnixSocket(_inside.RelaySocket(ApiRelay), Local(LabProcesses.ApiPort), _time, _log));
        Keep(RelayServer.FromUnixSocket(_inside.RelaySocket(MetricsRelay), Local(LabProcesses.MetricsPort), _time, _log));
        foreach (var node in network.Nodes)
        {
            Keep(RelayServer.IntoNamespace(
                _inside.RelaySocket(AgentMetricsRelay(node.Name)), network.Namespaces, node.Namespace, Local(LabProcesses.AgentMetricsPort), _time, _log));
            Keep(await RelayServer.FromNamespaceAsync(network.Namespaces, node.Namespace, node.Address, LabProcesses.LinkPort, Local(LabProcesses.LinkPort), _time, _log));
        }

        foreach (var account in new[] { ProjectedTokens.Agent, ProjectedTokens.Operator })
        {
            await api.ApplyAsync(
                new JsonObject
                {
                    ["apiVersion"] = "v1",
                    ["kind"] = "ServiceAccount",
                    ["metadata"] = new JsonObject { ["name"] = account, ["namespace"] = LabProcesses.OperatorNamespace },
                },
                "plumbline-lab", stop);
        }

        var tokens = new ProjectedTokens(client, Paths, [.. network.Nodes.Select(n => n.Name)], _time, _log);
        await tokens.WriteAllAsync(stop);
        Run([tokens.KeepFreshAsync]);
        await Processes.Operator.StartAsync(stop);
        foreach (var agent in Processes.Agents)
        {
            await agent.StartAsync(stop);
        }
    }

    private KubernetesClient Client(Random random)
    {
        var configuration = ApiConnection.BuildConfigFromConfigFile(_time, Paths.InnerKubeconfig) with { UseProxy = false };
        return new KubernetesClient(configuration, new KindContracts(PlumblineJson.Default), _time, random);
    }

    private static List<DnsHost> Hosts(PlacedEstate estate) => [.. estate.Hosts.Select(h => new DnsHost(h.Key, [h.Value]))];

    private static IEnumerable<JsonObject> CustomResources() =>
        LabFiles.Names(LabFiles.CrdsResource).SelectMany(n => Plumbline.Import.Files.YamlReader.Documents(LabFiles.Text(n), []))
            .Select(Plumbline.Import.Files.YamlReader.ToJson).OfType<JsonObject>();

    private static IPEndPoint Local(int port) => new(IPAddress.Loopback, port);

    private T Keep<T>(T made)
        where T : IAsyncDisposable
    {
        _made.Add(made);
        return made;
    }

    /// <summary>Waits for a step that another part takes, and not for ever when that part has ended.</summary>
    private async Task WithinAsync(Task step, CancellationToken stop)
    {
        if (await Task.WhenAny(step, _broken.Task).WaitAsync(stop) == _broken.Task)
        {
            throw new InvalidOperationException((await _broken.Task).Message, await _broken.Task);
        }
    }

    private void Run(IEnumerable<Func<CancellationToken, Task>> parts) => _running.AddRange(parts.Select(p => Task.Run(() => RunAsync(p))));

    private async Task RunAsync(Func<CancellationToken, Task> part)
    {
        try
        {
            await part(_stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Taken down.
        }
#pragma warning disable CA1031 // whatever it is, the lab without this part would lie: it is reported and ends the run
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.PartEnded(_log, e);
            _broken.TrySetResult(e);
        }
    }
}
