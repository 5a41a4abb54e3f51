using System.Text.RegularExpressions;
using Plumbline.Import.Tables;
using YamlDotNet.RepresentationModel;

namespace Plumbline.Import.Forms;

/// <summary>
/// What a compose file says of connections: who depends on whom (on the ports that the other side exposes), and which ports a service publishes to callers that the file does not name.
/// </summary>
internal static partial class ComposeFile
{
    private static readonly TableHeader Header = new(
        [
            new Column("source", ColumnRole.Source), new Column("destination", ColumnRole.Destination), new Column("protocol", ColumnRole.Protocol), new Column("ports", ColumnRole.Port),
            new Column("description", ColumnRole.Description),
        ],
        [1]);

    public static RawTable? Read(YamlNode root, ICollection<DocumentIssue> issues)
    {
        var services = YamlValues.Get(root, "services");
        if (services is not YamlMappingNode || !YamlValues.Fields(services).Any(s => YamlValues.Get(s.Value, "image") is not null || YamlValues.Get(s.Value, "build") is not null || YamlValues.Get(s.Value, "depends_on") is not null))
            return null;

        var byName = YamlValues.Fields(services).ToDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal);
        var lines = new List<TableLine>();
        foreach (var (name, service) in byName)
        {
            foreach (var (dependency, node) in Dependencies(service))
            {
                var ports = byName.TryGetValue(dependency, out var other) ? InnerPorts(other) : [];
                var stated = StatedPort(service, dependency);
                var line = YamlValues.FirstLine(node);
                var opening = stated ?? (ports.Count == 1 ? ports[0] : ports.Count > 1 ? string.Join(", ", ports) : "");
                lines.Add(new TableLine.Cells(line, line, [name, dependency, opening.Length > 0 ? ProtocolOf(opening) : "", Number(opening), $"{name} depends on {dependency}"]));
            }

            foreach (var node in YamlValues.Items(YamlValues.Get(service, "ports")))
            {
                var line = YamlValues.FirstLine(node);
                var (port, protocol) = Published(node);
                lines.Add(new TableLine.Cells(line, YamlValues.LastLine(node), ["", name, protocol, port, "published port"]));
            }
        }

        if (lines.Count == 0)
            return null;
        issues.Add(new DocumentIssue(
            DocumentIssueCode.ComposeFile,
            DocumentIssueSeverity.Warning,
            null,
            [YamlValues.FirstLine(services)],
            "a compose file says who depends on whom, not which port is used: ports are those that the other side exposes, TCP where it says nothing else; check them"));
        return new RawTable(TableLayout.Compose, Header with { Lines = [YamlValues.FirstLine(services)] }, lines, Place.Unknown, HasRecords: true);
    }

    private static IEnumerable<(string Name, YamlNode Node)> Dependencies(YamlNode service)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in (string[])["depends_on", "links"])
        {
            var list = YamlValues.Get(service, field);
            foreach (var item in YamlValues.Items(list).OfType<YamlScalarNode>())
            {
                var name = (item.Value ?? "").Split(':')[0];
                if (name.Length > 0 && seen.Add(name))
                    yield return (name, item);
            }

            if (list is YamlMappingNode mapping)
            {
                foreach (var (key, _) in mapping.Children)
                {
                    if (key is YamlScalarNode { Value: { Length: > 0 } name } && seen.Add(name))
                        yield return (name, key);
                }
            }
        }
    }

    /// <summary>"5432", "53/udp": what the service listens on inside the network of the file.</summary>
    private static List<string> InnerPorts(YamlNode service) =>
        [.. YamlValues.Items(YamlValues.Get(service, "expose")).OfType<YamlScalarNode>().Select(e => e.Value ?? "")
            .Concat(YamlValues.Items(YamlValues.Get(service, "ports")).Select(Target)).Where(p => p.Length > 0).Distinct()];

    private static string Target(YamlNode node) =>
        node is YamlScalarNode { Value: { } text } ? text[(text.LastIndexOf(':') + 1)..] : YamlValues.Text(node, "target") is { } target ? target + (YamlValues.Text(node, "protocol") is { } protocol ? "/" + protocol : "") : "";

    private static (string Port, string Protocol) Published(YamlNode node)
    {
        if (node is not YamlScalarNode { Value: { } text })
            return (YamlValues.Text(node, "published") ?? YamlValues.Text(node, "target") ?? "", (YamlValues.Text(node, "protocol") ?? "tcp").ToUpperInvariant());
        var protocol = ProtocolOf(text);
        var parts = text.Split('/')[0].Split(':');
        return (parts.Length > 1 ? parts[^2] : parts[0], protocol);
    }

    /// <summary>A port that the service's environment names together with the other side: <c>postgres://db:5432/shop</c>.</summary>
    private static string? StatedPort(YamlNode service, string dependency)
    {
        var environment = YamlValues.Get(service, "environment");
        var values = YamlValues.Items(environment).Concat(YamlValues.Fields(environment).Select(f => f.Value)).OfType<YamlScalarNode>().Select(v => v.Value ?? "");
        foreach (var value in values)
        {
            foreach (Match match in HostPort().Matches(value))
            {
                if (match.Groups["host"].Value == dependency)
                    return match.Groups["port"].Value;
            }
        }

        return null;
    }

    private static string ProtocolOf(string port) => port.EndsWith("/udp", StringComparison.OrdinalIgnoreCase) ? "UDP" : "TCP";

    private static string Number(string ports) => string.Join(", ", ports.Split(", ").Select(p => p.Split('/')[0]));

    [GeneratedRegex(@"(?<![\w.-])(?<host>[A-Za-z0-9][\w.-]*):(?<port>\d{2,5})(?!\d)")]
    private static partial Regex HostPort();
}
