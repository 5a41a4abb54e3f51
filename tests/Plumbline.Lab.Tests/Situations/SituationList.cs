namespace Plumbline.Lab.Tests.Situations;

/// <summary>All situations, in the order of docs/verdicts.md.</summary>
internal static class SituationList
{
    /// <summary>Not a row: no row may change when cluster DNS gets another name.</summary>
    public const string ClusterDnsRenamed = "cluster-dns";

    /// <summary>Where the product does not say what it must yet, and what it says. An entry that is met fails its test, so that it is taken out.</summary>
    public static IReadOnlyDictionary<string, string> Pending { get; } = new Dictionary<string, string>
    {
        ["sidecar/1"] = "True/Reachable 2/2",
    };

    public static IReadOnlyList<Situation> All { get; } =
    [
        // Services
        new("headless", "1", "Headless Service without a list of ports; its pods listen on the row's port.", "True", "Reachable"),
        new("headless-beside", "1", "A headless Service beside the real one: same pods, other port numbers. The row's port is the real one's.", "True", "Reachable"),
        new("unnamed-port", "lacks", "Service with one port that has no name; the row has another port.", "False", "ServicePortMissing"),
        new("unnamed-port", "has", "The same Service; the row has its port.", "True", "Reachable"),
        new("unnamed-port", "blocked", "The same Service; the row must not reach a port that it lacks.", "Unknown", "ControlFailed", "has no port"),
        new("target-port-name", "1", "The Service's target port is a name that no port of its pods has.", "False", "ServicePortMissing|NoReadyEndpoints"),
        new("external-name", "1", "Service of type ExternalName.", "True", "Reachable"),
        new("no-selector", "1", "Service without a selector; somebody wrote its EndpointSlice.", "True", "Reachable"),
        new("publish-not-ready", "1", "Service with publishNotReadyAddresses, and one of its pods is not ready and does not listen yet.", "True", "Reachable"),
        new("internal-traffic-local", "1", "Service with internalTrafficPolicy: Local; no pod of it runs on the callers' nodes.", "False", "*", "internalTrafficPolicy"),
        new("session-affinity", "1", "Service with session affinity by client address.", "True", "Reachable"),
        new("other-proxy", "1", "Service that kube-proxy leaves to another proxy (service-proxy-name), which is not there.", "False", "*", "service-proxy-name"),
        new("no-endpoints", "1", "No pod behind the Service is ready.", "False", "NoReadyEndpoints"),
        new("terminating", "1", "One of two pods behind the Service is Terminating and has stopped listening.", "True", "Reachable")
        {
            Then = ["kubectl delete pod -n NS server-2 --wait=false", "fault listener NS/server-2:8080 close"],
        },
        new("evidence-lost", "1", "One of two Services of a destination loses its pods.", "False", "NoReadyEndpoints", "by which the destination was reached until")
        {
            Then = ["kubectl label pod -n NS server-1 tier-"],
        },
        new("stale-slices", "1", "A pod is gone, and its address stays in the Service's EndpointSlice.", "False", "*")
        {
            Then = ["fault service NS/web stale", "kubectl delete pod -n NS server-2"],
        },

        // Names
        new("leads-elsewhere", "1", "The Service's name leads to another pod than the Service's.", "False", "LeadsElsewhere", "10.244.1.151")
        {
            Before = ["fault dns web.NS.svc.cluster.local 10.244.1.151"],
        },
        new("search-domains", "short", "A short name that only a search domain of the node completes.", "True", "Reachable")
        {
            // The caller's own namespace has no such name; that of another situation has.
            Before = ["fault resolver node-3 search=sit-headless.svc.cluster.local,corp.example.com", "fault dns *.corp.example.com 198.51.100.20"],
        },
        new("search-domains", "wildcard", "A wildcard in the node's search domain answers for a name outside the cluster, and leads nowhere.", "False", "*", "198.51.100.20"),
        new("host-network", "1", "The caller is in its node's network, with dnsPolicy ClusterFirstWithHostNet.", "True", "Reachable"),
        new("dns-policy-none", "1", "The caller has dnsPolicy None and resolver settings of its own.", "True", "Reachable"),
        new("name-fails", "1", "Cluster DNS answers SERVFAIL for the name.", "False", "NameNotResolved", "redis.backing.example.net")
        {
            Before = ["fault dns redis.backing.example.net servfail"],
        },

        // Clients
        new("sni", "1", "TLS server that knows its Service's names only and hangs up on any other, and on none.", "True", "Reachable"),
        new("client-certificate", "tls12", "TLS 1.2 server that demands a client certificate; TLS row.", "True", "Reachable", "client certificate"),
        new("client-certificate", "https12", "The same; HTTPS row.", "True", "Reachable", "client certificate"),
        new("client-certificate", "tls13", "TLS 1.3 server that demands a client certificate; TLS row.", "True", "Reachable", "client certificate"),
        new("client-certificate", "https13", "The same; HTTPS row.", "True", "Reachable", "client certificate"),
        new("old-tls", "rsa", "TLS 1.2 server with the RSA key exchange only.", "True", "Reachable"),
        new("old-tls", "tls10", "Server that speaks TLS 1.0 only.", "False", "TlsHandshakeFailed", "version"),
        new("http2", "h2c", "HTTP row to a server that speaks HTTP/2 in the clear only.", "True", "Reachable"),
        new("http2", "grpc", "HTTP row to a gRPC server with the health service.", "True", "Reachable"),
        new("http2", "grpc-unimplemented", "HTTP row to a gRPC server without the health service.", "True", "Reachable"),
        new("http2", "grpc-row", "gRPC row to a gRPC server.", "True", "Reachable"),
        new("http2", "503", "HTTP row to a server that answers 503.", "True", "Reachable", "503"),
        new("proxy", "works", "Clients go through an HTTP proxy (CONNECT), which reaches the destination.", "True", "Reachable"),
        new("proxy", "refused", "The same; the proxy does not reach the destination.", "False", "*", "proxy"),
        new("sidecar", "1", "A mesh's sidecar in the caller accepts every connection, and behind it nothing listens.", "Unknown", "ProxyAccepted"),

        // Servers that speak first
        new("greetings", "mysql", "MySQL, which blocks an address after ten handshakes that break off.", "True", "Reachable"),
        new("greetings", "mysql-blocked", "MySQL that has blocked the caller (error 1129).", "False", "TurnedAway", "1129"),
        new("greetings", "smtp", "SMTP server.", "True", "Reachable"),
        new("greetings", "smtp-blocked", "SMTP server that greets with 554.", "False", "TurnedAway", "554"),
        new("greetings", "ssh", "SSH server.", "True", "Reachable"),
        new("greetings", "ftp", "FTP server.", "True", "Reachable"),
        new("greetings", "postgres", "PostgreSQL.", "True", "Reachable"),

        // After the handshake
        new("hangs-up", "close", "Server that closes as soon as it has accepted, as a proxy without upstream does.", "False", "ClosedByPeer"),
        new("hangs-up", "reset", "Server that resets as soon as it has accepted.", "False", "ClosedByPeer|ConnectionReset"),
        new("hangs-up", "loopback", "Server that listens on 127.0.0.1 only.", "False", "ConnectionRefused|NotListening|ListeningOnLoopbackOnly"),
        new("ranges", "used", "A range of ports, one of which is in use.", "True", "Reachable", "nothing listens on port"),
        new("ranges", "idle", "A range of ports, none of which is in use at the moment.", "Unknown", "RangeIdle", "the way there is open"),
        new("udp", "dns", "UDP row to a DNS server.", "True", "Reachable"),
        new("udp", "ntp", "UDP row to an NTP server.", "True", "Reachable"),
        new("udp", "silent", "UDP row to a server that answers nothing.", "Unknown", "Silent"),
        new("udp", "refused", "UDP row to a port that nobody has opened.", "False", "ConnectionRefused|NotListening"),

        // Nodes and namespaces
        new("node-without-agent", "windows", "The caller runs on a Windows node.", "Unknown", "NodeUnsupported", "win-1"),
        new("node-without-agent", "fargate", "The caller runs on Fargate.", "Unknown", "NodeUnsupported", "fargate-10-0-0-7"),
        new("node-without-agent", "mixed", "Of three callers one runs on Windows and one on Fargate.", "True", "Reachable"),
        new("left-behind", "1", "A caller's old network namespace stays behind, with its address.", "True|Unknown", "Reachable|SourceNotFound")
        {
            Then = ["fault netns NS/caller-1 left-behind"],
        },

        // Policies
        new("policy-denies", "1", "A NetworkPolicy of the destination lets in another namespace only.", "False", "BlockedByNetworkPolicy", "NetworkPolicy sit-policy-denies/only-sre (Ingress) selects sit-policy-denies/server-1 and has no rule that allows sit-policy-denies/caller-1 on TCP 8080"),
        new("policy-except", "1", "A NetworkPolicy of the caller allows the addresses outside, except that of the destination, which the row knows by its name.", "False", "BlockedByNetworkPolicy", "leaves 198.51.100.11 out of ipBlock 198.51.100.0/24 (except 198.51.100.11/32)"),
        new("policy-dns", "1", "A NetworkPolicy of the caller allows the destination, and forgets DNS.", "False", "BlockedByNetworkPolicy", "since DNS is denied: NetworkPolicy sit-policy-dns/no-dns (Egress)"),
        new("policy-admin", "denied", "An AdminNetworkPolicy denies what no NetworkPolicy could allow.", "False", "BlockedByNetworkPolicy", "AdminNetworkPolicy sit-policy-admin (Ingress rule 2 \"lockdown\", priority 10) selects sit-policy-admin/server-1"),
        new("policy-admin", "allowed", "Its first rule allows another port, which a NetworkPolicy denies.", "True", "Reachable"),
        new("policy-baseline", "1", "The BaselineAdminNetworkPolicy denies it, and no NetworkPolicy selects the destination.", "False", "BlockedByNetworkPolicy", "BaselineAdminNetworkPolicy default (Ingress rule 1 \"closed\")"),
        new("policy-unenforced", "1", "A NetworkPolicy denies it, and the network plugin does not enforce policies.", "True", "Reachable", "a policy is not enforced: sit-policy-unenforced/caller-1 reaches")
        {
            Before = ["fault policy NS unenforced"],
        },
        new("policy-plugin", "1", "The destination does not answer, and there is a policy of Cilium's own kind.", "False", "TimedOut", "CiliumNetworkPolicy sit-policy-plugin/lockdown may apply"),

        // Must not be reached
        new("must-not-reach", "database", "The row must not reach a host outside the cluster, and a NetworkPolicy denies it.", "True", "Blocked"),
        new("must-not-reach", "metadata", "The row must not reach the cloud's metadata service, which agents refuse to probe.", "Unknown", "TargetRefused"),
    ];
}
