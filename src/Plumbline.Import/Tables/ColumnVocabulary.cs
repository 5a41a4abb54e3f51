using System.Collections.Frozen;
using System.Text;
using Plumbline.Import.Cells;

namespace Plumbline.Import.Tables;

/// <summary>The titles that columns have in documents of connections.</summary>
internal static class ColumnVocabulary
{
    private static readonly FrozenDictionary<string, ColumnRole> Roles = Build().ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Longest first, so that "connection type" is not taken for "connection".</summary>
    public static IReadOnlyList<(string Key, ColumnRole Role)> Phrases { get; } =
        [.. Roles.Where(r => r.Key.Length > 1).OrderByDescending(r => r.Key.Length).ThenBy(r => r.Key, StringComparer.Ordinal).Select(r => (r.Key, r.Value))];

    public static ColumnRole RoleOf(string title)
    {
        var text = LookAlikes.Fold(CellText.Clean(title), _ => true).Text;
        var bracket = text.IndexOf('(', StringComparison.Ordinal);
        var key = Key(text);
        if (Roles.TryGetValue(key, out var role) || (bracket > 0 && Roles.TryGetValue(Key(text[..bracket]), out role)))
            return role;
        return text.Trim() is "#" or "№" ? ColumnRole.Number : ByWords(text);
    }

    /// <summary>Letters only, lower case: titles are compared without blanks, apostrophes and case, as exports lose or glue them.</summary>
    public static string Key(string title)
    {
        var key = new StringBuilder(title.Length);
        foreach (var c in title)
        {
            if (char.IsLetter(c))
                key.Append(char.ToLowerInvariant(c));
        }

        return key.ToString();
    }

    /// <summary>Titles of a few words that are not in the list: "Default TCP ports", "Destination component name".</summary>
    private static ColumnRole ByWords(string title)
    {
        var words = title.ToLowerInvariant().Split([' ', '/', '-', '_', '(', ')', ':', ','], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is 0 or > 5 || words.Any(w => w.Any(char.IsAsciiDigit)))
            return ColumnRole.Other;

        var port = words.Any(w => w is "port" or "ports");
        var protocol = words.Any(w => w is "protocol" or "protocols");
        return (port, protocol) switch
        {
            (true, true) => ColumnRole.ProtocolPort,
            (true, _) => words[0] is "source" or "src" or "client" or "from" ? ColumnRole.Other : ColumnRole.Port,
            (_, true) => ColumnRole.Protocol,
            _ when words.Contains("destination") || words.Contains("target") => ColumnRole.Destination,
            _ when words[0] is "source" or "from" => ColumnRole.Source,
            _ when words[0] is "to" => ColumnRole.Destination,
            _ when words.Contains("description") || words.Contains("purpose") => ColumnRole.Description,
            _ when words.Contains("classification") || words.Contains("direction") => ColumnRole.Classification,
            _ => ColumnRole.Other,
        };
    }

    private static Dictionary<string, ColumnRole> Build()
    {
        var roles = new Dictionary<string, ColumnRole>(StringComparer.Ordinal);
        Add(ColumnRole.Number, "Connection, Connection number, Connection no, Connection id, Number, No, Nr, Num, Id, Diagram reference number, Diagram reference, Diagram number, "
            + "Reference number, Reference, Ref, Ref no, Line, Line number, Row, Item, Link, Flow, Flow number, Index");
        Add(ColumnRole.Source, "Source, Src, From, Source component, Source service, Source host, Source system, Source server, Source address, Source IP, Source name, Initiator, Initiated by, "
            + "Caller, Client, Used by, Consumer, Origin, Source workload, Source pod, Source application");
        Add(ColumnRole.Destination, "Destination, Dest, Dst, To, Target, Destination component, Destination service, Destination host, Destination system, Destination server, Destination address, "
            + "Destination IP, Destination name, Target component, Target service, Connects to, Connected to, Connecting to, Receiver, Listener, Server, Destination workload, Destination pod, "
            + "Destination application");
        Add(ColumnRole.Party, "What's connecting, Whats connecting, What is connecting, Who's connecting, Connecting component, Connecting party");
        Add(ColumnRole.Listener, "Component, Component name, Service, Service name, Application, Application name, Process, Process name, Role, Host role, Node role, Server role, Container, "
            + "Pod, Workload, Module");
        Add(ColumnRole.Protocol, "Protocol, Protocols, Connection type, Connection protocol, Transport, Transport protocol, Network protocol, L4 protocol, Application protocol");
        Add(ColumnRole.Port, "Port, Ports, Port number, Port numbers, Port range, Port ranges, Default port, Default ports, TCP port, UDP port, TCP ports, UDP ports, Destination port, "
            + "Destination ports, Dest port, Dst port, Target port, Listen port, Listening port, Server port, Service port, Port no");
        Add(ColumnRole.ProtocolPort, "Protocol port, Port protocol, Protocol and port, Port and protocol, Protocols and ports, Ports and protocols, Protocol ports, Ports protocols, Protocol port number");
        Add(ColumnRole.Classification, "Classification, Connection classification, Direction, Traffic direction, Flow direction");
        Add(ColumnRole.Description, "Data that travels on this connection, Data that travels, Data, Description, Purpose, Notes, Note, Comment, Comments, Remark, Remarks, Details, Usage, Use, Used for, "
            + "Function, Reason, Explanation, What it does");
        Add(ColumnRole.Other, "Source port, Source ports, Src port, Client port");
        return roles;

        void Add(ColumnRole role, string titles)
        {
            foreach (var title in titles.Split(", "))
                roles.TryAdd(Key(title), role);
        }
    }
}
