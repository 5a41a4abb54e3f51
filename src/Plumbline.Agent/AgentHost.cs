using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Plumbline.Agent.Delivery;
using Plumbline.Agent.Link;
using Plumbline.Agent.Metrics;
using Plumbline.Agent.PodNetwork;
using Plumbline.Metrics;
using Plumbline.Probing;
using Plumbline.Probing.Namespaces;

namespace Plumbline.Agent;

/// <summary>Puts the agent together and runs it.</summary>
public static class AgentHost
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int BadOptions = 2;

    /// <returns>0 after an orderly stop, 1 when the agent cannot run here, 2 when an option is wrong; the log says why.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "the last line of defence: whatever ends the agent is logged and becomes an exit code")]
    public static async Task<int> RunAsync(AgentOptions options, ILoggerFactory loggers, TimeProvider clock, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        ArgumentNullException.ThrowIfNull(clock);
        var log = loggers.CreateLogger("Plumbline.Agent");
        if (Check(options) is { } wrong)
        {
            Log.CannotRun(log, wrong);
            return BadOptions;
        }

        try
        {
            await RunAsync(options, loggers, log, clock, cancellation);
            Log.Stopped(log);
            return Ok;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Log.Stopped(log);
            return Ok;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            Log.CannotRun(log, e.Message);
            return Failed;
        }
        catch (Exception e)
        {
            Log.Defect(log, e);
            return Failed;
        }
    }

    private static async Task RunAsync(AgentOptions options, ILoggerFactory loggers, ILogger log, TimeProvider system, CancellationToken cancellation)
    {
        var clock = new SteadyClock(system);
        Log.Starting(log, options.Version, options.NodeName, options.OperatorUri);
        using var engine = new ProbeEngine(
            new ProbeEngineOptions
            {
                MaxConcurrency = options.MaxConcurrency,
                ContinueOnEngineThread = true,
                ResolvConfPath = options.ResolvConfPath,
                CloseWithReset = options.CloseWithReset,
                AllowedTargets = options.AllowTargets,
                RefusedTargets = options.RefuseTargets,
            },
            clock);
        using var networks = new PodNetworks(
            new NamespaceIndex(options.NetnsDirectory, engine.ReadAddressesAsync),
            new ProcessNamespaces(options.ProcDirectory),
            options.NodeNamespacePath is { Length: > 0 } path ? new NetworkNamespace(path, null) : NetworkNamespace.Own,
            clock);
        using var metrics = new AgentMetrics();
        var ledger = new ReportLedger(new ReportLedgerOptions { AggregateInterval = options.AggregateInterval }, clock);

        // Agents that start together must not probe together, so each has a seed of its own.
        using var agent = new NodeAgent(options, networks, engine, ledger, metrics, clock, new Random(RandomNumberGenerator.GetInt32(int.MaxValue)), log);
        metrics.ObserveState();
        using var processMetrics = new ProcessMetrics();
        using var exposition = new PrometheusExposition(
            new PrometheusExpositionOptions { ListensTo = meter => meter == metrics.Meter || meter == processMetrics.Meter, Process = true }, loggers.CreateLogger<PrometheusExposition>());
        using var export = options.ExportMetrics?.Invoke([]);
        await using var server = await ListenAsync(options, exposition, () => networks.Obstacle ?? (agent.HasPlan ? null : "no plan from the operator yet"), loggers, cancellation);
        var link = new OperatorLink(
            options, new LinkDialer(options), agent, ledger, metrics, clock, new Random(RandomNumberGenerator.GetInt32(int.MaxValue)), loggers.CreateLogger<OperatorLink>());

        // The first time when what is compiled at run time has settled; later because a lost link or a scrape brings back what they alone need.
        await using var thrift = system.CreateTimer(_ => StartupPages.GiveBack(), null, TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(5));

        // Either of the two ending by itself is a defect; it must not leave half an agent.
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = new[] { agent.RunAsync(both.Token), link.RunAsync(both.Token) };
        await Task.WhenAny(running);
        await both.CancelAsync();
        await Task.WhenAll(running);
    }

    private static async Task<MetricsServer?> ListenAsync(
        AgentOptions options, PrometheusExposition exposition, Func<string?> notReady, ILoggerFactory loggers, CancellationToken cancellation)
    {
        if (options.MetricsListen.Length == 0)
            return null;
        var server = new MetricsServer(IPEndPoint.Parse(options.MetricsListen), exposition, notReady, loggers);
        await server.StartAsync(cancellation);
        return server;
    }

    private static string? Check(AgentOptions options) => options switch
    {
        { OperatorUri: { IsAbsoluteUri: false } or { Scheme: not "wss" } } =>
            $"operator address '{options.OperatorUri}': expected wss://host:port; without TLS the agent sends no token and takes no plan",
        { SystemTrust: false, CaFile: null or "" } =>
            "who may be the operator is not said: give its certificates or their authority (--ca-file), or --system-trust for any authority that the system trusts",
        { SystemTrust: true, CaFile.Length: > 0 } => "--ca-file and --system-trust exclude each other",
        { NodeName.Length: 0 } => "the node's name is missing",
        { TokenFile.Length: 0 } => "the token file is missing",
        { MaxConcurrency: < 1 or > 10_000 } => $"max concurrency {options.MaxConcurrency}: expected 1 to 10000",
        { MetricsListen: { Length: > 0 } listen } when !IPEndPoint.TryParse(listen, out _) => $"metrics address '{listen}': expected address:port, such as [::]:9090",
        _ => null,
    };
}
