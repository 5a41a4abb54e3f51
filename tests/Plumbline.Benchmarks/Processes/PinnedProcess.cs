using System.Diagnostics;
using System.Text;

namespace Plumbline.Benchmarks.Processes;

/// <summary>A child process on one CPU. taskset becomes the program, so the process id and its CPU clock are the program's own.</summary>
internal sealed class PinnedProcess : IAsyncDisposable
{
    private static readonly Dictionary<string, string> NoEnvironment = [];
    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly string _program;

    private PinnedProcess(Process process, string program)
    {
        (_process, _program) = (process, program);
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                if (line.Data is not null && _errors.Length < 4000)
                    _errors.AppendLine(line.Data);
            }
        };
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public static PinnedProcess Start(int cpu, string program, params IEnumerable<string> arguments) => Start(cpu, NoEnvironment, program, arguments);

    public static PinnedProcess Start(int cpu, IReadOnlyDictionary<string, string> environment, string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("taskset", ["-c", cpu.ToString(), program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new PinnedProcess(Process.Start(start)!, Path.GetFileName(program));
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it printed.</returns>
    /// <exception cref="BenchmarkException">It ended with an error.</exception>
    public static async Task<string> RunAsync(int cpu, string program, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        await using var run = Start(cpu, program, arguments);
        run._process.StandardInput.Close();
        var output = await run._process.StandardOutput.ReadToEndAsync(cancellation);
        await run._process.WaitForExitAsync(cancellation);
        return run._process.ExitCode == 0 ? output : throw run.Broken($"ended with {run._process.ExitCode}");
    }

    public async Task<string> ReadLineAsync(CancellationToken cancellation) =>
        await _process.StandardOutput.ReadLineAsync(cancellation) ?? throw Broken("ended before its time");

    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Nobody reads what it prints; without this a talkative program would block.</summary>
    public void DropOutput() => _process.BeginOutputReadLine();

    public BenchmarkException Broken(string how)
    {
        lock (_errors)
            return new BenchmarkException($"{_program} {how}{(_errors.Length > 0 ? $": {_errors.ToString().Trim()}" : "")}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}

/// <summary>A row cannot be measured here, for a reason worth printing.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
