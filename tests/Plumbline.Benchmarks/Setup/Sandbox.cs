using System.Diagnostics;

namespace Plumbline.Benchmarks.Setup;

/// <summary>
/// The measuring happens in mount, network and process namespaces of its own: its network namespaces, interfaces and processes cannot
/// touch the machine's, and all of them end with it, however it ends.
/// </summary>
internal static class Sandbox
{
    /// <summary>Runs this program again inside.</summary>
    /// <returns>Its exit code.</returns>
    public static async Task<int> RunInsideAsync(IEnumerable<string> arguments, CancellationToken cancellation)
    {
        string[] sandbox = ["--mount", "--propagation", "private", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"];
        using var inside = Process.Start(new ProcessStartInfo("unshare", [.. sandbox, "--", Bench.Self, .. arguments]) { UseShellExecute = false })!;
        try
        {
            await inside.WaitForExitAsync(cancellation);
            return inside.ExitCode;
        }
        finally
        {
            if (!inside.HasExited)
            {
                inside.Kill();
                await inside.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    /// <summary>Inside: a place for namespace files that nobody else sees, and loopback.</summary>
    public static async Task FurnishAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory("/run/netns");
        await Commands.RunAsync("mount", ["-t", "tmpfs", "none", "/run/netns"], cancellation);
        await Commands.RunAsync("ip", ["link", "set", "lo", "up"], cancellation);

        // Orderly closed connections keep their port for a minute: room for the probes of a whole run.
        await File.WriteAllTextAsync("/proc/sys/net/ipv4/ip_local_port_range", "10000 65535", cancellation);
    }
}
