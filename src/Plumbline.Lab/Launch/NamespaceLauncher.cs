using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Plumbline.Lab.Launch;

/// <summary>A way from the machine into the lab: 127.0.0.1:<paramref name="Port"/> to the unix socket of that name in the run directory.</summary>
/// <param name="Name">Letters, digits and dashes; the inner process listens on <see cref="InsideNamespaces.RelaySocket"/> of it.</param>
/// <param name="Port">0: any free one.</param>
public sealed record LoopbackRelay(string Name, int Port);

/// <summary>What to run inside the namespaces.</summary>
public sealed record LaunchRequest
{
    /// <summary>Arguments of the inner process.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The program and the first arguments of it. Default: this program itself.</summary>
    public IReadOnlyList<string> Command { get; init; } = NamespaceLauncher.ThisProgram;

    /// <summary>Added to the inner process's environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<LoopbackRelay> Relays { get; init; } = [];

    /// <summary>Null: <see cref="Launch.StateDirectory.DefaultPath"/>.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>How long an orderly end may take before the inner process is made to die. Default: 20 s.</summary>
    public TimeSpan StopLimit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Receives what the inner process prints, line by line. Default: it prints where this process does.</summary>
    public Action<string>? Output { get; init; }
}

/// <summary>How a launch ended.</summary>
public abstract record LaunchOutcome
{
    private LaunchOutcome()
    {
    }

    /// <summary>The inner process ran.</summary>
    /// <param name="Code">Its exit code. Where a signal killed it: 128 + n, or 1 with an unshare (util-linux 2.38) that cannot pass SIGKILL on.</param>
    public sealed record Exited(int Code) : LaunchOutcome;

    /// <summary>Another lab of this user is running.</summary>
    /// <param name="Pid">Its outer process; null: unknown.</param>
    public sealed record AlreadyRunning(int? Pid) : LaunchOutcome;

    /// <summary>Nothing was started.</summary>
    /// <param name="Problems">Each a sentence that says what is wrong and what to do.</param>
    public sealed record NotPossible(IReadOnlyList<string> Problems) : LaunchOutcome;
}

/// <summary>
/// Runs a program inside new mount, process and network namespaces (and a user namespace, for ordinary users):
/// <code>
///   this process ── setsid ─▶ unshare ── fork ─▶ inner process (process 1)
///        │  control pipe: 's' = stop, end of file = die        ▲
///        └──────────────────────────────────────────────────────┘
/// </code>
/// Whoever is killed, the others end: end of file tells the inner process of this one's death, the kernel kills it with unshare and
/// everything else with it.
/// </summary>
public static class NamespaceLauncher
{
    /// <summary>How to start this very program again, by its host or by <c>dotnet</c>.</summary>
    public static IReadOnlyList<string> ThisProgram
    {
        get
        {
            var host = System.Environment.ProcessPath ?? throw new InvalidOperationException("the path of this program is unknown");
            return Path.GetFileNameWithoutExtension(host) == "dotnet" ? [host, System.Environment.GetCommandLineArgs()[0]] : [host];
        }
    }

    /// <summary>
    /// Checks the machine, claims the state directory, runs the inner process to its end and cleans up. The first Ctrl-C, SIGTERM or cancellation asks it to
    /// stop; the second Ctrl-C, or <see cref="LaunchRequest.StopLimit"/>, makes it die.
    /// </summary>
    public static async Task<LaunchOutcome> RunAsync(LaunchRequest request, TextWriter messages, TimeProvider time, ILogger log, CancellationToken cancellation)
    {
        switch (await Preflight.CheckAsync(messages, cancellation))
        {
            case Readiness.NotReady no:
                return new LaunchOutcome.NotPossible(no.Problems);
            case Readiness.Ready ready:
                switch (await StateDirectory.ClaimAsync(request.StateDirectory, time, cancellation))
                {
                    case ClaimOutcome.Busy busy:
                        return new LaunchOutcome.AlreadyRunning(busy.Pid);
                    case ClaimOutcome.Refused refused:
                        return new LaunchOutcome.NotPossible([refused.Reason]);
                    case ClaimOutcome.Claimed claimed:
                        // Disposed after the directory: a Ctrl-C during the cleaning up must not leave half of it.
                        using (var signals = new StopSignals())
                        using (claimed.Directory)
                        {
                            return await RunClaimedAsync(request, ready.Unshare, claimed.Directory, signals, time, log, cancellation);
                        }
                }

                break;
        }

        throw new UnreachableException();
    }

    private static async Task<LaunchOutcome> RunClaimedAsync(
        LaunchRequest request, IReadOnlyList<string> unshare, StateDirectory state, StopSignals signals,
        TimeProvider time, ILogger log, CancellationToken cancellation)
    {
        var relays = new Dictionary<string, RelayServer>();
        try
        {
            foreach (var relay in request.Relays)
            {
                try
                {
                    var socket = new UnixDomainSocketEndPoint(InsideNamespaces.SocketPath(state.RunPath, relay.Name));
                    relays.Add(relay.Name, RelayServer.FromLoopback(relay.Port, socket, time, log));
                }
                catch (ArgumentOutOfRangeException)
                {
                    return new LaunchOutcome.NotPossible([$"state directory {state.Path}: its path is too long for a socket in it (108 bytes with the name); choose a shorter one."]);
                }
                catch (SocketException e)
                {
                    return new LaunchOutcome.NotPossible([$"127.0.0.1:{relay.Port} for {relay.Name} cannot be opened ({e.Message}): choose another port, or end what uses it."]);
                }
            }

            var start = InnerProcess(request, unshare, state, relays);
            using var process = Process.Start(start)!;
            return new LaunchOutcome.Exited(await WatchAsync(process, request, signals, time, cancellation));
        }
        finally
        {
            foreach (var relay in relays.Values)
            {
                await relay.DisposeAsync();
            }
        }
    }

    private static ProcessStartInfo InnerProcess(
        LaunchRequest request, IReadOnlyList<string> unshare, StateDirectory state, Dictionary<string, RelayServer> relays)
    {
        // A session of its own: the terminal's Ctrl-C comes to this process only, which passes it on once.
        var start = new ProcessStartInfo(Tool.PathOf("setsid"), [.. unshare, .. request.Command, .. request.Arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = request.Output is not null,
            RedirectStandardError = request.Output is not null,
        };
        start.Environment[InsideNamespaces.RunVariable] = state.RunPath;
        start.Environment[InsideNamespaces.StateVariable] = state.Path;
        start.Environment[InsideNamespaces.PortsVariable] =
            InsideNamespaces.FormatPorts(relays.Select(r => KeyValuePair.Create(r.Key, ((IPEndPoint)r.Value.LocalEndPoint).Port)));

        // Its sockets in /tmp would outlive a kill -9, of the inner process and of every process that it starts.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        foreach (var (name, value) in request.Environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static async Task<int> WatchAsync(Process process, LaunchRequest request, StopSignals signals, TimeProvider time, CancellationToken cancellation)
    {
        var control = process.StandardInput.BaseStream;
        using var over = new CancellationTokenSource();
        var stops = 0;

        void Stop()
        {
            if (Interlocked.Increment(ref stops) == 1)
            {
                Say(control, InsideNamespaces.StopRequest);
                _ = DieAfterLimitAsync();
            }
            else
            {
                Hush(control);
            }
        }

        async Task DieAfterLimitAsync()
        {
            try
            {
                await Task.Delay(request.StopLimit, time, over.Token);
                Hush(control);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                // It ended in time.
            }
        }

        signals.Handle(Stop);
        await using var cancelled = cancellation.Register(Stop);
        if (request.Output is { } output)
        {
            process.OutputDataReceived += (_, line) => output(line.Data ?? "");
            process.ErrorDataReceived += (_, line) => output(line.Data ?? "");
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        await process.WaitForExitAsync(CancellationToken.None);
        await over.CancelAsync();
        return process.ExitCode;
    }

    private static void Say(Stream control, byte word)
    {
        try
        {
            control.WriteByte(word);
            control.Flush();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It is ending already.
        }
    }

    /// <summary>End of file: the inner process dies at once.</summary>
    private static void Hush(Stream control)
    {
        try
        {
            control.Dispose();
        }
        catch (IOException)
        {
            // It is gone already.
        }
    }
}
