using System.Globalization;
using Plumbline.Probing.Namespaces;

namespace Plumbline.Agent.PodNetwork;

/// <summary>Finds a pod's namespace by a process whose cgroup carries the pod's UID, for runtimes that pin no namespaces. Needs the host's /proc.</summary>
public sealed class ProcessNamespaces(string procDirectory)
{
    /// <summary>Null when no process carries the UID, or /proc is another pod's view.</summary>
    public NetworkNamespace? Find(string podUid)
    {
        if (procDirectory.Length == 0 || podUid.Length < 8)
            return null;

        // The systemd driver writes the UID's dashes as underscores.
        var systemd = podUid.Replace('-', '_');
        var own = NetworkNamespace.AtPath("/proc/self/ns/net");
        foreach (var process in Processes())
        {
            var cgroup = ReadOrEmpty(Path.Combine(process, "cgroup"));
            if (!cgroup.Contains(podUid, StringComparison.Ordinal) && !cgroup.Contains(systemd, StringComparison.Ordinal))
                continue;
            if (NetworkNamespace.AtPath(Path.Combine(process, "ns", "net")) is { } found && found.Inode != own?.Inode)
                return found;
        }

        return null;
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
