using System.Diagnostics;
using Plumbline.Lab.Network;

namespace Plumbline.Lab.Launch;

/// <summary>What a program printed and how it ended.</summary>
/// <param name="ExitCode">128 + n where signal n ended it.</param>
public sealed record ToolRun(int ExitCode, string Output, string Error);

/// <summary>Programs of the machine that the lab runs.</summary>
public static class Tool
{
    /// <summary>Looked through after <c>PATH</c>: an ordinary user's PATH often lacks the system directories.</summary>
    private static readonly string[] SystemDirectories = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin"];

    /// <returns>Null where the machine does not have it.</returns>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Concat(SystemDirectories)
        .Select(directory => Path.Combine(directory, name))
        .FirstOrDefault(IsExecutable);

    /// <exception cref="FileNotFoundException">The machine does not have it.</exception>
    public static string PathOf(string name) =>
        Find(name) ?? throw new FileNotFoundException($"{name} is not in PATH nor in {string.Join(':', SystemDirectories)}", name);

    /// <summary>Runs a program to its end; cancelling kills it.</summary>
    public static async Task<ToolRun> RunAsync(IReadOnlyList<string> command, string? input, CancellationToken cancellation)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var error = process.StandardError.ReadToEndAsync(cancellation);
            await WriteInputAsync(process, input);
            await process.WaitForExitAsync(cancellation);
            return new ToolRun(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static async Task WriteInputAsync(Process process, string? input)
    {
        try
        {
            if (input is not null)
            {
                await process.StandardInput.WriteAsync(input);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all: its exit code and its words say why.
        }
    }

    private static bool IsExecutable(string path)
    {
        const int Execute = 1;
        return File.Exists(path) && Libc.access(path, Execute) == 0;
    }
}
