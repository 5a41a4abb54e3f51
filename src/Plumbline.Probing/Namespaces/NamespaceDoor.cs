using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Namespaces;

internal enum DoorFailure
{
    None,

    /// <summary>The file is gone, or no longer names the namespace that was meant.</summary>
    NamespaceGone,

    /// <summary>The source's kernel does not have the address family.</summary>
    FamilyMissing,

    /// <summary>This process may not, or has no descriptor or memory left.</summary>
    Agent,
}

/// <param name="Descriptor">-1 unless <paramref name="Failure"/> is None.</param>
internal readonly record struct OpenedSocket(int Descriptor, DoorFailure Failure, string Detail);

/// <summary>
/// Makes sockets inside other network namespaces; belongs to one thread. Between the two setns calls nothing runs but socket(2):
/// a managed call there could compile a method or start a runtime thread, and that thread would stay in the pod's namespace for
/// good.
/// </summary>
internal sealed unsafe class NamespaceDoor : IDisposable
{
    private readonly int _home;
    private readonly int* _errno;

    /// <summary>Call on the thread that will use it: both the way home and errno are that thread's.</summary>
    public NamespaceDoor()
    {
        _errno = Libc.ErrnoLocation();
        _home = Libc.Open("/proc/thread-self/ns/net", Libc.CloseOnExec);
        if (_home < 0)
            throw new InvalidOperationException($"cannot open /proc/thread-self/ns/net: {Errno.Name(Marshal.GetLastPInvokeError())}; is /proc mounted?");

        // Resolves the three calls while still at home. Not permitted is fine here: probes from other namespaces will say so.
        var probe = Enter(_home, _home, Libc.AddressFamilyInet, Libc.Stream | Libc.CloseOnExec, 0, _errno, out _, out _);
        if (probe >= 0)
            _ = Libc.Close(probe);
    }

    public OpenedSocket Open(NetworkNamespace target, int domain, int type, int protocol)
    {
        type |= Libc.NonBlock | Libc.CloseOnExec;
        if (target.Path is null)
        {
            var own = Libc.SocketRaw(domain, type, protocol);
            return own >= 0 ? new OpenedSocket(own, DoorFailure.None, "") : SocketFailed(*_errno);
        }

        var opened = OpenNamespace(target, out var descriptor);
        if (opened.Failure != DoorFailure.None)
            return opened;

        var socket = Enter(descriptor, _home, domain, type, protocol, _errno, out var entered, out var error);
        _ = Libc.Close(descriptor);
        if (socket >= 0)
            return new OpenedSocket(socket, DoorFailure.None, "");
        if (entered)
            return SocketFailed(error);

        // An unmounted namespace leaves a plain file behind, which setns calls an invalid argument.
        return error == Errno.InvalidArgument
            ? new OpenedSocket(-1, DoorFailure.NamespaceGone, $"{target.Path} is no network namespace any more")
            : new OpenedSocket(-1, DoorFailure.Agent, $"cannot enter {target.Path}: {Errno.Name(error)}; the agent needs CAP_SYS_ADMIN");
    }

    /// <summary>Whether the file still names the namespace that was meant.</summary>
    public static bool IsThere(NetworkNamespace target)
    {
        if (target.Path is null)
            return true;

        var opened = OpenNamespace(target, out var descriptor);
        if (descriptor >= 0)
            _ = Libc.Close(descriptor);
        return opened.Failure != DoorFailure.NamespaceGone;
    }

    public void Dispose() => _ = Libc.Close(_home);

    private static OpenedSocket OpenNamespace(NetworkNamespace target, out int descriptor)
    {
        descriptor = Libc.Open(target.Path!, Libc.CloseOnExec | Libc.NonBlock);
        if (descriptor < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error is Errno.NoEntry or Errno.NoProcess or Errno.NotADirectory
                ? new OpenedSocket(-1, DoorFailure.NamespaceGone, $"{target.Path} is gone")
                : new OpenedSocket(-1, DoorFailure.Agent, $"cannot open {target.Path}: {Errno.Name(error)}");
        }

        if (target.Inode is { } inode && NetworkNamespace.InodeOfDescriptor(descriptor) != inode)
        {
            _ = Libc.Close(descriptor);
            descriptor = -1;
            return new OpenedSocket(-1, DoorFailure.NamespaceGone, $"{target.Path} names another namespace now");
        }

        return new OpenedSocket(-1, DoorFailure.None, "");
    }

    private static OpenedSocket SocketFailed(int error) => error == Errno.FamilyNotSupported
        ? new(-1, DoorFailure.FamilyMissing, "the source's node does not have that address family")
        : new(-1, DoorFailure.Agent, $"cannot create a socket: {Errno.Name(error)}");

    // AggressiveOptimization: compiled once, so that no call counter or recompilation is triggered inside the pod's namespace.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int Enter(int target, int home, int domain, int type, int protocol, int* errno, out bool entered, out int error)
    {
        entered = false;
        error = 0;
        if (Libc.SetNamespace(target, Libc.CloneNewNet) != 0)
        {
            error = *errno;
            return -1;
        }

        var descriptor = Libc.SocketRaw(domain, type, protocol);
        error = *errno;
        if (Libc.SetNamespace(home, Libc.CloneNewNet) != 0)
            Environment.FailFast("cannot leave a pod's network namespace: everything this thread did from here on would come from that pod");

        entered = true;
        return descriptor;
    }
}
