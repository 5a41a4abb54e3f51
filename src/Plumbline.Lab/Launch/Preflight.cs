using Plumbline.Lab.Network;

namespace Plumbline.Lab.Launch;

/// <summary>Whether this machine and user can run the lab.</summary>
public abstract record Readiness
{
    private Readiness()
    {
    }

    /// <summary>It can.</summary>
    /// <param name="Unshare">The command that makes the namespaces; the program to run is appended.</param>
    public sealed record Ready(IReadOnlyList<string> Unshare) : Readiness;

    /// <summary>It cannot.</summary>
    /// <param name="Problems">Each a sentence that says what is wrong and what to do.</param>
    public sealed record NotReady(IReadOnlyList<string> Problems) : Readiness;
}

/// <summary>Checks for programs and for the kernel's permission before anything is started, by trying rather than by guessing.</summary>
public static class Preflight
{
    private static readonly (string Tool, string Package)[] Tools =
        [("unshare", "util-linux"), ("nsenter", "util-linux"), ("setsid", "util-linux"), ("nft", "nftables")];

    private static readonly string[] Namespaces = ["--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc", "--"];

    private static readonly (string Name, string Forbids, string Allows)[] UserNamespaceSwitches =
    [
        ("kernel.unprivileged_userns_clone", "0", "1"),
        ("user.max_user_namespaces", "0", "10000"),
        ("kernel.apparmor_restrict_unprivileged_userns", "1", "0"),
    ];

    /// <param name="output">Told what is being installed, if anything is.</param>
    public static async Task<Readiness> CheckAsync(TextWriter output, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux())
        {
            return new Readiness.NotReady(
                ["The lab needs Linux: its pods are network namespaces. On another system run it in a Linux machine or container (--privileged)."]);
        }

        var root = Libc.geteuid() == 0;
        var missing = Missing(Tool.Find);
        if (missing.Count > 0 && root && Tool.Find("apt-get") is { } aptGet)
        {
            await InstallAsync(aptGet, missing, output, cancellation);
            missing = Missing(Tool.Find);
        }

        if (missing.Count > 0)
        {
            return new Readiness.NotReady([ExplainMissing(missing, root)]);
        }

        // A container's root without CAP_SYS_ADMIN may still be allowed user namespaces.
        string[] asUser = [Tool.PathOf("unshare"), "--user", "--map-root-user", .. Namespaces];
        string[] asRoot = [Tool.PathOf("unshare"), .. Namespaces];
        var words = "";
        foreach (var unshare in root ? (string[][])[asRoot, asUser] : [asUser])
        {
            var trial = await TryAsync(unshare, cancellation);
            if (trial.ExitCode == 0)
            {
                return new Readiness.Ready(unshare);
            }

            words = words.Length > 0 ? words : trial.Error;
        }

        return new Readiness.NotReady([ExplainRefusal(root, words, ReadSysctl)]);
    }

    internal static IReadOnlyList<(string Tool, string Package)> Missing(Func<string, string?> find) => [.. Tools.Where(t => find(t.Tool) is null)];

    internal static string ExplainMissing(IReadOnlyList<(string Tool, string Package)> missing, bool root)
    {
        var packages = string.Join(' ', missing.Select(m => m.Package).Distinct());
        var sudo = root ? "" : "sudo ";
        return $"Not installed: {string.Join(", ", missing.Select(m => m.Tool))}. Install the packages and start again: "
            + $"{sudo}apt-get install -y {packages} (Debian, Ubuntu), {sudo}dnf install -y {packages} (Fedora), {sudo}apk add {packages} (Alpine).";
    }

    internal static string ExplainRefusal(bool root, string words, Func<string, string?> readSysctl)
    {
        words = words.Trim().ReplaceLineEndings(" ");
        var forbidding = UserNamespaceSwitches.Where(s => readSysctl(s.Name) == s.Forbids).ToList();
        if (root)
        {
            return $"This root user may not create namespaces ({words}). "
                + "In a container, start it with --privileged (or --cap-add SYS_ADMIN,NET_ADMIN and an unconfined seccomp profile).";
        }

        if (forbidding.Count == 0)
        {
            return $"The kernel does not let an ordinary user create namespaces ({words}). Run the lab as root, with sudo.";
        }

        var found = string.Join(" and ", forbidding.Select(s => $"{s.Name} is {s.Forbids}"));
        var remedy = string.Join(' ', forbidding.Select(s => $"{s.Name}={s.Allows}"));
        return $"The kernel does not let an ordinary user create namespaces: {found}. Run the lab as root, or allow it: sudo sysctl -w {remedy}";
    }

    private static string? ReadSysctl(string name)
    {
        var path = "/proc/sys/" + name.Replace('.', '/');
        try
        {
            return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>All that the lab needs of the kernel, in namespaces that are gone when this returns.</summary>
    private static Task<ToolRun> TryAsync(IReadOnlyList<string> unshare, CancellationToken cancellation) => Tool.RunAsync(
        [.. unshare, Tool.PathOf("nft"), "-f", "-"],
        "table ip check { chain output { type nat hook output priority -100; }\n }\n",
        cancellation);

    private static async Task InstallAsync(
        string aptGet, IReadOnlyList<(string Tool, string Package)> missing, TextWriter output, CancellationToken cancellation)
    {
        string[] packages = [.. missing.Select(m => m.Package).Distinct()];
        await output.WriteLineAsync($"Installing {string.Join(", ", packages)} (apt-get), as {string.Join(", ", missing.Select(m => m.Tool))} is missing …");
        string[][] commands = [[aptGet, "-qq", "update"], [aptGet, "-qq", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=60", "install", .. packages]];
        foreach (var command in commands)
        {
            var run = await Tool.RunAsync(["/usr/bin/env", "DEBIAN_FRONTEND=noninteractive", .. command], null, cancellation);
            if (run.ExitCode != 0)
            {
                // Not the end: an update that fails for one source may still let the install succeed.
                var last = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "no message";
                await output.WriteLineAsync($"{string.Join(' ', command)} failed (exit {run.ExitCode}): {last}");
            }
        }
    }
}
