using System.Diagnostics;
using System.Text;
using Plumbline.Benchmarks.Processes;

namespace Plumbline.Benchmarks.Network;

internal static class Ip
{
    /// <summary>One ip(8) for many commands: a process for each would take longer than what it is for.</summary>
    public static async Task BatchAsync(string? netns, IEnumerable<string> commands, CancellationToken cancellation)
    {
        string[] inside = netns is null ? [] : ["-n", netns];
        using var ip = Process.Start(new ProcessStartInfo("ip", [.. inside, "-batch", "-"]) { RedirectStandardInput = true, RedirectStandardError = true })!;
        await ip.StandardInput.WriteAsync(string.Join('\n', commands).AsMemory(), cancellation);
        ip.StandardInput.Close();
        var errors = await ip.StandardError.ReadToEndAsync(cancellation);
        await ip.WaitForExitAsync(cancellation);
        if (ip.ExitCode != 0)
            throw new BenchmarkException($"ip -batch: {errors.Trim()}");
    }
}
