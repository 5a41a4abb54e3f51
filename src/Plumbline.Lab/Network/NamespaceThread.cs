using System.Threading.Channels;

namespace Plumbline.Lab.Network;

/// <summary>
/// The one thread that enters other network namespaces. Work runs to its end inside the namespace and the thread comes back before anyone sees the result.
/// </summary>
/// <remarks>
/// Work must be system calls only (<see cref="Libc"/>): a thread that the runtime starts on its behalf – pool worker, socket engine – would inherit
/// the namespace and stay there for good. A socket keeps the namespace it was created in, so everything else can happen outside.
/// </remarks>
public sealed class NamespaceThread : IDisposable
{
    private readonly Channel<Action> _work = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Thread _thread;
    private readonly int _home;

    public NamespaceThread()
    {
        _home = Libc.open("/proc/thread-self/ns/net", Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        Libc.Check(_home, "open the lab's own network namespace");
        _thread = new Thread(Loop) { IsBackground = true, Name = "namespaces" };
        _thread.Start();
    }

    /// <summary>Runs <paramref name="work"/> inside the namespace pinned at <paramref name="path"/>.</summary>
    /// <exception cref="IOException">The namespace is gone, or a call in <paramref name="work"/> failed.</exception>
    public Task<T> RunInAsync<T>(string path, Func<T> work) => RunAsync(() =>
    {
        var target = Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        Libc.Check(target, $"open the namespace {path}");
        try
        {
            Libc.Check(Libc.setns(target, Libc.CLONE_NEWNET), $"enter the namespace {path}");
            return work();
        }
        finally
        {
            _ = Libc.close(target);
        }
    });

    /// <summary>Runs work that itself changes the thread's namespace (unshare); the thread is brought home afterwards.</summary>
    internal Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var queued = _work.Writer.TryWrite(() =>
        {
            T? result = default;
            Exception? error = null;
            try
            {
                result = work();
            }
#pragma warning disable CA1031 // handed to the caller, whatever it is
            catch (Exception e)
#pragma warning restore CA1031
            {
                error = e;
            }

            // Completing wakes a pool thread, which may be a new one: only ever from home.
            GoHome();
            if (error is null)
            {
                done.SetResult(result!);
            }
            else
            {
                done.SetException(error);
            }
        });
        return queued ? done.Task : throw new ObjectDisposedException(nameof(NamespaceThread));
    }

    public void Dispose()
    {
        if (_work.Writer.TryComplete())
        {
            _thread.Join();
            _ = Libc.close(_home);
        }
    }

    private void GoHome()
    {
        if (Libc.setns(_home, Libc.CLONE_NEWNET) < 0)
        {
            // A thread lost in a pod's namespace would open every later socket there.
            Environment.FailFast(Libc.Error("return to the lab's own network namespace").Message);
        }
    }

    private void Loop()
    {
        var reader = _work.Reader;
        while (reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (reader.TryRead(out var work))
            {
                work();
            }
        }
    }
}
