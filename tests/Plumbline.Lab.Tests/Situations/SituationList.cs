namespace Plumbline.Lab.Tests.Situations;

/// <summary>All situations, in the order of docs/verdicts.md.</summary>
internal static class SituationList
{
    /// <summary>Not a row: no row may change when cluster DNS gets another name.</summary>
    public const string ClusterDnsRenamed = "cluster-dns";

    /// <summary>Where the product does not say what it must yet, and what it says. An entry that is met fails its test, so that it is taken out.</summary>
    public static IReadOnlyDictionary<string, string> Pending { get; } = new Dictionary<string, string>
    {
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
        new("both-protocols", "tcp", "Service with port 53 of both transports, which lead to different ports; TCP row.", "True", "Reachable"),
        new("both-protocols", "udp", "The same; UDP row.", "True", "Reachable"),
        new("both-protocols", "udp-only", "TCP row to a port that the Service has over UDP only.", "False", "ServicePortMissing", "5060/UDP"),
        new("rollout-port", "1", "Named target port that is another number in the pods of a rollout, and that one ready pod does not have.", "True", "Reachable"),
        new("manual-slices", "two-managers", "The same endpoint in slices of two managers (mirrored Endpoints), one without conditions.", "True", "Reachable"),
        new("manual-slices", "fqdn", "The Service's only EndpointSlice holds names (addressType FQDN).", "False", "NoReadyEndpoints", "FQDN"),
        new("manual-slices", "misnamed", "Hand-written slice whose port has another name than the Service's.", "False", "NoReadyEndpoints", "have only 'web'"),
        new("from-outside", "name", "Service of type LoadBalancer with externalTrafficPolicy: Local, by its name from nodes that have no pod of it.", "True", "Reachable")
        {
            Before = ["kubectl patch svc -n NS lb --subresource=status --type=merge -p {\"status\":{\"loadBalancer\":{\"ingress\":[{\"ip\":\"192.0.2.78\"}]}}}"],
        },
        new("from-outside", "balancer", "The same by the load balancer's address, which kube-proxy short-circuits.", "True", "Reachable"),
        new("from-outside", "external-ip", "The same by an external IP.", "True", "Reachable"),
        new("from-outside", "node-port", "The same by its node port.", "True", "Reachable"),
        new("beside-the-server", "service-port", "The labels of the destination's pods are those of a worker and of a completed Job, too, and a Service that selects none is left over.", "True", "Reachable"),
        new("beside-the-server", "target-port", "The same; the row has the port inside the pods.", "True", "Reachable"),
        new("scaled-to-zero", "destination", "The destination is scaled to zero.", "False", "NoReadyEndpoints"),
        new("scaled-to-zero", "source", "The source is scaled to zero.", "Unknown", "SourceNotRunning"),
        new("scaled-to-zero", "blocked", "The row must not reach what is scaled to zero.", "Unknown", "ControlFailed", "nothing of isolation"),
        new("host-network-server", "1", "The server is in its node's network, and a NetworkPolicy that selects it does not apply.", "True", "Reachable"),
        new("itself", "1", "Pods that reach each other and themselves by their own Service.", "True", "Reachable"),

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
        new("name-chain", "chain", "ExternalName that leads to another Service.", "True", "Reachable"),
        new("name-chain", "dot", "ExternalName that ends with a dot.", "True", "Reachable"),
        new("name-chain", "literal", "ExternalName that is an address.", "False", "NameNotResolved", "is an address"),
        new("name-chain", "gone", "ExternalName that leads to a name that there is not.", "False", "NameNotResolved", "gone.example.net"),
        new("pod-names", "short", "Name of a StatefulSet's pod below its headless Service, cut short (pg-0.pg).", "True", "Reachable"),
        new("pod-names", "no-such-pod", "The same of a pod that there is not.", "False", "NameNotResolved", "pg-7.pg"),
        new("pod-names", "spelling", "A name in capitals that ends with a dot.", "True", "Reachable"),
        new("resolver-settings", "host-alias", "A name that only the caller's hostAliases have.", "True", "Reachable"),
        new("resolver-settings", "ndots", "The caller has ndots:1, and the name (service.namespace) a dot.", "True", "Reachable", "glibc only"),
        new("resolver-settings", "search", "A short name that only a search domain of the caller's dnsConfig completes.", "True", "Reachable"),
        new("resolver-settings", "dead-first", "The first of the caller's nameservers is dead.", "True", "Reachable"),
        new("host-network-dns", "1", "The caller is in its node's network with dnsPolicy ClusterFirst, and the node's resolver knows no Services.", "False", "NameNotResolved", "ClusterFirstWithHostNet")
        {
            Before = ["fault resolver node-2 search=internal.example.org apart"],
        },
        new("dns-filter", "1", "A DNS filter answers 0.0.0.0 for the name.", "False", "NameNotResolved", "DNS filter")
        {
            Before = ["fault dns ads.example.net 0.0.0.0"],
        },
        new("dns-denied", "1", "A NetworkPolicy denies the caller all egress, and with it DNS.", "False", "BlockedByNetworkPolicy", "DNS is denied"),

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
        new("sidecar", "1", "A mesh's sidecar in the caller accepts every connection, and behind it nothing listens.", "Unknown", "ProxyAccepted", "the proxy of Istio in"),
        new("wrong-protocol", "https-to-http", "HTTPS row to a server that speaks plain HTTP.", "False", "TlsHandshakeFailed", "plain HTTP"),
        new("wrong-protocol", "http-to-tls", "HTTP row to a TLS server that hangs up on it.", "False", "NotHttp", "document it as HTTPS"),
        new("wrong-protocol", "http-to-tls-400", "HTTP row to a TLS server that answers it with status 400, as nginx does.", "False", "NotHttp", "document it as HTTPS"),
        new("wrong-protocol", "http-to-ssh", "HTTP row to an SSH server.", "False", "NotHttp", "SSH-2.0"),
        new("wrong-protocol", "tls-to-ssh", "TLS row to an SSH server.", "False", "TlsHandshakeFailed", "SSH-2.0"),
        new("wrong-protocol", "grpc-to-http", "gRPC row to a server of HTTP/1.1.", "False", "NotHttp", "HTTP/1.1"),
        new("wrong-protocol", "expired", "HTTPS server whose certificate has expired.", "True", "Reachable"),
        new("wrong-protocol", "self-signed", "TLS server with a certificate that it signed itself.", "True", "Reachable"),
        new("starttls", "smtp", "TLS row to an SMTP server with STARTTLS.", "True", "Reachable"),
        new("starttls", "postgres", "TLS row to a PostgreSQL with TLS.", "True", "Reachable"),
        new("starttls", "postgres-without", "TLS row to a PostgreSQL without TLS.", "False", "TlsHandshakeFailed", "no TLS"),
        new("starttls", "direct", "TLS from the first byte on a port that is usual for STARTTLS.", "True", "Reachable"),
        new("http-answers", "early-hints", "HTTP server that sends 103 Early Hints before its status; only 200 is expected.", "True", "Reachable"),
        new("http-answers", "endless", "HTTP answer whose body never ends (server-sent events).", "True", "Reachable"),
        new("http-answers", "big-headers", "HTTP answer with 60 KB of headers.", "True", "Reachable"),
        new("http-answers", "http10", "Server of HTTP/1.0.", "True", "Reachable"),
        new("http-answers", "in-drops", "HTTP answer that comes byte by byte; only 200 is expected.", "True", "Reachable"),
        new("http-answers", "reset-after-status", "HTTP server that resets the connection after its status.", "True", "Reachable"),
        new("http-answers", "redirect", "HTTP server that redirects to HTTPS.", "True", "Reachable"),
        new("http-answers", "limited", "HTTP server that limits its callers (429).", "True", "Reachable", "429"),
        new("http-answers", "unexpected", "A redirect (302) where 200 or 204 is expected.", "False", "HttpUnexpectedStatus", "302"),
        new("http-answers", "icy", "A server of almost HTTP (ICY 200 OK).", "False", "NotHttp", "ICY"),
        new("http-answers", "no-answer", "HTTP server that takes the request and hangs up.", "False", "ClosedByPeer|HttpNoResponse"),

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
        new("hangs-up", "loopback", "Server that listens on 127.0.0.1 only.", "False", "ListeningOnLoopbackOnly"),
        new("ranges", "used", "A range of ports, one of which is in use.", "True", "Reachable", "nothing listens on port"),
        new("ranges", "idle", "A range of ports, none of which is in use at the moment.", "Unknown", "RangeIdle", "the way there is open"),
        new("udp", "dns", "UDP row to a DNS server.", "True", "Reachable"),
        new("udp", "ntp", "UDP row to an NTP server.", "True", "Reachable"),
        new("udp", "silent", "UDP row to a server that answers nothing.", "Unknown", "Silent"),
        new("udp", "refused", "UDP row to a port that nobody has opened.", "False", "ConnectionRefused|NotListening"),
        new("queue-full", "1", "Nobody accepts, and the queue of the server's port is full.", "False", "TimedOut|AcceptQueueFull", "queue"),
        new("ipv6-only-listener", "1", "Server that listens on IPv6 only, and is called by IPv4.", "False", "ConnectionRefused|NotListening"),
        new("udp-more", "none-ready", "UDP row to a Service without a ready pod.", "False", "NoReadyEndpoints"),
        new("denied", "dns", "UDP row to a DNS server that a NetworkPolicy denies.", "False", "BlockedByNetworkPolicy", "deny"),
        new("denied", "syslog", "UDP row to a server that answers nothing, and a NetworkPolicy denies it.", "Unknown", "Silent", "NetworkPolicy"),

        // Nodes and namespaces
        new("node-without-agent", "windows", "The caller runs on a Windows node.", "Unknown", "NodeUnsupported", "win-1"),
        new("node-without-agent", "fargate", "The caller runs on Fargate.", "Unknown", "NodeUnsupported", "fargate-10-0-0-7"),
        new("node-without-agent", "mixed", "Of three callers one runs on Windows and one on Fargate.", "True", "Reachable"),
        new("left-behind", "1", "A caller's old network namespace stays behind, with its address.", "True|Unknown", "Reachable|SourceNotFound")
        {
            Then = ["fault netns NS/caller-1 left-behind"],
        },
        new("sources", "done", "The caller's only pod is that of a completed Job.", "Unknown", "SourceNotRunning", "does not run")
        {
            Before = ["kubectl patch pod -n NS done-1 --subresource=status --type=merge -p {\"status\":{\"phase\":\"Succeeded\"}}"],
        },
        new("sources", "pending", "The caller's only pod cannot be scheduled.", "Unknown", "SourceNotRunning", "Pending"),
        new("sources", "evicted", "An evicted pod is left beside the caller's.", "True", "Reachable")
        {
            Before = ["kubectl patch pod -n NS evicted-1 --subresource=status --type=merge -p {\"status\":{\"phase\":\"Failed\",\"reason\":\"Evicted\"}}"],
        },
        new("sources", "mixed", "Of three callers one is Pending and one is not ready.", "True", "Reachable"),

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
        new("denied", "http-blocked", "The row must not reach a server, and a NetworkPolicy denies it.", "True", "Blocked"),
        new("denied", "dns-blocked", "The same over UDP.", "True", "Blocked"),
        new("udp-more", "blocked-open", "The row must not reach a DNS server over UDP, which answers.", "False", "OpenButExpectedBlocked"),
        new("udp-more", "blocked-silent", "The row must not reach a UDP server, which answers nobody.", "Unknown", "Silent|ControlFailed"),
        new("udp-more", "blocked-missing", "The row must not reach a UDP port that the Service does not have.", "Unknown", "ControlFailed"),
        new("open-all-the-same", "refused", "The row must not reach a port on which nothing listens.", "Unknown", "ControlFailed"),
        new("open-all-the-same", "hangs-up", "The row must not reach a server, which accepts and hangs up.", "Unknown", "ControlFailed"),
        new("open-all-the-same", "mute", "The same, which accepts and says nothing; TLS row.", "Unknown", "ControlFailed"),
        new("open-all-the-same", "no-tls", "The same, which answers in plain HTTP; TLS row.", "False", "OpenButExpectedBlocked"),
        new("open-all-the-same", "status", "The same, which answers with a status that the row does not expect.", "False", "OpenButExpectedBlocked", "HTTP status 200"),
        new("open-all-the-same", "turned-away", "The same, which says that it does not serve this client.", "False", "OpenButExpectedBlocked", "1129"),
        new("open-all-the-same", "client-certificate", "The same, which demands a client certificate.", "False", "OpenButExpectedBlocked"),
    ];
}
