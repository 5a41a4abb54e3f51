using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Plumbline.Api;
using Plumbline.Core.Loop;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Connection;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Kubernetes.Events;
using Plumbline.Kubernetes.Leadership;
using Plumbline.Metrics;
using Plumbline.Operator.Cluster;
using Plumbline.Operator.Dispatch;
using Plumbline.Operator.Dispatch.Identity;
using Plumbline.Operator.Publishing;
using Plumbline.Operator.Publishing.Status;
using Plumbline.Operator.Running;

namespace Plumbline.Operator;

/// <summary>The operator as services of a generic host, in the order of the flow: cluster → loop → agents and publishing.</summary>
public static class OperatorServices
{
    /// <summary>
    /// Adds the operator, which runs while the host does. The host is a web application that serves <see cref="OperatorApplication.UsePlumblineOperator"/>.
    /// What is there already is kept: <see cref="OperatorOptions"/> (else read from the host's configuration, <see cref="OperatorConfiguration"/>),
    /// <see cref="TimeProvider"/>, <see cref="IKubernetesClient"/>.
    /// </summary>
    public static IServiceCollection AddPlumblineOperator(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(s => OperatorConfiguration.Read(s.GetRequiredService<IConfiguration>()) switch
        {
            OperatorConfiguration.Valid valid => valid.Options,
            OperatorConfiguration.Invalid invalid => throw new OptionsValidationException(OperatorConfiguration.Section, typeof(OperatorOptions), invalid.Problems),
            var other => throw new InvalidOperationException($"unknown outcome {other}"),
        });
        AddCluster(services);
        AddLoop(services);
        AddLink(services);
        AddLeadership(services);
        services.AddSingleton(s => new OperatorMetrics(
            s.GetRequiredService<OperatorOptions>(), s.GetRequiredService<LoopRunner>(), s.GetRequiredService<Leadership>(), s.GetRequiredService<Publisher>(), s.GetRequiredService<ILinkCertificate>(), s.GetRequiredService<ILogger<PrometheusExposition>>()));
        services.AddSingleton(s => new OperatorEndpoints(
            s.GetRequiredService<OperatorOptions>(), s.GetRequiredService<AgentHub>(), s.GetRequiredService<OperatorMetrics>(), s.GetRequiredService<ClusterWatcher>(), s.GetRequiredService<ILinkCertificate>(), s.GetRequiredService<LoopRunner>()));
        services.AddOptions<KestrelServerOptions>().Configure<OperatorOptions, IServiceProvider>(OperatorEndpoints.Listen);

        // The parts take the time that they need before the server stops; connections that are left then are cut.
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);
        services.AddSingleton<OperatorService>();
        services.AddHostedService(s => s.GetRequiredService<OperatorService>());
        return services;
    }

    private static void AddCluster(IServiceCollection services)
    {
        services.TryAddSingleton(s => ApiConnection.BuildDefaultConfig(s.GetRequiredService<TimeProvider>(), s.GetRequiredService<OperatorOptions>().Kubeconfig));
        services.TryAddSingleton<IKubernetesClient>(s => new KubernetesClient(
            s.GetRequiredService<ApiConnection>(),
            new KindContracts(UsedFields.Table, PlumblineJson.Default),
            s.GetRequiredService<TimeProvider>(),
            NewRandom(),
            logger: s.GetRequiredService<ILogger<KubernetesClient>>()));
        services.AddSingleton<ConditionTimes>();
        services.AddSingleton(s => new ClusterWatcher(
            s.GetRequiredService<IKubernetesClient>(),
            s.GetRequiredService<LoopInbox>().Post,
            s.GetRequiredService<ConditionTimes>(),
            s.GetRequiredService<TimeProvider>(),
            NewRandom(),
            s.GetRequiredService<ILoggerFactory>()));
    }

    private static void AddLoop(IServiceCollection services)
    {
        services.AddSingleton<LoopInbox>();
        services.AddSingleton<LoopMetrics>();
        services.AddSingleton(s => new LoopRunner(
            new ControlLoop(OwnResolver.Fill(s.GetRequiredService<OperatorOptions>().Loop)),
            s.GetRequiredService<LoopInbox>(),
            s.GetRequiredService<Publisher>().CarryOut,
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<LoopRunner>>(),
            s.GetRequiredService<LoopMetrics>()));
        services.AddSingleton(s => new EventRecorder(
            s.GetRequiredService<IKubernetesClient>(),
            new EventRecorderOptions { ReportingController = $"{V1Alpha1Api.Group}/operator", ReportingInstance = s.GetRequiredService<OperatorOptions>().Identity },
            s.GetRequiredService<TimeProvider>(),
            NewRandom(),
            s.GetRequiredService<ILogger<EventRecorder>>()));
        services.AddSingleton(s => new Publisher(
            s.GetRequiredService<IKubernetesClient>(),
            s.GetRequiredService<AgentHub>(),
            s.GetRequiredService<EventRecorder>(),
            s.GetRequiredService<ConditionTimes>(),
            // Asked when something is written: the elector tells the publisher, too, so neither can be made with the other.
            () => s.GetRequiredService<LeaderElector>().HoldsLease,
            s.GetRequiredService<TimeProvider>(),
            NewRandom(),
            s.GetRequiredService<ILogger<Publisher>>()));
    }

    private static void AddLink(IServiceCollection services)
    {
        services.AddSingleton<IAgentAuthenticator>(s =>
        {
            var options = s.GetRequiredService<OperatorOptions>();
            return new TokenReviewAuthenticator(s.GetRequiredService<IKubernetesClient>(), $"system:serviceaccount:{options.Namespace}:{options.AgentServiceAccount}");
        });
        services.AddSingleton(s => new AgentHub(
            s.GetRequiredService<IAgentAuthenticator>(), s.GetRequiredService<Leadership>(), s.GetRequiredService<LoopInbox>().Post, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<AgentHub>>()));
        services.AddSingleton(Certificate);
    }

    private static void AddLeadership(IServiceCollection services)
    {
        services.AddSingleton<Leadership>();
        services.AddSingleton<LeadershipObserver>();
        services.AddSingleton(s =>
        {
            var options = s.GetRequiredService<OperatorOptions>();
            var observer = s.GetRequiredService<LeadershipObserver>();
            return new LeaderElector(
                s.GetRequiredService<IKubernetesClient>(),
                new LeaderElectionOptions { Namespace = options.Namespace, Name = Leadership.LeaseName, Identity = Leadership.IdentityOf(options.Identity, options.LinkAddress) },
                (state, _) =>
                {
                    observer.Changed(state);
                    return ValueTask.CompletedTask;
                },
                s.GetRequiredService<TimeProvider>(),
                NewRandom(),
                s.GetRequiredService<ILogger<LeaderElector>>());
        });
    }

    private static ILinkCertificate Certificate(IServiceProvider services)
    {
        var options = services.GetRequiredService<OperatorOptions>();
        if (options is { LinkCertificateFile: { } file, LinkKeyFile: { } key })
        {
            var files = new FileCertificate(file, key, services.GetRequiredService<ILogger<FileCertificate>>());

            // Now rather than at the first agent: the operator does not start with a certificate that cannot be read.
            _ = files.Get();
            return files;
        }

        var leadership = services.GetRequiredService<Leadership>();
        var identity = new LinkIdentityOptions
        {
            Replica = options.Replica,
            Namespace = options.Namespace,
            Names = options.LinkNames.Count > 0 ? options.LinkNames : LinkIdentityOptions.NamesOf("plumbline-operator", options.Namespace, options.Loop.ClusterDomain),
            Directory = options.LinkDirectory,
        };
        return new LinkIdentity(
            identity, services.GetRequiredService<IKubernetesClient>(), () => leadership.IsLeader, services.GetRequiredService<TimeProvider>(), NewRandom(), services.GetRequiredService<ILogger<LinkIdentity>>());
    }

    // Jitter only: each part draws from its own, since Random is not safe to share.
    private static Random NewRandom() => new(System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue));
}
