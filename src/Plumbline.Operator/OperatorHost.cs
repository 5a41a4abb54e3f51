using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Plumbline.Api;
using Plumbline.Core.Loop;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Connection;
using Plumbline.Kubernetes.Events;
using Plumbline.Kubernetes.Leadership;
using Plumbline.Link;
using Plumbline.Metrics;
using Plumbline.Operator.Cluster;
using Plumbline.Operator.Dispatch;
using Plumbline.Operator.Dispatch.Identity;
using Plumbline.Operator.Publishing;
using Plumbline.Operator.Publishing.Metrics;
using Plumbline.Operator.Publishing.Status;
using Plumbline.Operator.Running;

namespace Plumbline.Operator;

/// <summary>The operator, put together in the order of the flow: cluster → loop → agents and publishing.</summary>
public static class OperatorHost
{
    /// <returns>0 after an orderly stop, 1 when the operator could not start or a part of it ended.</returns>
    public static async Task<int> RunAsync(OperatorOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken stop)
    {
        var logger = loggers.CreateLogger(typeof(OperatorHost).FullName!);
        KubernetesClientConfiguration configuration;
        try
        {
            configuration = KubernetesClientConfiguration.BuildDefaultConfig(time, options.Kubeconfig);
        }
        catch (KubernetesConfigurationException e)
        {
            Log.CannotStart(logger, e.Message);
            return 1;
        }

        var entities = EntityRegistry.WithBuiltInKinds()
            .Add(PlumblineJson.Default.V1Alpha1Component)
            .Add(PlumblineJson.Default.V1Alpha1ConnectionMap)
            .Add(PlumblineJson.Default.V1Alpha1Connection);
        using var client = new KubernetesClient(configuration, entities, time, NewRandom(), logger: loggers.CreateLogger<KubernetesClient>());
        Log.Starting(logger, options.Version, options.Identity, configuration.Server, configuration.Source);
        return await RunAsync(options, client, loggers, time, stop);
    }

    public static async Task<int> RunAsync(OperatorOptions options, IKubernetesClient client, ILoggerFactory loggers, TimeProvider time, CancellationToken stop)
    {
        var logger = loggers.CreateLogger(typeof(OperatorHost).FullName!);
        var leadership = new Leadership();
        var conditions = new ConditionTimes();
        var parts = new Parts();

        var watcher = new ClusterWatcher(client, e => parts.Runner!.Post(e), conditions, time, NewRandom(), loggers);
        var authenticator = new TokenReviewAuthenticator(client, $"system:serviceaccount:{options.Namespace}:{options.AgentServiceAccount}");
        var hub = new AgentHub(authenticator, leadership, e => parts.Runner!.Post(e), time, loggers.CreateLogger<AgentHub>());
        var events = new EventRecorder(
            client,
            new EventRecorderOptions { ReportingController = $"{V1Alpha1Api.Group}/operator", ReportingInstance = options.Identity },
            time,
            NewRandom(),
            loggers.CreateLogger<EventRecorder>());
        using var publisher = new Publisher(client, hub, events, conditions, () => parts.Elector!.HoldsLease, time, NewRandom(), loggers.CreateLogger<Publisher>());
        using var loopMetrics = new LoopMetrics();
        var runner = parts.Runner = new LoopRunner(new ControlLoop(options.Loop), publisher.CarryOut, time, loggers.CreateLogger<LoopRunner>(), loopMetrics);
        var elector = parts.Elector = new LeaderElector(
            client,
            new LeaderElectionOptions { Namespace = options.Namespace, Name = Leadership.LeaseName, Identity = Leadership.IdentityOf(options.Identity, options.LinkAddress) },
            (state, _) =>
            {
                Lead(state);
                return ValueTask.CompletedTask;
            },
            time,
            NewRandom(),
            loggers.CreateLogger<LeaderElector>());

        using var processMetrics = new ProcessMetrics();
        IMetricFamilySource[] families =
            [new VerdictMetrics(() => runner.View, () => leadership.IsLeader, () => publisher.QueueDepth, options.Version), new ConnectionDetailMetrics(() => runner.View)];
        using var metrics = new PrometheusExposition(meter => meter.Name.StartsWith("Plumbline.", StringComparison.Ordinal), families);
        using var export = options.ExportMetrics?.Invoke(families);
        ILinkCertificate certificate;
        WebApplication? built = null;
        try
        {
            certificate = Certificate(options, client, () => leadership.IsLeader, time, loggers);
            built = BuildWeb(options, certificate, hub, metrics, watcher, loggers);
            await built.StartAsync(stop);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or System.Net.Sockets.SocketException)
        {
            if (built is not null)
            {
                await built.DisposeAsync();
            }

            Log.CannotStart(logger, e.Message);
            return 1;
        }

        await using var web = built;
        using var linkMetrics = new LinkMetrics(certificate);
        return await RunParts(
            logger,
            stop,
            ("loop", runner.RunAsync),
            ("cluster watches", watcher.RunAsync),
            ("writes", publisher.RunAsync),
            ("events", events.RunAsync),
            ("link identity", cancellation => certificate is LinkIdentity own ? own.RunAsync(cancellation) : Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation)),
            ("leader election", elector.RunAsync));

        void Lead(LeadershipState state)
        {
            leadership.Set(state);
            runner.Post(new LoopEvent.LeadershipChanged(leadership.IsLeader));
            if (!leadership.IsLeader)
            {
                publisher.Clear();
                conditions.Follow();
                hub.DropAll();
            }
        }
    }

    /// <summary>Runs all parts until told to stop; a part that ends by itself stops the others, so that a restart begins clean.</summary>
    private static async Task<int> RunParts(ILogger logger, CancellationToken stop, params (string Name, Func<CancellationToken, Task> Run)[] parts)
    {
        using var together = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = parts.Select(p => (p.Name, Task: p.Run(together.Token))).ToList();
        var first = await Task.WhenAny(running.Select(r => r.Task));
        var failed = !stop.IsCancellationRequested;
        if (failed)
        {
            Log.PartEnded(logger, first.Exception, running.First(r => r.Task == first).Name);
        }

        await together.CancelAsync();
        foreach (var (name, task) in running)
        {
            try
            {
                await task;
            }
            catch (OperationCanceledException) when (together.IsCancellationRequested)
            {
                // The orderly way.
            }
            catch (Exception e) when (task != first)
            {
                Log.PartEnded(logger, e, name);
            }
            catch (Exception) when (failed)
            {
                // Said above.
            }
        }

        Log.Stopped(logger);
        return failed ? 1 : 0;
    }

    private static ILinkCertificate Certificate(OperatorOptions options, IKubernetesClient client, Func<bool> leads, TimeProvider time, ILoggerFactory loggers)
    {
        if (options is { LinkCertificateFile: { } file, LinkKeyFile: { } key })
        {
            var files = new FileCertificate(file, key, loggers.CreateLogger<FileCertificate>());
            _ = files.Get();
            return files;
        }

        var identity = new LinkIdentityOptions
        {
            Replica = options.Replica,
            Namespace = options.Namespace,
            Names = options.LinkNames.Count > 0 ? options.LinkNames : LinkIdentityOptions.NamesOf("plumbline-operator", options.Namespace, options.Loop.ClusterDomain),
            Directory = options.LinkDirectory,
        };
        return new LinkIdentity(identity, client, leads, time, NewRandom(), loggers.CreateLogger<LinkIdentity>());
    }

    private static WebApplication BuildWeb(
        OperatorOptions options, ILinkCertificate certificate, AgentHub hub, PrometheusExposition metrics, ClusterWatcher watcher, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [], ApplicationName = "plumbline-operator" });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.MetricsListen);
            kestrel.Listen(options.LinkListen, listen => listen.UseHttps(https => https.ServerCertificateSelector = (_, _) => certificate.Get()));
        });
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(context => (context.Connection.LocalPort == options.LinkListen.Port, context.Request.Path.Value) switch
        {
            (true, LinkProtocol.Path) => hub.HandleAsync(context),
            (false, "/metrics") => Text(context, StatusCodes.Status200OK, metrics.Write(), PrometheusExposition.ContentType),
            (false, "/healthz") => Text(context, StatusCodes.Status200OK, "ok\n"),
            (false, "/readyz") => (watcher.Synced ? certificate.NotReady : "the caches do not have their first lists yet") is { } notReady
                ? Text(context, StatusCodes.Status503ServiceUnavailable, notReady + "\n")
                : Text(context, StatusCodes.Status200OK, "ok\n"),
            _ => Text(context, StatusCodes.Status404NotFound, "not found\n"),
        });
        return app;
    }

    private static Task Text(HttpContext context, int status, string text, string type = "text/plain; charset=utf-8")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    // Jitter only: each part draws from its own, since Random is not safe to share.
    private static Random NewRandom() => new(System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue));

    /// <summary>Parts that refer to each other; all are set before any runs.</summary>
    private sealed class Parts
    {
        public LoopRunner? Runner { get; set; }

        public LeaderElector? Elector { get; set; }
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
