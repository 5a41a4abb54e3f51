using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Plumbline.Agent.Tests.Fixtures;

/// <summary>A whole agent in this process, with its files.</summary>
internal sealed class RunningAgent : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly LogLines _log = new();
    private readonly ILoggerFactory _loggers;
    private Task<int>? _run;

    public RunningAgent(FakeOperator server, string netns = "/no/netns", string token = "the-token")
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("plumbline-agent-");
        File.WriteAllText(TokenFile, token + "\n");
        File.WriteAllText(CaFile, FakeOperator.Authority.ExportCertificatePem());
        _loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(_log));
        Options = new AgentOptions
        {
            OperatorUri = server.Uri,
            TokenFile = TokenFile,
            CaFile = CaFile,
            NodeName = "node-a",
            NetnsDirectory = netns,
            ProcDirectory = "",
            FirstStartWithin = TimeSpan.FromMilliseconds(50),
            AggregateInterval = TimeSpan.FromSeconds(1),
        };
    }

    public DirectoryInfo Directory { get; }

    public AgentOptions Options { get; set; }

    public string TokenFile => Path.Combine(Directory.FullName, "token");

    public string CaFile => Path.Combine(Directory.FullName, "ca.pem");

    public IReadOnlyCollection<string> Log => _log.Lines;

    public RunningAgent Start()
    {
        _run = AgentHost.RunAsync(Options, _loggers, TimeProvider.System, _stop.Token);
        return this;
    }

    /// <summary>Waits until the log has such a line.</summary>
    public async Task SaysAsync(string part)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        while (!Log.Any(line => line.Contains(part, StringComparison.Ordinal)))
        {
            if (deadline.IsCancellationRequested)
                Assert.Fail($"the agent never said '{part}', but:\n{string.Join('\n', Log)}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
        }
    }

    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        return await _run!.WaitAsync(TimeSpan.FromSeconds(20));
    }

    public async ValueTask DisposeAsync()
    {
        if (_run is not null)
            await StopAsync();
        _stop.Dispose();
        _loggers.Dispose();
        Directory.Delete(true);
    }

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyCollection<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
