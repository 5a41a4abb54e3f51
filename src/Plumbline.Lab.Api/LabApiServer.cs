using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Plumbline.Lab.Api.Http;

namespace Plumbline.Lab.Api;

/// <summary>
/// A Kubernetes API server in one process: discovery, lists, watches, applies, tables, tokens and custom resources as kube-apiserver has them, over an
/// in-memory store with a journal. No controllers but garbage collection and the end of namespaces; no admission webhooks; every authenticated user may do everything.
/// </summary>
public sealed class LabApiServer : IAsyncDisposable
{
    private readonly WebApplication _host;
    private readonly ApiCore _core;
    private readonly CancellationTokenSource _stopping;

    private LabApiServer(WebApplication host, ApiCore core, CancellationTokenSource stopping, IReadOnlyList<Uri> urls)
    {
        _host = host;
        _core = core;
        _stopping = stopping;
        Urls = urls;
    }

    /// <summary>The addresses of the TCP endpoints, in the order of the options; a descriptor's is the one it is bound to.</summary>
    public IReadOnlyList<Uri> Urls { get; }

    /// <summary>The first of <see cref="Urls"/>.</summary>
    public Uri Url => Urls[0];

    /// <summary>Starts to serve; returns when all endpoints accept connections.</summary>
    /// <exception cref="InvalidOperationException">The options, the state directory or a certificate cannot be used; the message says which and what to do.</exception>
    /// <exception cref="IOException">An endpoint cannot be bound.</exception>
    public static async Task<LabApiServer> StartAsync(LabApiOptions options, CancellationToken cancellation = default)
    {
        var stopping = new CancellationTokenSource();
        var core = ApiCore.Create(options, stopping.Token);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [], ApplicationName = "plumbline-lab-api" });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(options.LoggerFactory);
        // Ctrl-C belongs to whoever runs this server
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, options));
        var host = builder.Build();
        host.Run(core.Handler.HandleAsync);
        try
        {
            await host.StartAsync(cancellation);
        }
        catch
        {
            await host.DisposeAsync();
            await core.DisposeAsync();
            stopping.Dispose();
            throw;
        }

        core.Start();
        return new LabApiServer(host, core, stopping, Addresses(host));
    }

    /// <summary>Serves until cancelled, for a process of its own.</summary>
    /// <returns>The exit status: 0 after an orderly end, 1 when the server could not start (the reason is on standard error).</returns>
    public static async Task<int> RunAsync(LabApiOptions options, CancellationToken cancellation)
    {
        LabApiServer server;
        try
        {
            server = await StartAsync(options, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception failure) when (failure is InvalidOperationException or IOException or SocketException)
        {
            await Console.Error.WriteLineAsync($"the API server cannot start: {failure.Message}");
            return 1;
        }

        await using (server)
        {
            var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = cancellation.Register(() => end.TrySetResult());
            await end.Task;
        }

        return 0;
    }

    /// <summary>Forgets the history that watches resume from and the pages of unfinished lists, as a compaction of etcd does: both get 410 Gone.</summary>
    public void Compact() => _core.Store.Compact();

    public async ValueTask DisposeAsync()
    {
        // watches never end by themselves: let go of them before waiting for requests to finish
        await _stopping.CancelAsync();
        await _host.StopAsync();
        await _host.DisposeAsync();
        await _core.DisposeAsync();
        _stopping.Dispose();
    }

    private static void Configure(KestrelServerOptions kestrel, LabApiOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 8 * RequestBody.MaxBytes;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
        // a watch may say nothing for minutes, and its reader may be slow
        kestrel.Limits.MinResponseDataRate = null;
        foreach (var endpoint in options.Endpoints)
        {
            switch (endpoint)
            {
                case LabApiEndpoint.Tcp tcp:
                    kestrel.Listen(tcp.Address, listen => UseTls(listen, tcp.Tls, options));
                    break;
                case LabApiEndpoint.Unix unix:
                    File.Delete(unix.Path);
                    kestrel.ListenUnixSocket(unix.Path, listen => UseTls(listen, null, options));
                    break;
                case LabApiEndpoint.Handle handle:
                    kestrel.ListenHandle(handle.Descriptor, listen => UseTls(listen, handle.Tls, options));
                    break;
                default:
                    throw new InvalidOperationException($"unknown endpoint {endpoint}");
            }
        }
    }

    private static void UseTls(ListenOptions listen, TlsFiles? files, LabApiOptions options)
    {
        if (files is null)
        {
            listen.Protocols = HttpProtocols.Http1;
            return;
        }

        var certificates = LoadChain(files);
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.UseHttps(https =>
        {
            https.ServerCertificate = certificates[0];
            https.ServerCertificateChain = certificates;
            if (options.ClientAuthorityFile is { } authorityFile)
            {
                var authorities = new X509Certificate2Collection();
                authorities.ImportFromPemFile(authorityFile);
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.ClientCertificateValidation = (certificate, _, _) => IsIssuedBy(certificate, authorities);
            }
        });
    }

    private static X509Certificate2Collection LoadChain(TlsFiles files)
    {
        try
        {
            using var leaf = X509Certificate2.CreateFromPemFile(files.CertificatePath, files.KeyPath);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(files.CertificatePath);
            chain[0] = X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null);
            return chain;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new InvalidOperationException($"the server certificate {files.CertificatePath} with key {files.KeyPath} cannot be loaded: {failure.Message}", failure);
        }
    }

    private static bool IsIssuedBy(X509Certificate2 certificate, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }

    private static List<Uri> Addresses(WebApplication host) =>
        [.. host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .Where(address => !address.Contains("unix:", StringComparison.Ordinal)).Select(address => Uri.TryCreate(address, UriKind.Absolute, out var url) ? url : null).OfType<Uri>()];

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
