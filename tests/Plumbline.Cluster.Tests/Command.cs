using System.Diagnostics;

namespace Plumbline.Cluster.Tests;

/// <param name="Output">Standard output.</param>
internal sealed record CommandResult(int ExitCode, string Output, string Errors);

/// <summary>Runs tools to their end, within a deadline.</summary>
internal static class Command
{
    public static async Task<CommandResult> RunAsync(string? input, TimeSpan atMost, string tool, params string[] arguments)
    {
        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var deadline = new CancellationTokenSource(atMost, TimeProvider.System);
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.StandardInput.WriteAsync((input ?? "").AsMemory(), deadline.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(deadline.Token);
            return new CommandResult(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{tool} {string.Join(' ', arguments)} took longer than {atMost.TotalSeconds:0} s");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
