using System.Globalization;
using System.Runtime.InteropServices;
using Plumbline.Lab.Network;
using Plumbline.Lab.Network.Netlink;

namespace Plumbline.Lab.Launch;

/// <summary>
/// The inner process's side of <see cref="NamespaceLauncher"/>: it is process 1 of the lab's namespaces. When it ends the kernel ends all others and
/// removes every namespace; when the outer process ends, however, it ends at once.
/// </summary>
public sealed class InsideNamespaces : IDisposable
{
    internal const string RunVariable = "PLUMBLINE_LAB_RUN";
    internal const string StateVariable = "PLUMBLINE_LAB_STATE";
    internal const string PortsVariable = "PLUMBLINE_LAB_PORTS";
    internal const byte StopRequest = (byte)'s';

    private readonly CancellationTokenSource _stopping = new();
    private readonly PosixSignalRegistration _terminate;
    private readonly string _state;

    private InsideNamespaces(string run, string state, IReadOnlyDictionary<string, int> ports)
    {
        RunPath = run;
        _state = state;
        RelayPorts = ports;
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            _stopping.Cancel();
        });
    }

    /// <summary>Whether this process was started by <see cref="NamespaceLauncher"/>.</summary>
    public static bool IsInside => Environment.GetEnvironmentVariable(RunVariable) is not null;

    /// <summary>Cancelled by the first Ctrl-C or SIGTERM: shut down in order.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>The directory shared with the outer process; only this user can enter it, and it goes with the lab.</summary>
    public string RunPath { get; }

    /// <summary>The machine's loopback port for each of <see cref="LaunchRequest.Relays"/>, by name.</summary>
    public IReadOnlyDictionary<string, int> RelayPorts { get; }

    /// <summary>Where the outer process's relay of that name expects a listener.</summary>
    public string RelaySocket(string name) => SocketPath(RunPath, name);

    /// <summary>Sets up mounts and loopback and starts to watch the outer process. First thing to call, once.</summary>
    /// <exception cref="InvalidOperationException">This process was not started by the launcher.</exception>
    /// <exception cref="IOException">The kernel refused a call; the message names it.</exception>
    public static InsideNamespaces Enter()
    {
        if (Environment.GetEnvironmentVariable(RunVariable) is not { } run || Environment.GetEnvironmentVariable(StateVariable) is not { } state)
        {
            throw new InvalidOperationException("not inside the lab's namespaces: start through NamespaceLauncher");
        }

        var inside = new InsideNamespaces(run, state, ParsePorts(Environment.GetEnvironmentVariable(PortsVariable) ?? ""));
        inside.WatchOuter(TakeControlPipe());
        PrivateMounts.Enter();
        using var routes = RouteSocket.Open();
        routes.SetUp(routes.IndexOf("lo"));
        return inside;
    }

    public void Dispose()
    {
        _terminate.Dispose();
        _stopping.Dispose();
    }

    internal static string SocketPath(string run, string name) => Path.Combine(run, name + ".sock");

    internal static string FormatPorts(IEnumerable<KeyValuePair<string, int>> ports) =>
        string.Join(' ', ports.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key}={p.Value}")));

    private static Dictionary<string, int> ParsePorts(string text) => text
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(p => p.Split('='))
        .ToDictionary(p => p[0], p => int.Parse(p[1], CultureInfo.InvariantCulture));

    /// <summary>The pipe is standard input. Moved away from there, so that no child of ours inherits it and eats what the outer process says.</summary>
    private static int TakeControlPipe()
    {
        var pipe = Libc.fcntl(0, Libc.F_DUPFD_CLOEXEC, 3);
        Libc.Check(pipe, "take the control pipe");
        var nothing = Libc.open("/dev/null", Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        Libc.Check(nothing, "open /dev/null");
        Libc.Check(Libc.dup2(nothing, 0), "replace standard input");
        _ = Libc.close(nothing);
        return pipe;
    }

    private void WatchOuter(int pipe)
    {
        var thread = new Thread(() =>
        {
            Span<byte> said = stackalloc byte[16];
            while (true)
            {
                var length = (int)Libc.read(pipe, said, (nuint)said.Length);
                if (length < 0 && Marshal.GetLastPInvokeError() == Libc.EINTR)
                {
                    continue;
                }

                if (length <= 0)
                {
                    Die();
                }

                if (said[..length].Contains(StopRequest))
                {
                    // Not on this thread: a handler that blocks must not keep it from seeing the outer process die.
                    ThreadPool.QueueUserWorkItem(static stopping => Cancel(stopping), _stopping, preferLocal: false);
                }
            }
        })
        { IsBackground = true, Name = "outer process" };
        thread.Start();
    }

    private static void Cancel(CancellationTokenSource stopping)
    {
        try
        {
            stopping.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Shut down already.
        }
    }

    /// <summary>The outer process is dead, or wants no more patience. No orderly end: nobody is left to see one.</summary>
    private void Die()
    {
        const int KilledStatus = 137;
        StateDirectory.CleanUpAfterDeath(_state, RunPath);
        Libc._exit(KilledStatus);
    }
}
