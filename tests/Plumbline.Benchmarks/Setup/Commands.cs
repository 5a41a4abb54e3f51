using System.Diagnostics;
using Plumbline.Benchmarks.Processes;

namespace Plumbline.Benchmarks.Setup;

internal static class Commands
{
    private static readonly string[] Places = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/sbin"];

    /// <summary>A program's path, also where PATH leaves out the administrator's directories; null when it is not installed.</summary>
    public static string? Find(string name) => Places.Select(place => Path.Combine(place, name)).FirstOrDefault(File.Exists);

    /// <exception cref="BenchmarkException">It ended with an error; the end of what it printed is in the message.</exception>
    public static async Task RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            var output = await process.StandardOutput.ReadToEndAsync(cancellation) + await errors;
            await process.WaitForExitAsync(cancellation);
            if (process.ExitCode != 0)
                throw new BenchmarkException($"{Path.GetFileName(program)} ended with {process.ExitCode}: …{output[Math.Max(0, output.Length - 1500)..].Trim()}");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
