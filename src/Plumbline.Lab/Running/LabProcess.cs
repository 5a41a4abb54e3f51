using System.Diagnostics;
using System.Globalization;
using Plumbline.Lab.Launch;
using Plumbline.Lab.Network;

namespace Plumbline.Lab.Running;

internal enum ProcessState
{
    /// <summary>It runs.</summary>
    Running,

    /// <summary>It died by itself or was killed, and is started again in a moment.</summary>
    Restarting,

    /// <summary>It was stopped, and stays so until it is started.</summary>
    Stopped,
}

/// <summary>
/// One production process of the lab, kept running as a kubelet would:
/// <code>
///              dies              1 s
///   Running ─────────▶ Restarting ──▶ Running
///      │ stop                           ▲
///      └─────────▶ Stopped ─────────────┘ start
/// </code>
/// </summary>
internal sealed class LabProcess : IAsyncDisposable
{
    private const int Kill = 9;
    private const int Terminate = 15;

    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(8);

    private readonly Func<ProcessStartInfo> _command;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _disposing = new();
    private readonly Lock _lock = new();
    private Process? _process;
    private Task _watching = Task.CompletedTask;
    private CancellationTokenSource _wanted = new();

    /// <param name="command">Made anew for each start.</param>
    public LabProcess(string name, string logFile, Func<ProcessStartInfo> command, TimeProvider time)
    {
        Name = name;
        LogFile = logFile;
        _command = command;
        _time = time;
        _wanted.Cancel();
    }

    public string Name { get; }

    /// <summary>What it printed, over all its starts.</summary>
    public string LogFile { get; }

    /// <summary>How often it died unasked.</summary>
    public int Restarts { get; private set; }

    public ProcessState State
    {
        get
        {
            lock (_lock)
            {
                return _wanted.IsCancellationRequested ? ProcessState.Stopped : _process is null ? ProcessState.Restarting : ProcessState.Running;
            }
        }
    }

    public int? Pid
    {
        get
        {
            lock (_lock)
            {
                return _process?.Id;
            }
        }
    }

    public async Task StartAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (State == ProcessState.Stopped)
            {
                await _watching;
                lock (_lock)
                {
                    _wanted = CancellationTokenSource.CreateLinkedTokenSource(_disposing.Token);
                }

                var first = Launch();
                _watching = Task.Run(() => KeepRunningAsync(first, _wanted.Token), CancellationToken.None);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Asks it to end, and kills it where that takes too long.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            lock (_lock)
            {
                _wanted.Cancel();
            }

            Signal(Terminate);
            using var limit = new CancellationTokenSource(StopLimit, _time);
            await using var late = limit.Token.Register(() => Signal(Kill));
            await _watching;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>kill -9: it is started again in a moment.</summary>
    public void KillNow() => Signal(Kill);

    /// <summary>The last lines of its log.</summary>
    public IReadOnlyList<string> LastLines(int count) => File.Exists(LogFile) ? [.. File.ReadLines(LogFile).TakeLast(count)] : [];

    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        await StopAsync(CancellationToken.None);
    }

    private void Signal(int signal)
    {
        lock (_lock)
        {
            if (_process is { } process)
            {
                _ = Libc.kill(process.Id, signal);
            }
        }
    }

    private async Task KeepRunningAsync(Process first, CancellationToken wanted)
    {
        for (var process = first; ; process = Launch())
        {
            await process.WaitForExitAsync(CancellationToken.None);
            int code;
            lock (_lock)
            {
                code = process.ExitCode;
                _process = null;
            }

            process.Dispose();
            if (wanted.IsCancellationRequested)
            {
                return;
            }

            Restarts++;
            Note(string.Create(CultureInfo.InvariantCulture, $"--- ended with status {code}; starting it again"));
            try
            {
                await Task.Delay(RestartDelay, _time, wanted);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private Process Launch()
    {
        var command = _command();

        // The shell becomes the program (exec), writing straight to the file: no pipe that could fill up, no process in between.
        var start = new ProcessStartInfo(
            Tool.PathOf("sh"), ["-c", "exec \"$@\" </dev/null >>\"$0\" 2>&1", LogFile, command.FileName, .. command.ArgumentList]);
        foreach (var name in start.Environment.Keys.Where(IsProxy).ToList())
        {
            start.Environment.Remove(name);
        }

        // Two cores carry all of the lab: one heap a process, and the quick compiler's code is good enough.
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        var process = Process.Start(start)!;
        lock (_lock)
        {
            _process = process;
        }

        return process;
    }

    /// <summary>A proxy of the machine is of no use in a network without a way out.</summary>
    private static bool IsProxy(string variable) => variable.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase);

    private void Note(string line)
    {
        try
        {
            File.AppendAllText(LogFile, line + "\n");
        }
        catch (IOException)
        {
            // The lab is being taken down.
        }
    }
}
