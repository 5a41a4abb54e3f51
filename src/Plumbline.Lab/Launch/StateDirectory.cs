using System.Globalization;
using System.Text;
using Plumbline.Lab.Network;

namespace Plumbline.Lab.Launch;

/// <summary>How claiming the state directory ended.</summary>
public abstract record ClaimOutcome
{
    private ClaimOutcome()
    {
    }

    /// <summary>It is this process's until disposed.</summary>
    public sealed record Claimed(StateDirectory Directory) : ClaimOutcome;

    /// <summary>A lab of this user is running.</summary>
    /// <param name="Pid">Of the process that holds it; null where that could not be read.</param>
    public sealed record Busy(int? Pid) : ClaimOutcome;

    /// <summary>The directory cannot be used.</summary>
    public sealed record Refused(string Reason) : ClaimOutcome;
}

/// <summary>
/// The directory that the lab's outer and inner process share: sockets, kubeconfig, whatever a run needs. One lab at a time holds its lock;
/// what a killed lab left is removed by the next one, or by its own inner process.
/// </summary>
public sealed class StateDirectory : IDisposable
{
    private const int LockExclusiveNow = 2 | 4;

    private readonly int _lock;
    private bool _disposed;

    private StateDirectory(string path, int lockFd)
    {
        Path = path;
        _lock = lockFd;
        RunPath = RunPathOf(path, Environment.ProcessId);
    }

    /// <summary><c>plumbline-lab-&lt;uid&gt;</c> below <c>$XDG_RUNTIME_DIR</c>, or <c>/tmp</c> where there is none.</summary>
    public static string DefaultPath
    {
        get
        {
            var runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
            return System.IO.Path.Combine(Directory.Exists(runtime) ? runtime : "/tmp", $"plumbline-lab-{Libc.geteuid()}");
        }
    }

    public string Path { get; }

    /// <summary>This run's own part. Another run never touches it while this one is alive, whoever holds the lock.</summary>
    public string RunPath { get; }

    /// <summary>Claims the directory and empties it of leftovers.</summary>
    /// <param name="path">Null: <see cref="DefaultPath"/>.</param>
    /// <param name="cancellation">Ends the short wait for a killed lab's inner process.</param>
    public static async Task<ClaimOutcome> ClaimAsync(string? path, TimeProvider time, CancellationToken cancellation)
    {
        var directory = path ?? DefaultPath;
        var start = time.GetTimestamp();
        while (true)
        {
            if (Prepare(directory) is { } refusal)
            {
                return new ClaimOutcome.Refused(refusal);
            }

            if (TryClaim(directory, announce: true) is { } claimed)
            {
                claimed.RemoveAllButLock();
                var made = Libc.mkdir(claimed.RunPath, 0x1C0);
                if (made < 0)
                {
                    var error = Libc.Error($"create {claimed.RunPath}");
                    claimed.Dispose();
                    return new ClaimOutcome.Refused(error.Message);
                }

                return new ClaimOutcome.Claimed(claimed);
            }

            // A holder that is dead has an inner process that is just cleaning up after it.
            var holder = HolderOf(directory);
            var alive = holder is { } pid && Libc.kill(pid, 0) == 0;
            if (alive || time.GetElapsedTime(start) > TimeSpan.FromSeconds(3))
            {
                return new ClaimOutcome.Busy(holder);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellation);
        }
    }

    /// <summary>What the inner process does when its outer one has died: its own part always, all of it unless a next lab is there already.</summary>
    internal static void CleanUpAfterDeath(string directory, string runPath)
    {
        TryDelete(runPath);
        RemoveRuntimeFiles(System.IO.Path.GetFileName(runPath)["run-".Length..]);

        // A dying process closes its files one by one: the pipe that told of its death may be closed before the lock is. Once the lock names
        // another holder a next lab has it.
        const int Tries = 200;
        using var never = new ManualResetEventSlim();
        for (var i = 0; i < Tries && Directory.Exists(directory); i++)
        {
            if (HolderOf(directory) is { } holder && RunPathOf(directory, holder) != runPath)
            {
                return;
            }

            if (TryClaim(directory, announce: false) is { } claimed)
            {
                claimed.Dispose();
                return;
            }

            never.Wait(TimeSpan.FromMilliseconds(5));
        }
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        RemoveAllButLock();

        // While the lock is held: whoever opened this file before sees after locking it that it is no longer the one in the directory.
        File.Delete(LockPath(Path));
        _ = Libc.close(_lock);
        try
        {
            Directory.Delete(Path);
        }
        catch (IOException)
        {
            // The next lab has moved in.
        }
    }

    private static string RunPathOf(string directory, int pid) => System.IO.Path.Combine(directory, $"run-{pid}");

    private static string LockPath(string directory) => System.IO.Path.Combine(directory, "lock");

    /// <summary>In /tmp anybody could have made the directory first: it must be a real one, ours, and closed to others.</summary>
    private static string? Prepare(string directory)
    {
        const int UserOnly = 0x1C0; // 0700
        if (Libc.mkdir(directory, UserOnly) == 0)
        {
            return null;
        }

        var error = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
        if (error != Libc.EEXIST)
        {
            return Libc.Error($"create the state directory {directory}", error).Message;
        }

        if (FileIdentity.Of(directory) is not { } found)
        {
            return null; // Just removed: the next try makes it.
        }

        return found switch
        {
            { IsDirectory: false } => $"state directory {directory}: it is not a directory; remove it",
            { Owner: var owner } when owner != Libc.geteuid() => $"state directory {directory}: it belongs to user {owner}, not to you; remove it or set XDG_RUNTIME_DIR",
            { Permissions: var mode } when (mode & 0x12) != 0 => $"state directory {directory}: others may write to it; run chmod 700 {directory}",
            _ => null,
        };
    }

    /// <param name="announce">False: the lock goes on naming the dead holder, so that a next lab waits the moment that this takes.</param>
    private static StateDirectory? TryClaim(string directory, bool announce)
    {
        var fd = Libc.open(LockPath(directory), Libc.O_RDWR | Libc.O_CREAT | Libc.O_CLOEXEC, 0x180);
        if (fd < 0)
        {
            return null; // Removed between Prepare and now.
        }

        if (Libc.flock(fd, LockExclusiveNow) < 0 || FileIdentity.Of(fd) is not { } locked || FileIdentity.Of(LockPath(directory)) != locked)
        {
            _ = Libc.close(fd);
            return null;
        }

        if (!announce)
        {
            return new StateDirectory(directory, fd);
        }

        var pid = Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture).PadRight(10) + "\n");
        _ = Libc.write(fd, pid, (nuint)pid.Length);
        return new StateDirectory(directory, fd);
    }

    private static int? HolderOf(string directory)
    {
        var fd = Libc.open(LockPath(directory), Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        if (fd < 0)
        {
            return null;
        }

        Span<byte> text = stackalloc byte[16];
        var length = Libc.read(fd, text, (nuint)text.Length);
        _ = Libc.close(fd);
        return length > 0 && int.TryParse(text[..(int)length], NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var pid) ? pid : null;
    }

    private void RemoveAllButLock()
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(Path).Where(e => e != LockPath(Path)).ToList())
        {
            TryDelete(entry);
        }
    }

    /// <summary>The sockets that the .NET runtime makes for debuggers in the temporary directory; a killed process leaves its own behind.</summary>
    private static void RemoveRuntimeFiles(string pid)
    {
        foreach (var pattern in (string[])[$"clr-debug-pipe-{pid}-*", $"dotnet-diagnostic-{pid}-*"])
        {
            foreach (var file in Directory.EnumerateFiles(System.IO.Path.GetTempPath(), pattern))
            {
                TryDelete(file);
            }
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Someone else was faster, or it is not ours: nothing that the lab needs.
        }
    }
}
