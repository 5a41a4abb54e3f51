using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Plumbline.Api;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Connection;
using Plumbline.Kubernetes.Contracts;
using Plumbline.Link;
using Plumbline.Operator;
using Plumbline.Operator.Running;

namespace Plumbline.Deploy.Tests.Rbac;

/// <summary>One replica of the production operator, in this process.</summary>
internal sealed class OperatorRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly KubernetesClient _client;
    private readonly Task<int> _running;
    private readonly LinesLogger _log = new();
    private readonly int _link = FreePort();
    private readonly int _metrics = FreePort();

    public OperatorRun(string replica, ApiConnection configuration)
    {
        var kinds = new KindContracts(PlumblineJson.Default);
        _client = new KubernetesClient(configuration, kinds, TimeProvider.System, new Random(1));
        var options = new OperatorOptions
        {
            Namespace = ApiUnderTest.Namespace,
            Identity = $"{replica}_{Guid.NewGuid():N}",
            Replica = replica,
            LinkListen = new IPEndPoint(IPAddress.Loopback, _link),
            LinkAddress = $"127.0.0.1:{_link}",
            MetricsListen = new IPEndPoint(IPAddress.Loopback, _metrics),
        };
        _running = OperatorHost.RunAsync(options, _client, LoggerFactory.Create(b => b.AddProvider(_log)), TimeProvider.System, _stop.Token);
    }

    public string Log => string.Join('\n', _log.Lines);

    /// <summary>Requests that it was refused.</summary>
    public IEnumerable<string> Refusals => _log.Lines.Where(l => l.Contains("forbidden", StringComparison.OrdinalIgnoreCase));

    public async Task<bool> LeadsAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        try
        {
            return (await http.GetStringAsync(new Uri($"http://127.0.0.1:{_metrics}/metrics"))).Contains("plumbline_operator_leader 1\n", StringComparison.Ordinal);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Dials as an agent does, so that its token is reviewed.</summary>
    /// <returns>Whether the operator let it in.</returns>
    public async Task<bool> LetInAsync(string token)
    {
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(LinkProtocol.SubProtocol);
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        socket.Options.Proxy = null;
        socket.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            certificate is X509Certificate2 shown && shown.MatchesHostname($"plumbline-operator.{ApiUnderTest.Namespace}.svc");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await socket.ConnectAsync(new Uri($"wss://127.0.0.1:{_link}{LinkProtocol.Path}"), limit.Token);
            return true;
        }
        catch (WebSocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stop.IsCancellationRequested)
        {
            await _stop.CancelAsync();
            await _running;
            _client.Dispose();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class LinesLogger : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
