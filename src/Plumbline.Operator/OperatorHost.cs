using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Connection;

namespace Plumbline.Operator;

/// <summary>The operator as a process of its own.</summary>
public static class OperatorHost
{
    /// <param name="configuration">As <see cref="OperatorConfiguration"/> says.</param>
    /// <param name="complete">Sets what no configuration can say.</param>
    /// <returns>0 after an orderly stop, 1 when the operator could not start or a part of it ended.</returns>
    public static async Task<int> RunAsync(
        IConfiguration configuration, Func<OperatorOptions, OperatorOptions> complete, ILoggerFactory loggers, TimeProvider time, CancellationToken stop)
    {
        switch (OperatorConfiguration.Read(configuration))
        {
            case OperatorConfiguration.Valid valid:
                return await RunAsync(complete(valid.Options), loggers, time, stop);
            case OperatorConfiguration.Invalid invalid:
                Log.CannotStart(Logger(loggers), string.Join("; ", invalid.Problems));
                return 1;
            case var other:
                throw new InvalidOperationException($"unknown outcome {other}");
        }
    }

    public static Task<int> RunAsync(OperatorOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken stop) => RunAsync(options, null, loggers, time, stop);

    /// <param name="client">Null: made as <see cref="OperatorOptions.Kubeconfig"/> says.</param>
    public static async Task<int> RunAsync(OperatorOptions options, IKubernetesClient? client, ILoggerFactory loggers, TimeProvider time, CancellationToken stop)
    {
        var logger = Logger(loggers);
        await using var app = Build(options, client, loggers, time);
        try
        {
            if (client is null)
            {
                var configuration = app.Services.GetRequiredService<ApiConnection>();
                Log.Starting(logger, options.Version, options.Identity, configuration.Server, configuration.Source);
            }

            await app.StartAsync(stop);
        }
        catch (Exception e) when (e is KubernetesConfigurationException or IOException or InvalidOperationException or SocketException)
        {
            Log.CannotStart(logger, e.Message);
            return 1;
        }

        await app.WaitForShutdownAsync(stop);
        return app.Services.GetRequiredService<OperatorService>().Failed ? 1 : 0;
    }

    internal static ILogger Logger(ILoggerFactory loggers) => loggers.CreateLogger(typeof(OperatorHost).FullName!);

    private static WebApplication Build(OperatorOptions options, IKubernetesClient? client, ILoggerFactory loggers, TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [], ApplicationName = "plumbline-operator" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();

        // Instances that the caller owns: the host disposes what it makes itself.
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton(options);
        if (client is not null)
        {
            builder.Services.AddSingleton(client);
        }

        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddPlumblineOperator();
        var app = builder.Build();
        app.UsePlumblineOperator();
        return app;
    }

    /// <summary>Signals are the caller's, who cancels.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
