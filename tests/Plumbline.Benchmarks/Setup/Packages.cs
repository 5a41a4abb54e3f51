using Plumbline.Benchmarks.Processes;

namespace Plumbline.Benchmarks.Setup;

/// <summary>Installs the contenders where apt can; a row whose contender is missing says so and the others go on.</summary>
internal static class Packages
{
    public const string Blackbox = "prometheus-blackbox-exporter";

    private const string PolicyFile = "/usr/sbin/policy-rc.d";

    private static readonly (string Command, string Package)[] Wanted =
    [
        (Blackbox, Blackbox), ("nmap", "nmap"), ("nginx", "nginx-light"), ("openssl", "openssl"), ("gcc", "gcc"), ("ip", "iproute2"), ("taskset", "util-linux"), ("bash", "bash"),
    ];

    /// <returns>A line to print when something stays missing; else null.</returns>
    public static async Task<string?> InstallMissingAsync(CancellationToken cancellation)
    {
        var missing = Missing();
        if (missing.Length == 0)
            return null;
        if (Commands.Find("apt-get") is not { } apt)
            return $"not installed: {string.Join(", ", missing)} (there is no apt-get here)";

        Console.Error.WriteLine($"installing {string.Join(", ", missing)}");

        // Some of these packages start a daemon when they are installed; this keeps them from it.
        var hadPolicy = File.Exists(PolicyFile);
        try
        {
            if (!hadPolicy)
            {
                await File.WriteAllTextAsync(PolicyFile, "#!/bin/sh\nexit 101\n", cancellation);
                File.SetUnixFileMode(PolicyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            await Commands.RunAsync(apt, ["-q", "update"], cancellation);
            string[] install = ["-q", "install", "-y", "--no-install-recommends"];
            await Commands.RunAsync("env", ["DEBIAN_FRONTEND=noninteractive", apt, .. install, .. missing, .. missing.Contains("gcc") ? ["libc6-dev"] : Array.Empty<string>()], cancellation);
            return null;
        }
        catch (BenchmarkException e)
        {
            return $"not installed: {string.Join(", ", Missing())} ({e.Message})";
        }
        finally
        {
            if (!hadPolicy)
                File.Delete(PolicyFile);
        }
    }

    private static string[] Missing() => [.. Wanted.Where(wanted => Commands.Find(wanted.Command) is null).Select(wanted => wanted.Package).Distinct()];
}
