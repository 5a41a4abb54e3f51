using Plumbline.Lab.Network;

namespace Plumbline.Lab.Launch;

/// <summary>Gives this mount namespace a /run of its own, with an empty /run/netns, so that nothing is made in the machine's.</summary>
internal static class PrivateMounts
{
    /// <summary>
    /// All else in /run stays what it was. Works as an ordinary user in a user namespace too, where nothing can be created in the machine's /run:
    /// a new tmpfs is filled with bind mounts of the old entries and then moved over it.
    /// </summary>
    public static void Enter()
    {
        // Any directory that surely exists will do to build it; what is beneath comes back into sight with the move.
        const string Stage = "/tmp";
        Libc.Check(Libc.mount("plumbline-lab", Stage, "tmpfs", Libc.MS_NOSUID | Libc.MS_NODEV, "mode=755"), "mount a private tmpfs");
        foreach (var entry in new DirectoryInfo("/run").EnumerateFileSystemInfos())
        {
            Keep(entry, Path.Combine(Stage, entry.Name));
        }

        Directory.CreateDirectory(Path.Combine(Stage, "netns"));
        Libc.Check(Libc.mount(Stage, "/run", null, Libc.MS_MOVE, null), "put a private /run in place");
    }

    private static void Keep(FileSystemInfo entry, string at)
    {
        if (entry.Name == "netns")
        {
            return;
        }

        if (entry.LinkTarget is { } target)
        {
            File.CreateSymbolicLink(at, target);
            return;
        }

        if (entry is DirectoryInfo)
        {
            Directory.CreateDirectory(at);
        }
        else
        {
            File.WriteAllBytes(at, []);
        }

        // An entry that cannot be kept (a broken mount) is missed only by what would have used it.
        _ = Libc.mount(entry.FullName, at, null, Libc.MS_BIND | Libc.MS_REC, null);
    }
}
