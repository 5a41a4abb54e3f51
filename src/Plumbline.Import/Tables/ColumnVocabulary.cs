using System.Collections.Frozen;
using System.Text;
using System.Text.RegularExpressions;
using Plumbline.Import.Cells;

namespace Plumbline.Import.Tables;

/// <summary>The titles that columns have in documents of connections.</summary>
internal static partial class ColumnVocabulary
{
    private static readonly FrozenDictionary<string, ColumnRole> Core = English().ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, ColumnRole> Roles = WithLanguages().ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>"L4", "Port 2", "IPv4": more digits are those of a cell.</summary>
    private const int MaximumDigits = 4;

    /// <summary>Cells of every line are looked at as titles, and most of them recur.</summary>
    private const int MaximumRemembered = 8192;

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, ColumnRole> Remembered = new(StringComparer.Ordinal);

    /// <summary>Longest first, so that "connection type" is not taken for "connection". English only: these are looked for inside glued letters.</summary>
    public static IReadOnlyList<(string Key, ColumnRole Role)> Phrases { get; } =
        [.. Core.Where(r => r.Key.Length > 1 && IsWordOfGluedHeaders(r.Value)).OrderByDescending(r => r.Key.Length).ThenBy(r => r.Key, StringComparer.Ordinal).Select(r => (r.Key, r.Value))];

    public static Column ColumnOf(string title, ColumnOverrides overrides, int offset = 0)
    {
        var clean = CellText.Clean(title);
        if (clean.Length > CellText.MaximumTitle)
            return new Column(CellText.Short(clean), ColumnRole.Other, offset);
        if (!overrides.IsEmpty && overrides.For(clean) is { } field)
            return OfField(clean, field, offset);

        var role = RoleOf(clean);
        return role switch
        {
            ColumnRole.Port => new Column(clean, role, offset, ProtocolHint().Match(clean) is { Success: true } hint ? hint.Value.ToUpperInvariant() : null, FlowOf(clean)),
            _ => new Column(clean, role, offset),
        };
    }

    public static ColumnRole RoleOf(string title)
    {
        var clean = CellText.Clean(title);
        if (clean.Length > CellText.MaximumTitle)
            return ColumnRole.Other;
        if (clean.Trim() is "#" or "№" or "N°" or "Nº" or "№ п/п")
            return ColumnRole.Number;
        if (CountDigits(clean) > MaximumDigits)
            return ColumnRole.Other;
        if (Remembered.TryGetValue(clean, out var remembered))
            return remembered;

        var role = RoleOfTitle(clean);
        if (Remembered.Count < MaximumRemembered)
            Remembered.TryAdd(clean, role);
        return role;
    }

    private static int CountDigits(string title)
    {
        var digits = 0;
        foreach (var c in title)
            digits += char.IsAsciiDigit(c) ? 1 : 0;
        return digits;
    }

    private static ColumnRole RoleOfTitle(string clean)
    {
        if (PartiesTitle().IsMatch(clean))
            return ColumnRole.Parties;

        var role = Known(clean);
        if (role == ColumnRole.Other && !IsIgnored(clean) && clean.Any(char.IsLetter))
            role = ColumnLanguages.OfCompound(Key(clean));
        if (role == ColumnRole.Other && LookAlikes.Fold(clean, _ => true) is { Folded: not null } folded)
            role = Known(folded.Text);
        if (role == ColumnRole.Other && !IsIgnored(clean))
            role = ByWords(clean);
        return role == ColumnRole.Other && !IsIgnored(clean) ? ByParts(clean) : role;
    }

    /// <summary>"Protocollo / Servizio", "Anwendung/Dienst": the first title that is known.</summary>
    private static ColumnRole ByParts(string title)
    {
        if (!title.Contains('/', StringComparison.Ordinal))
            return ColumnRole.Other;
        var roles = title.Split('/', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Known).Where(r => r != ColumnRole.Other).ToList();
        return roles.Contains(ColumnRole.Port) && roles.Contains(ColumnRole.Protocol) ? ColumnRole.ProtocolPort : roles.FirstOrDefault();
    }

    /// <summary>Letters only, lower case, without accents: titles are compared without blanks, apostrophes and case, as exports lose or glue them.</summary>
    public static string Key(string title)
    {
        var key = new StringBuilder(title.Length);
        foreach (var c in title)
        {
            if (char.IsAscii(c) ? char.IsAsciiLetter(c) : char.IsLetter(c))
                key.Append(Accents.Plain(char.ToLowerInvariant(c)));
        }

        return key.ToString();
    }

    /// <summary>A direction that a title, a heading or a cell states; the words of all languages.</summary>
    public static Flow FlowOf(string text)
    {
        var inbound = InboundWord().IsMatch(text);
        var outbound = OutboundWord().IsMatch(text);
        return (inbound, outbound) switch
        {
            (true, true) => Flow.Both,
            (true, false) => Flow.Inbound,
            (false, true) => Flow.Outbound,
            _ => BothWord().IsMatch(text) ? Flow.Both : Flow.NotStated,
        };
    }

    private static bool IsWordOfGluedHeaders(ColumnRole role) =>
        role is ColumnRole.Number or ColumnRole.Source or ColumnRole.Destination or ColumnRole.Party or ColumnRole.Listener or ColumnRole.Protocol or ColumnRole.Port or ColumnRole.ProtocolPort
            or ColumnRole.Classification or ColumnRole.Description or ColumnRole.SourcePort;

    private static Column OfField(string title, ColumnField field, int offset) => field switch
    {
        ColumnField.Number => new Column(title, ColumnRole.Number, offset),
        ColumnField.Source => new Column(title, ColumnRole.Source, offset),
        ColumnField.Destination => new Column(title, ColumnRole.Destination, offset),
        ColumnField.Peer => new Column(title, ColumnRole.Peer, offset),
        ColumnField.Parties => new Column(title, ColumnRole.Parties, offset),
        ColumnField.Component => new Column(title, ColumnRole.Listener, offset),
        ColumnField.Protocol => new Column(title, ColumnRole.Protocol, offset),
        ColumnField.Ports => new Column(title, ColumnRole.Port, offset),
        ColumnField.TcpPorts => new Column(title, ColumnRole.Port, offset, "TCP"),
        ColumnField.UdpPorts => new Column(title, ColumnRole.Port, offset, "UDP"),
        ColumnField.ProtocolPort => new Column(title, ColumnRole.ProtocolPort, offset),
        ColumnField.Direction => new Column(title, ColumnRole.Classification, offset),
        ColumnField.Action => new Column(title, ColumnRole.Action, offset),
        ColumnField.Status => new Column(title, ColumnRole.Status, offset),
        ColumnField.Description => new Column(title, ColumnRole.Description, offset),
        ColumnField.Ignore => new Column(title, ColumnRole.Ignored, offset),
    };

    private static ColumnRole Known(string text)
    {
        if (Roles.TryGetValue(Key(text), out var role))
            return role;
        var bracket = text.IndexOfAny(['(', '[', '（']);
        if (bracket > 0 && Roles.TryGetValue(Key(text[..bracket]), out role))
            return role;
        // two languages in one title: "源地址 Source", "Port / 端口"
        foreach (var part in text.Split(['/', '|', '(', ')', '（', '）', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (part.Any(c => c > '\u02FF') && Roles.TryGetValue(Key(part), out role))
                return role;
        }

        return ColumnRole.Other;
    }

    private static bool IsIgnored(string title) => Core.TryGetValue(Key(title), out var role) && role == ColumnRole.Other;

    /// <summary>Titles of a few words that are not in the list: "Default TCP ports", "Destination component name".</summary>
    private static ColumnRole ByWords(string title)
    {
        var words = title.ToLowerInvariant().Split([' ', '/', '-', '_', '(', ')', ':', ',', '.', '[', ']'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is 0 or > 5 || words.Any(w => w.Length > 1 && w.All(char.IsAsciiDigit)))
            return ColumnRole.Other;

        var port = words.Any(w => w is "port" or "ports" or "port(s)");
        var protocol = words.Any(w => w is "protocol" or "protocols" or "proto");
        var from = words.Any(w => w is "source" or "src" or "client" or "from" or "initiator" or "sources");
        var to = words.Any(w => w is "destination" or "dst" or "dest" or "target" or "to" or "server" or "destinations");
        var address = words.Any(w => w is "ip" or "ips" or "address" or "addresses" or "addr" or "cidr" or "subnet" or "network" or "fqdn" or "hostname" or "vlan" or "zone" or "namespace" or "interface" or "user" or "nat" or "env" or "environment" or "stage" or "region" or "country" or "datacenter" or "vpc" or "vnet" or "team" or "owner" or "location");
        if (words.Any(w => w is "count" or "number" or "speed" or "type" or "name" or "used" or "available" or "total") && port && words.Any(w => w is "switch" or "ethernet" or "console" or "usb" or "count" or "speed" or "total" or "available"))
            return ColumnRole.Hardware;
        if (words.Length is 2 or 3 && words[^1] is "count" or "counts" or "hits" or "packets" or "occurrences" or "percentage")
            return ColumnRole.Hardware;
        return (port, protocol) switch
        {
            (true, true) => ColumnRole.ProtocolPort,
            (true, _) => words[0] is "source" or "src" or "client" or "from" or "s" ? ColumnRole.SourcePort : ColumnRole.Port,
            (_, true) => ColumnRole.Protocol,
            _ when from && to => ColumnRole.Peer,
            _ when words.Length is 2 or 3 && words[0] is "remote" or "peer" or "opposite" => ColumnRole.Peer,
            _ when words.Length <= 4 && FlowOf(title) == Flow.Both => ColumnRole.Classification,
            _ when address && from => ColumnRole.SourceAddress,
            _ when address && to => ColumnRole.DestinationAddress,
            _ when words.Contains("destination") || words.Contains("target") || words.Contains("dst") => ColumnRole.Destination,
            _ when words[0] is "source" or "from" or "src" => ColumnRole.Source,
            _ when words[0] is "to" => ColumnRole.Destination,
            _ when words.Contains("description") || words.Contains("purpose") || words.Contains("comment") || words.Contains("justification") => ColumnRole.Description,
            _ when words.Contains("classification") || words.Contains("direction") => ColumnRole.Classification,
            _ when words.Length is 2 or 3 && words[0] is "rule" or "flow" or "line" or "item" or "entry" or "connection" or "row" or "policy" && words[^1] is "order" or "no" or "nr" or "number" or "num" or "id" or "index" or "seq" => ColumnRole.Number,
            _ when words.Length == 2 && words[0] is "component" or "service" or "application" && words[1] is "name" or "role" => ColumnRole.Listener,
            _ when words.Length is 2 or 3 && words[^1] is "source" or "sources" or "caller" or "callers" or "client" or "clients" => ColumnRole.Source,
            _ when words.Length is 2 or 3 && words[^1] is "service" or "services" or "component" or "components" or "daemon" or "daemons" or "process" or "application" => ColumnRole.Listener,
            _ => ColumnRole.Other,
        };
    }

    private static Dictionary<string, ColumnRole> WithLanguages()
    {
        var roles = new Dictionary<string, ColumnRole>(StringComparer.Ordinal);
        foreach (var (key, role) in Core)
            roles[key] = role;
        foreach (var (key, role) in ColumnLanguages.All())
            roles.TryAdd(key, role);
        return roles;
    }

    private static Dictionary<string, ColumnRole> English()
    {
        var roles = new Dictionary<string, ColumnRole>(StringComparer.Ordinal);
        Add(ColumnRole.Number, "Connection, Connection number, Connection no, Connection id, Number, No, Nr, Num, Id, Diagram reference number, Diagram reference, Diagram number, "
            + "Reference number, Reference, Ref, Ref no, Line, Line number, Row, Item, Link, Flow, Flow number, Index, Rule, Rule number, Rule no, Rule id, Seq, Sequence, Policy id, Flow id, Connection ref, Flow no, Sr no, S no, Step");
        Add(ColumnRole.Source, "Source, Src, From, Source component, Source service, Source host, Source system, Source server, Source name, Initiator, Initiated by, Sources, Source role, Source node, "
            + "Caller, Callers, Calling, Calling service, Client, Clients, Used by, Consumer, Consumers, Consumed by, Consuming service, Origin, Source workload, Source pod, Source application, Source app, Source container, Source vm, Source machine, "
            + "Requester, Requestor, Requesting service, Sender, Originator, Called by, Accessed by, Allowed from, Accessible from, Accessed from, Allowed sources, Connecting from, Inbound from, Traffic from, Connection from, Request from, Accepts from, "
            + "Source instance, Source device, Client component, Client application, Client service, From component, From service, From host, From system, Comes from, Initiating component, Initiating system, Source site, Source tier, Source group, Source security group, Source cluster, Dependent service, Dependents");
        Add(ColumnRole.SourceAddress, "Source address, Source IP, Source IP address, Src IP, Src address, Source addr, Src addr, Source ip range, Source range, Source CIDR, Source subnet, Source network, Source zone, From zone, Client IP, "
            + "Source hostname, Src host, Src zone, Source namespace, Srcintf, Source interface, Srcaddr, Source user, Source ips, Src ips, Src cidr, From ip, From address, Source FQDN, Source addresses, Source vlan");
        Add(ColumnRole.Destination, "Destination, Dest, Dst, To, Target, Destination component, Destination service, Destination host, Destination system, Destination server, Destinations, Destination role, Destination node, "
            + "Destination name, Target component, Target service, Target system, Target host, Target server, Connects to, Connected to, Connecting to, Receiver, Listener, Server, Destination workload, Destination pod, Dest host, Dest server, "
            + "Destination application, Destination app, Destination container, Destination vm, Destination machine, Depends on, Dependency, Dependencies, Upstream dependency, Provider, Backend, Upstream, Upstream service, Called, Callee, Called service, Calls, Talks to, Reaches, Outbound to, Traffic to, Connection to, "
            + "Provided by, Providing service, Producer service, Serving component, Endpoint service, To component, To service, To host, To system, Requires, Uses, Required service, Server component, Recipient, Destination instance, Destination device, "
            + "Goes to, Destination site, Destination tier, Destination group, Destination security group, Destination cluster, Target application, Target name, Sends to, Writes to, Reads from, Accesses, Responder, Servers");
        Add(ColumnRole.DestinationAddress, "Destination address, Destination IP, Destination IP address, Dst IP, Dst address, Dest IP, Dest address, Destination addr, Dst addr, Destination range, Destination CIDR, Destination subnet, Destination network, "
            + "Destination zone, To zone, Server IP, Destination hostname, Dst zone, Destination namespace, Dstintf, Destination interface, Dstaddr, Target IP, Target address, Destination ips, Dst ips, Dst cidr, To ip, To address, Destination FQDN, Destination URL, Destination addresses, Destination vlan, Destination host name");
        Add(ColumnRole.Party, "What's connecting, Whats connecting, What is connecting, Who's connecting, Connecting component, Connecting party, Connecting service");
        Add(ColumnRole.Peer, "Peer, Peers, Remote, Remote host, Remote address, Remote IP, Remote component, Remote system, Remote end, Remote endpoint, Remote party, Remote side, Counterpart, Counterparty, Source destination, Source or destination, Destination source, "
            + "Other side, Other end, Other party, Other component, Communicates with, Talks with, Communication partner, Partner, Peer component, Peer service, Peer system, Remote service, Interacts with, Source target, From to, To from, Connects with, Remote peer, Src dst");
        Add(ColumnRole.Parties, "Source and destination, Communication, Communication path, Flow direction path, Connection path, Path, Traffic flow, Data flow, Source to destination, Between, Endpoints, Parties, From and to");
        Add(ColumnRole.Listener, "Component, Component name, Service, Service name, Application, Application name, Process, Process name, Role, Host role, Node role, Server role, Container, Container name, Local, Local component, Local host, Local system, Local service, Local side, "
            + "Pod, Pod name, Workload, Module, Daemon, Listening component, Listening service, Listening process, Subsystem, Microservice, Micro service, Node type, Components, Services, App, Product, Daemon name, Listening on, Machine, Machine role, Instance, Program, Software, Group, Security group, SG, Security group name, Tier, Layer, Resource, Deployment, Workload name, Subsystem name, Server name, Component service, Service component, Node name");
        Add(ColumnRole.Address, "Host, Hosts, Hostname, Host name, FQDN, Domain, Domain name, URL, URLs, Address, IP address, IP, Endpoint, Endpoint URL, Host IP, DNS name, URI, Node, Nodes, Addresses, Hostnames, Domains, Site");
        Add(ColumnRole.Protocol, "Protocol, Protocols, Connection type, Connection protocol, Transport, Transport protocol, Transport layer, Network protocol, L4 protocol, Layer 4 protocol, Application protocol, Proto, Protos, IP protocol, Protocol type, L4, L7 protocol, TCP UDP, TCP or UDP, UDP TCP, Protocol name, Prot, Transport type, "
            + "Layer protocol, Tech, Technology protocol");
        Add(ColumnRole.Port, "Port, Ports, Port number, Port numbers, Port range, Port ranges, Port s, Default port, Default ports, TCP port, UDP port, TCP ports, UDP ports, Destination port, Port numbers s, "
            + "Destination ports, Dest port, Dest ports, Dst port, Dst ports, Target port, Target ports, Listen port, Listening port, Listening ports, Listen ports, Server port, Server ports, Service port, Service ports, Port no, Port nos, D port, Dport, To port, Ports used, Open ports, Required ports, Connection port, Local port, Container port, "
            + "Inbound ports, Outbound ports, Inbound port, Outbound port, Incoming ports, Outgoing ports, Ingress ports, Egress ports, Exposed port, Exposed ports, Network port, Network ports, TCP, UDP, Port from to, Used ports, Used port, Listener port, TCP port number, UDP port number, Dst ports range, Destination port range, Port value");
        Add(ColumnRole.ProtocolPort, "Protocol port, Port protocol, Protocol and port, Port and protocol, Protocols and ports, Ports and protocols, Protocol ports, Ports protocols, Protocol port number, Proto port, Port proto, Protocols ports, Ports protocol, Service port protocol, Port type, Protocol ports s, "
            + "Port and protocols, Ports and protocol, Proto ports, Protocol and ports, Port with protocol, Default port protocol, Destination port protocol, TCP UDP port, TCP UDP ports, Port TCP UDP, Ports TCP UDP, Destination protocol port, Dst port protocol, Destination service port");
        Add(ColumnRole.Classification, "Classification, Connection classification, Direction, Traffic direction, Flow direction, Traffic type, Connection direction, Inbound outbound, In out, Ingress egress, Direction of traffic, Dir, Rule type, Inbound or outbound, Network direction, Rule direction, Initiation direction, Direction of flow, Data flow direction, Communication direction");
        Add(ColumnRole.Action, "Action, Actions, Permission, Access, Decision, Verdict, Allow deny, Permit deny, Allowed, Policy action, Rule action, Firewall action, Allow or deny, Policy, Effect");
        Add(ColumnRole.Status, "Status, State, Lifecycle, Rule status, Implementation status, Phase, Flow status, Connection status, Change status, Enabled, Disabled, Active, Valid, Live, Life cycle, Availability status");
        Add(ColumnRole.Hardware, "Count, Counts, Hits, Qty, Quantity, Amount, Model, Part number, SKU, Speed, Rack, Slot, Slots, CPU, CPUs, RAM, Memory, Disk, Storage, Cores, vCPU, vCPUs, Serial number, MAC address, Cable, Cable type, Connector, Connector type, Unit price, Price, Vendor part, Number of ports, Port count, Port speed, Switch port, "
            + "Switch, Bandwidth, Weight, Watts, Power, VLANs, Firmware, Patch panel, Outlet, Media type, Form factor, Height, Chassis, Interface speed, Throughput, Link speed");
        Add(ColumnRole.Description, "Data that travels on this connection, Data that travels, Data, Description, Descriptions, Purpose, Notes, Note, Comment, Comments, Remark, Remarks, Details, Detail, Usage, Use, Used for, Use case, "
            + "Function, Reason, Explanation, What it does, Purpose description, Purpose of connection, Justification, Business justification, Info, Information, Additional information, Required for, Needed for, Why, Description purpose, Traffic description, Content, Payload, Summary, Meaning, What for, Rationale");
        Add(ColumnRole.SourcePort, "Source port, Source ports, Src port, Src ports, Client port, Client ports, From port, S port, Sport, Source port range, Originating port, Ephemeral port, Source port s");
        return roles;

        void Add(ColumnRole role, string titles)
        {
            foreach (var title in titles.Split(", "))
                roles.TryAdd(Key(title), role);
        }
    }

    [GeneratedRegex(@"^\W*(?:source|src|from|client|initiator|quelle|origen|von)\W*(?:->|→|=>|➔|➜|⇒|>|to|↔|<->|–>|—>|\s-\s)\W*(?:destination|dest|dst|target|to|server|ziel|destino|nach)\W*$", RegexOptions.IgnoreCase)]
    private static partial Regex PartiesTitle();

    [GeneratedRegex(@"\b(TCP|UDP|SCTP|HTTPS|HTTP|TLS|SSL|gRPC)\b(?!\s*/\s*(?:TCP|UDP))(?<!(?:TCP|UDP)\s*/\s*(?:TCP|UDP))", RegexOptions.IgnoreCase)]
    private static partial Regex ProtocolHint();

    [GeneratedRegex(@"\b(?:in-?bound|ingress|incoming|listen(?:s|ing|er)?|entrant(?:e|es)?|eingehend\w*|entrada|ingresso|in ingresso|recebid\w*|gelen|receiv(?:es|ing)|accepts?|exposed|exposes)\b|входящ|入站|入方向|流入|入向|インバウンド|受信|인바운드|수신", RegexOptions.IgnoreCase)]
    private static partial Regex InboundWord();

    [GeneratedRegex(@"\b(?:out-?bound|egress|outgoing|sortant(?:e|es|s)?|ausgehend\w*|salida|saliente\w*|saida|in uscita|uscita|giden|çıkış)\b|исходящ|出站|出方向|流出|出向|アウトバウンド|送信(?!元)|아웃바운드|발신", RegexOptions.IgnoreCase)]
    private static partial Regex OutboundWord();

    [GeneratedRegex(@"\b(?:bi-?directional|both(?: ways| directions)?|two-?way|bidireccional|bidirectionnel\w*|bidirektional|bidirezionale|in/out|in & out|beidseitig)\b|双向|雙向|双方向|양방향|двунаправлен|[↔⇔⇄⇆⟷]|<-+>|<=+>", RegexOptions.IgnoreCase)]
    private static partial Regex BothWord();
}
