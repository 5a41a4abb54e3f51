using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Plumbline.Lab.Listeners.Dns;
using Plumbline.Lab.Listeners.Protocols;
using Plumbline.Lab.Listeners.Tls;
using Plumbline.Lab.Network;

namespace Plumbline.Lab.Listeners;

/// <summary>All listeners of the lab, in one process: each in its own pod's network, on sockets that cost nothing while nobody calls.</summary>
public sealed class ListenerHost(NamespaceThread thread, LabCertificates certificates, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<Listener> _listeners = [];

    /// <summary>What cluster DNS knows, for those that resolve or answer names. Default: nothing.</summary>
    public Func<DnsZone> Zone { get; set; } = () => DnsZone.Empty;

    /// <summary>Opens one listener; it accepts when this returns.</summary>
    /// <exception cref="IOException">The port is taken, the address is not there, or the namespace is gone; the message says which.</exception>
    public async Task<Listener> OpenAsync(ListenerSpec spec, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        WarmUp();
        Socket socket;
        try
        {
            socket = await (spec.Kind.Transport() == TransportKind.Udp
                ? NamespaceSocket.BindUdpAsync(thread, spec.Namespace, spec.Address, spec.Port)
                : NamespaceSocket.ListenAsync(thread, spec.Namespace, spec.Address, spec.Port, spec.Kind == ListenerKind.QueueFull ? 0 : NamespaceSocket.UsualBacklog));
        }
        catch (IOException e)
        {
            throw new IOException($"open {spec}: {e.Message}", e);
        }

        Listener listener;
        try
        {
            listener = new Listener(spec, socket, Server(spec), time, log);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        lock (_lock)
        {
            _listeners.Add(listener);
        }

        return listener;
    }

    /// <summary>Closes a listener and its connections, as if its process had been killed. <see cref="OpenAsync"/> with its spec brings it back.</summary>
    public async Task CloseAsync(Listener listener)
    {
        lock (_lock)
        {
            _listeners.Remove(listener);
        }

        await listener.DisposeAsync();
    }

    /// <summary>Closes all that listens in a pod: its last sockets gone, its namespace can go.</summary>
    public async Task CloseAllInAsync(NetworkNamespace target)
    {
        foreach (var listener in Snapshot().Where(l => l.Spec.Namespace == target))
        {
            await CloseAsync(listener);
        }
    }

    public IReadOnlyList<Listener> Listeners => Snapshot();

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in Snapshot())
        {
            await CloseAsync(listener);
        }
    }

    private ListenerServer Server(ListenerSpec spec) => new()
    {
        Zone = Zone,
        Certificate = Certificate(spec) is { } certificate ? SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true) : null,
        Tls = Demands(spec) is { } demands ? new OpenSslServer(certificates.RsaCertificate(spec.HostNames), demands) : null,
        Proxy = spec.Kind == ListenerKind.ConnectProxy ? new ConnectProxy(thread, spec.Namespace, Zone) : null,
        MySql = spec.Kind == ListenerKind.MySql ? new MySqlServer() : null,
    };

    private X509Certificate2? Certificate(ListenerSpec spec) => spec.Kind switch
    {
        ListenerKind.Https or ListenerKind.Tls or ListenerKind.TlsOrBadRequest or ListenerKind.Smtp or ListenerKind.PostgresTls => certificates.ServerCertificate(spec.HostNames),
        ListenerKind.TlsExpired => certificates.ExpiredCertificate(spec.HostNames),
        ListenerKind.TlsSelfSigned => certificates.SelfSignedCertificate(spec.HostNames),
        _ => null,
    };

    private TlsDemands? Demands(ListenerSpec spec) => spec.Kind switch
    {
        ListenerKind.TlsByName => new TlsDemands { Versions = (OpenSsl.Tls12, OpenSsl.Tls13), Names = spec.HostNames },
        ListenerKind.TlsMutual12 => new TlsDemands { Versions = (OpenSsl.Tls12, OpenSsl.Tls12), ClientAuthority = certificates.Authority },
        ListenerKind.TlsMutual13 => new TlsDemands { Versions = (OpenSsl.Tls13, OpenSsl.Tls13), ClientAuthority = certificates.Authority },
        ListenerKind.TlsOld => new TlsDemands { Versions = (OpenSsl.Tls10, OpenSsl.Tls10) },
        ListenerKind.TlsRsa => new TlsDemands { Versions = (OpenSsl.Tls12, OpenSsl.Tls12), Ciphers = "AES128-SHA:AES256-SHA:AES128-GCM-SHA256:AES256-GCM-SHA384:@SECLEVEL=0" },
        _ => null,
    };

    /// <summary>
    /// Starts the runtime's socket engine from a thread that is surely at home: were its first use on a thread in a pod's namespace, the engine's own
    /// thread would live there.
    /// </summary>
    private static void WarmUp() => EngineStarted.Value.ToString();

    private static readonly Lazy<bool> EngineStarted = new(() =>
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        return socket.Blocking;
    });

    private List<Listener> Snapshot()
    {
        lock (_lock)
        {
            return [.. _listeners];
        }
    }
}
