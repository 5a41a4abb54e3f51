using System.Net;
using System.Runtime.InteropServices;
using Plumbline.Probing.Namespaces;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Tests.Fixtures;

/// <summary>Accepts on a thread of its own and closes what is old, allocating nothing: for tests that count what the engine costs.</summary>
internal sealed unsafe partial class RawAcceptor : IDisposable
{
    private readonly System.Net.Sockets.Socket _listener;
    private readonly Thread _thread;
    private long _accepted;

    private RawAcceptor(System.Net.Sockets.Socket listener)
    {
        // The engine's door makes non-blocking sockets.
        const int setStatusFlags = 4;
        _listener = listener;
        _ = SetFlags((int)listener.SafeHandle.DangerousGetHandle(), setStatusFlags, 0);
        _thread = new Thread(Accept) { IsBackground = true, Name = "acceptor" };
        _thread.Start();
    }

    public long Accepted => Interlocked.Read(ref _accepted);

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public static RawAcceptor Start(NetworkNamespace where, IPAddress address, int port)
    {
        var listener = TestNetwork.Bind(where, address, port);
        listener.Listen(4096);
        return new RawAcceptor(listener);
    }

    public void Dispose()
    {
        _ = Libc.Shutdown((int)_listener.SafeHandle.DangerousGetHandle(), 2);
        _thread.Join();
        _listener.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    private static partial int Accept4(int descriptor, void* address, void* length, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int SetFlags(int descriptor, int command, int flags);

    private void Accept()
    {
        // Closing at once would look like a proxy that reaches nobody.
        const int held = 4096;
        var connections = new int[held];
        Array.Fill(connections, -1);
        AcceptInto(connections);
        foreach (var connection in connections)
            _ = connection < 0 ? 0 : Libc.Close(connection);
    }

    private void AcceptInto(int[] connections)
    {
        var listener = (int)_listener.SafeHandle.DangerousGetHandle();
        for (var i = 0; ; i = (i + 1) % connections.Length)
        {
            var connection = Accept4(listener, null, null, Libc.CloseOnExec);
            if (connection < 0)
                return;
            Interlocked.Increment(ref _accepted);
            if (connections[i] >= 0)
                _ = Libc.Close(connections[i]);
            connections[i] = connection;
        }
    }
}
