namespace Plumbline.Lab.Network;

/// <summary>A network namespace pinned by a bind mount, as container runtimes pin a pod's.</summary>
/// <param name="Name">The file name below <see cref="Directory"/>: <c>cni-…</c> for a pod, <c>node-…</c> for a node.</param>
/// <param name="Path">Where it is pinned; <c>setns(2)</c> and <c>nsenter --net=</c> take it.</param>
public sealed record NetworkNamespace(string Name, string Path)
{
    /// <summary>Where runtimes and <c>ip netns</c> pin namespaces. Inside the lab it is a private tmpfs, see <c>PrivateMounts</c>.</summary>
    public const string Directory = "/run/netns";

    public static NetworkNamespace At(string name) => new(name, System.IO.Path.Combine(Directory, name));

    /// <summary>Creates and pins a namespace, runs <paramref name="setUp"/> inside it, and returns what that made.</summary>
    internal static Task<(NetworkNamespace Namespace, T Made)> CreateAsync<T>(NamespaceThread thread, string name, Func<T> setUp) => thread.RunAsync(() =>
    {
        var created = At(name);
        System.IO.Directory.CreateDirectory(Directory);
        var pin = Libc.open(created.Path, Libc.O_RDONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC, 0x124);
        Libc.Check(pin, $"create {created.Path}");
        _ = Libc.close(pin);
        try
        {
            Libc.Check(Libc.unshare(Libc.CLONE_NEWNET), $"create the network namespace {name}");
            Libc.Check(Libc.mount("/proc/thread-self/ns/net", created.Path, null, Libc.MS_BIND, null), $"pin the network namespace {name} at {created.Path}");
            return (created, setUp());
        }
        catch
        {
            created.Unpin();
            throw;
        }
    });

    /// <summary>Unpins the namespace: the kernel removes it, with its links, once its last socket and process are gone.</summary>
    internal void Unpin()
    {
        _ = Libc.umount2(Path, Libc.MNT_DETACH);
        File.Delete(Path);
    }
}
