using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Judging;

/// <summary>What the ports of a row mean, together with its protocol and its description.</summary>
internal static partial class PortRules
{
    /// <summary>Ports on which a web request says nothing (IANA service names; 465 and 587: RFC 8314).</summary>
    private static readonly FrozenDictionary<int, (string Protocol, ProbeKind Probe)> NotHttp = new Dictionary<int, (string, ProbeKind)>
    {
        [22] = ("ssh", ProbeKind.Tcp),
        [25] = ("smtp", ProbeKind.Tcp),
        [110] = ("pop3", ProbeKind.Tcp),
        [143] = ("imap", ProbeKind.Tcp),
        [389] = ("ldap", ProbeKind.Tcp),
        [465] = ("smtps", ProbeKind.Tls),
        [587] = ("smtp-submission (STARTTLS)", ProbeKind.Tcp),
        [636] = ("ldaps", ProbeKind.Tls),
        [993] = ("imaps", ProbeKind.Tls),
        [995] = ("pop3s", ProbeKind.Tls),
        [1433] = ("ms-sql-s", ProbeKind.Tcp),
        [1521] = ("oracle", ProbeKind.Tcp),
        [3306] = ("mysql", ProbeKind.Tcp),
        [5432] = ("postgresql", ProbeKind.Tcp),
        [5671] = ("amqps", ProbeKind.Tls),
        [5672] = ("amqp", ProbeKind.Tcp),
        [6379] = ("redis", ProbeKind.Tcp),
        [9092] = ("kafka", ProbeKind.Tcp),
        [27017] = ("mongodb", ProbeKind.Tcp),
    }.ToFrozenDictionary();

    public static void TakeProtocolFromPorts(RowDraft row)
    {
        foreach (var (port, protocol) in row.Port.Protocols)
            row.PerPort[port] = FactOf(port, protocol);
        if (row.Protocol.Ambiguous && row.Port.Ports.Count > 0 && row.Port.Ports.All(row.Port.Protocols.ContainsKey) && row.Header.Has(ColumnRole.ProtocolPort))
            row.Protocol = row.Protocol with { Ambiguous = false };
        if (row.Protocol.Text is not null || row.IsReference || row.IsLogical)
            return;

        var stated = row.Port.Protocols.Values.SelectMany(p => p.Split('/')).Distinct().ToList();
        if (stated.Count > 1 && row.Port.Ports.All(row.Port.Protocols.ContainsKey))
            Take(string.Join('/', stated).ToUpperInvariant(), $"the port cell '{CellText.Short(row.Port.Text)}' names the protocol of each port");
        else if (stated is [var one] && row.Port.Ports.All(row.Port.Protocols.ContainsKey))
            Take(one.ToUpperInvariant(), $"the port cell '{row.Port.Text}' says {one.ToUpperInvariant()}");
        else if (row.Header.IndexOf(ColumnRole.Port) is var column and >= 0 && row.Header.AllOf(ColumnRole.Port).Skip(1).All(c => row.Header.Columns[c].Protocol is null) && TitleProtocol().Match(row.Header.Columns[column].Title) is { Success: true } title && row.Port.HasPorts)
            Take(title.Value.ToUpperInvariant(), $"the column is titled '{row.Header.Columns[column].Title}'");

        void Take(string protocol, string why)
        {
            row.Protocol = ProtocolReader.Read(protocol);
            row.Info(DocumentIssueCode.ProtocolFromPortColumn, $"{why}: read as the protocol of the row, nothing to do");
        }
    }

    /// <summary>'9092/9093' is one of the two, unless the description gives each port a role: a stated role beats the slash.</summary>
    public static void TellAlternativesFromLists(RowDraft row)
    {
        var ports = row.Port.Ports;
        if (ports.Count < 2)
            return;

        var roles = ports.Select(p => (Port: p, Role: RoleOf(p, row.Description))).ToList();
        var allHaveRoles = roles.TrueForAll(r => r.Role is not null);
        if (allHaveRoles)
        {
            foreach (var (port, role) in roles)
                row.PerPort[port] = row.PerPort.GetValueOrDefault(port, new PortFact(port)) with { Purpose = role };
        }

        row.Alternatives = row.Port.Alternatives && !allHaveRoles;
        if (row.Alternatives)
            row.Warn(DocumentIssueCode.PortAlternatives, $"'{CellText.Short(row.Port.Text)}' is read as one of these ports: one that answers is enough; narrow it in the completions if only one is right");
        else if (!row.Port.Notes.Any(n => n.Code == DocumentIssueCode.MultiPort))
            row.Warn(DocumentIssueCode.MultiPort, $"'{CellText.Short(row.Port.Text)}': all {ports.Count} ports are meant{(allHaveRoles ? $", each with its role ({string.Join(", ", roles.Select(r => $"{r.Port} {r.Role}"))})" : "")}; say in the completions if one is enough, or if they belong to different hosts");
    }

    public static void ReportProtocol(RowDraft row)
    {
        if (row.IsReference || row.IsLogical || row.IsCutAt(ColumnRole.Protocol) || CutBefore(row, ColumnRole.Protocol))
            return;

        var cell = row.Protocol;
        if (cell.Text is null)
        {
            if (row.Header.HasProtocol)
                row.Error(DocumentIssueCode.ProtocolMissing, "the protocol is empty; it is never taken from the row above or from the port: write it into the completions");
        }
        else if (!cell.Known)
        {
            row.Warn(DocumentIssueCode.ProtocolUnknown, $"'{CellRules.Short(cell.Text)}' is no known protocol: kept as printed; write TCP, TLS, HTTP or HTTPS into the completions to have the row verified");
        }
        else if (cell.Text.Contains('/', StringComparison.Ordinal) && row.Port.Ports.Count > 0 && row.Port.Ports.All(row.Port.Protocols.ContainsKey))
        {
            // each port says its own
        }
        else if (cell.Ambiguous)
        {
            row.Warn(DocumentIssueCode.ProtocolAmbiguous, $"'{cell.Text}' does not say which port speaks which protocol: {(cell.Transport == Transport.Tcp ? "verified as TCP; name the protocol of each port" : "name the protocol of each port")} in the completions");
        }
        else if (cell.Application == "icmp")
        {
            row.Warn(DocumentIssueCode.TransportNotStated, "ICMP has no ports and cannot be verified by a connection; nothing to do");
        }
        else if (cell.Transport == Transport.NotStated)
        {
            row.Warn(DocumentIssueCode.TransportNotStated, $"'{cell.Text}' runs over TCP or UDP and the document does not say which: not verified; write the protocol into the completions");
        }
        else if (row.Description is { } description && MixedProtocols().IsMatch(description) && cell.Application is null)
        {
            row.Warn(
                DocumentIssueCode.ProtocolAmbiguous,
                $"the description says '{MixedProtocols().Match(description).Value}' where the protocol cell says '{cell.Text}', and not which port: verified as {cell.Text}; name the protocol of each port in the completions",
                row.LinesOfText(MixedProtocols().IsMatch));
        }
    }

    public static void ReportPorts(RowDraft row)
    {
        foreach (var note in row.Port.Notes)
            row.Report(note.Code, note.Severity, note.Message, [row.Laid.LastLineOf(row.Header.Has(ColumnRole.Port) ? ColumnRole.Port : ColumnRole.ProtocolPort)]);

        if (row.Port.Logical)
            row.Info(DocumentIssueCode.LogicalOnly, $"'{row.Port.Text}' instead of a port: no connection of a pod, documented for completeness; not verified, nothing to do");
        else if (row.IsLogical)
            row.Info(DocumentIssueCode.LogicalOnly, $"'{row.Protocol.Text}' instead of a protocol: no connection of a pod, documented for completeness; not verified, nothing to do");
        else if (row.Port.IsEmpty && row.Header.HasPorts && !row.IsReference && row.Laid.CutAfterColumn is null)
            row.Error(DocumentIssueCode.PortMissing, "the port is empty; write it into the completions");
    }

    public static void CompareProtocolWithPorts(RowDraft row)
    {
        if (row.Protocol.Scheme is not { } scheme)
            return;

        var odd = row.Port.Ports.Where(p => IsOdd(scheme, p)).ToList();
        if (odd.Count == 0)
            return;

        row.Mismatch = true;
        foreach (var port in row.Port.Ports)
        {
            row.PerPort[port] = !odd.Contains(port)
                ? new PortFact(port, Protocol: scheme, Transport: "tcp", Probe: scheme == "https" ? ProbeKind.TlsOrHttps : ProbeKind.Http, Scheme: scheme)
                : NotHttp.TryGetValue(port, out var known)
                    ? new PortFact(port, Protocol: known.Protocol, Transport: "tcp", Probe: known.Probe)
                    : new PortFact(port, Transport: "tcp", Probe: ProbeKind.Tcp);
        }

        var explained = string.Join(", ", odd.Select(p => NotHttp.TryGetValue(p, out var known) ? $"{p} ({known.Protocol})" : $"{p}"));
        row.Warn(
            DocumentIssueCode.ProtocolPortMismatch,
            $"'{row.Protocol.Text}' does not go with {explained}: {(odd.Count > 1 ? "these are" : "it is")} verified with a TCP or TLS connection only; name the protocol of each port in the completions");
    }

    public static void FindConfigurablePorts(RowDraft row)
    {
        if (row.Port.HasPorts && row.Description is { } description && ConfigurablePort().IsMatch(description))
        {
            row.Warn(
                DocumentIssueCode.PortConfigurable,
                $"'{ConfigurablePort().Match(description).Value}': {row.Port.Text} is only the default; confirm the real port, and write a port override into the Component if it differs",
                row.LinesOfText(ConfigurablePort().IsMatch));
        }
    }

    private static bool CutBefore(RowDraft row, ColumnRole role) => row.Laid.CutAfterColumn is { } cut && row.Laid.Column(role) > cut;

    private static bool IsOdd(string scheme, int port) => NotHttp.ContainsKey(port) || (scheme == "http" && port == 443) || (scheme == "https" && port == 80);

    private static PortFact FactOf(int port, string protocol)
    {
        var cell = ProtocolReader.Read(protocol);
        var transport = cell.Transport switch { Transport.Tcp => "tcp", Transport.Udp => "udp", _ => null };
        return new PortFact(port, Protocol: protocol, Transport: transport, Scheme: cell.Scheme);
    }

    private static string? RoleOf(int port, string? description)
    {
        if (description is null)
            return null;
        foreach (Match match in PortWithRole().Matches(description))
        {
            if (match.Groups["port"].Value == $"{port}")
                return match.Groups["role"].Value.Trim();
        }

        return null;
    }

    [GeneratedRegex(@"\b(TCP|UDP)\b", RegexOptions.IgnoreCase)]
    private static partial Regex TitleProtocol();

    [GeneratedRegex(@"\b(?:TCP|UDP)\s?/\s?(?:HTTPS?|TLS|TCP|UDP)\b", RegexOptions.IgnoreCase)]
    private static partial Regex MixedProtocols();

    [GeneratedRegex(@"\bports?(?: number)?s? (?:is|are|can be|may be) (?:re)?configur\w+", RegexOptions.IgnoreCase)]
    private static partial Regex ConfigurablePort();

    [GeneratedRegex(
        @"(?<![\w.])(?<port>\d{1,5})\s*(?:is (?:used )?for|(?:is )?used for|for|=|:|–|-|is)\s+(?:the |a |an )?(?<role>[A-Za-z][\w-]*(?:\s(?!and\b|or\b)[A-Za-z][\w-]*){0,3})",
        RegexOptions.IgnoreCase)]
    private static partial Regex PortWithRole();
}
