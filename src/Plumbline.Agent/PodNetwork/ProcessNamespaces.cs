using System.Globalization;
using Plumbline.Probing.Namespaces;

namespace Plumbline.Agent.PodNetwork;

/// <summary>What the processes of the node say of a pod.</summary>
public abstract record ProcessSearch
{
    public sealed record Found(NetworkNamespace Namespace) : ProcessSearch;

    /// <summary>No process carries the UID, or /proc is another pod's view.</summary>
    public sealed record NoProcess : ProcessSearch;

    /// <summary>The pod runs here, and the kernel does not let the agent see in which namespace.</summary>
    public sealed record NotPermitted(string Reason) : ProcessSearch;
}

/// <summary>Finds a pod's namespace by a process whose cgroup carries the pod's UID, for runtimes that pin no namespaces. Needs the host's /proc.</summary>
public sealed class ProcessNamespaces(string procDirectory)
{
    public ProcessSearch Find(string podUid)
    {
        if (procDirectory.Length == 0 || podUid.Length < 8)
            return new ProcessSearch.NoProcess();

        // The systemd driver writes the UID's dashes as underscores.
        var systemd = podUid.Replace('-', '_');
        var own = NetworkNamespace.AtPath("/proc/self/ns/net");
        string? hidden = null;
        foreach (var process in Processes())
        {
            var cgroup = ReadOrEmpty(Path.Combine(process, "cgroup"));
            if (!cgroup.Contains(podUid, StringComparison.Ordinal) && !cgroup.Contains(systemd, StringComparison.Ordinal))
                continue;
            var found = NetworkNamespace.AtPath(Path.Combine(process, "ns", "net"));
            if (found is not null && found.Inode != own?.Inode)
                return new ProcessSearch.Found(found);
            if (found is null && Directory.Exists(process))
                hidden = process;
        }

        return hidden is null
            ? new ProcessSearch.NoProcess()
            : new ProcessSearch.NotPermitted($"the pod's process {hidden} is here, but its network namespace must not be looked at; the agent needs CAP_SYS_PTRACE where namespaces are not pinned");
    }

    private IEnumerable<string> Processes()
    {
        try
        {
            return Directory.GetDirectories(procDirectory).Where(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out _));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
