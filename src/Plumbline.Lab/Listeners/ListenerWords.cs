namespace Plumbline.Lab.Listeners;

/// <summary>The words by which estate files, annotations and commands name a <see cref="ListenerKind"/>.</summary>
internal static class ListenerWords
{
    private static readonly (string Word, ListenerKind Kind)[] All =
    [
        ("tcp", ListenerKind.Tcp), ("http", ListenerKind.Http), ("https", ListenerKind.Https), ("tls", ListenerKind.Tls),
        ("silent", ListenerKind.Silent), ("accept-close", ListenerKind.ClosesAtOnce), ("accept-reset", ListenerKind.Resets), ("smtp", ListenerKind.Smtp),
        ("http-503", ListenerKind.HttpUnavailable), ("h2c", ListenerKind.Http2), ("grpc", ListenerKind.Grpc), ("grpc-unimplemented", ListenerKind.GrpcWithoutHealth),
        ("sni", ListenerKind.TlsByName), ("mtls12", ListenerKind.TlsMutual12), ("mtls13", ListenerKind.TlsMutual13), ("tls10", ListenerKind.TlsOld), ("tls-rsa", ListenerKind.TlsRsa),
        ("tls-expired", ListenerKind.TlsExpired), ("tls-self-signed", ListenerKind.TlsSelfSigned), ("tls-or-400", ListenerKind.TlsOrBadRequest), ("queue-full", ListenerKind.QueueFull),
        ("smtp-blocked", ListenerKind.SmtpBlocked), ("mysql", ListenerKind.MySql), ("mysql-blocked", ListenerKind.MySqlBlocked), ("postgres", ListenerKind.Postgres), ("postgres-tls", ListenerKind.PostgresTls),
        ("ssh", ListenerKind.Ssh), ("ftp", ListenerKind.Ftp), ("connect-proxy", ListenerKind.ConnectProxy),
        ("udp-silent", ListenerKind.UdpSilent), ("udp-echo", ListenerKind.UdpEcho), ("udp-dns", ListenerKind.UdpDns), ("udp-ntp", ListenerKind.UdpNtp),
    ];

    public static string List => string.Join(", ", All.Select(w => w.Word));

    public static bool TryFind(string word, out ListenerKind kind)
    {
        var found = Array.Find(All, w => w.Word == word);
        kind = found.Kind;
        return found.Word is not null;
    }

    public static TransportKind Transport(this ListenerKind kind) => kind >= ListenerKind.UdpSilent ? TransportKind.Udp : TransportKind.Tcp;

    public static string Of(ListenerKind kind) => Array.Find(All, w => w.Kind == kind).Word ?? kind.ToString();
}

/// <summary>What a listener's socket is of.</summary>
public enum TransportKind
{
    /// <summary>A stream.</summary>
    Tcp,

    /// <summary>Datagrams.</summary>
    Udp,
}
