using Plumbline.Import.Tables;
using YamlDotNet.RepresentationModel;

namespace Plumbline.Import.Forms;

/// <summary>
/// What Kubernetes NetworkPolicies allow, a row for each peer and port. Parties are named by their labels ("app=shop"), as that is all a policy says of them.
/// </summary>
internal static class NetworkPolicies
{
    private static readonly TableHeader Header = new(
        [
            new Column("source", ColumnRole.Source), new Column("destination", ColumnRole.Destination), new Column("protocol", ColumnRole.Protocol), new Column("port", ColumnRole.Port),
            new Column("direction", ColumnRole.Classification), new Column("description", ColumnRole.Description),
        ],
        [1]);

    public static RawTable? Read(IReadOnlyList<YamlMappingNode> manifests, ICollection<DocumentIssue> issues)
    {
        var policies = manifests.Where(m => YamlValues.Text(m, "kind") == "NetworkPolicy").ToList();
        var others = manifests.Where(m => YamlValues.Text(m, "kind") != "NetworkPolicy").ToList();
        foreach (var other in others)
        {
            issues.Add(new DocumentIssue(DocumentIssueCode.ManifestLeftOut, DocumentIssueSeverity.Info, null, [YamlValues.FirstLine(other)], $"the {YamlValues.Text(other, "kind")} '{YamlValues.Text(YamlValues.Get(other, "metadata"), "name")}' declares no connections: left out, nothing to do"));
        }

        if (policies.Count == 0)
            return null;

        var lines = new List<TableLine>();
        foreach (var policy in policies)
        {
            var before = lines.Count;
            Read(policy, lines);
            if (lines.Count == before)
            {
                issues.Add(new DocumentIssue(DocumentIssueCode.PolicyWithoutRules, DocumentIssueSeverity.Warning, null, [YamlValues.FirstLine(policy)], $"the NetworkPolicy '{NameOf(policy)}' allows nothing: it has no rule, so no row; what it blocks is not a documented connection"));
            }
        }

        return new RawTable(TableLayout.NetworkPolicy, Header with { Lines = [YamlValues.FirstLine(policies[0])] }, lines, Place.Unknown, HasRecords: true);
    }

    private static void Read(YamlMappingNode policy, List<TableLine> lines)
    {
        var spec = YamlValues.Get(policy, "spec");
        var space = YamlValues.Text(YamlValues.Get(policy, "metadata"), "namespace");
        var subject = Pods(YamlValues.Get(spec, "podSelector"), space);
        foreach (var (rules, peers, inbound) in new[] { ("ingress", "from", true), ("egress", "to", false) })
        {
            foreach (var rule in YamlValues.Items(YamlValues.Get(spec, rules)))
            {
                var parties = YamlValues.Items(YamlValues.Get(rule, peers)).Select(p => (Name: Peer(p, space), Node: (YamlNode?)p)).DefaultIfEmpty(("any", null)).ToList();
                var ports = YamlValues.Items(YamlValues.Get(rule, "ports")).Select(p => (Node: (YamlNode?)p, Protocol: YamlValues.Text(p, "protocol") ?? "TCP", Port: PortOf(p))).DefaultIfEmpty((null, "", "any")).ToList();
                foreach (var (name, node) in parties)
                {
                    foreach (var (portNode, protocol, port) in ports)
                    {
                        var first = node is null ? YamlValues.FirstLine(rule) : YamlValues.FirstLine(node);
                        var last = portNode is null ? node is null ? first : YamlValues.LastLine(node) : YamlValues.LastLine(portNode);
                        lines.Add(new TableLine.Cells(
                            Math.Min(first, last),
                            Math.Max(first, last),
                            [inbound ? name : subject, inbound ? subject : name, protocol, port, inbound ? "Ingress" : "Egress", $"NetworkPolicy {NameOf(policy)}"]));
                    }
                }
            }
        }
    }

    private static string PortOf(YamlNode port)
    {
        var from = YamlValues.Text(port, "port");
        return from is null ? "any" : YamlValues.Text(port, "endPort") is { } to ? $"{from}-{to}" : from;
    }

    private static string NameOf(YamlMappingNode policy)
    {
        var meta = YamlValues.Get(policy, "metadata");
        return YamlValues.Text(meta, "namespace") is { } space ? $"{space}/{YamlValues.Text(meta, "name")}" : YamlValues.Text(meta, "name") ?? "without a name";
    }

    private static string Peer(YamlNode peer, string? space)
    {
        if (YamlValues.Get(peer, "ipBlock") is { } block)
        {
            var except = YamlValues.Items(YamlValues.Get(block, "except")).OfType<YamlScalarNode>().Select(e => e.Value).ToList();
            return except.Count == 0 ? YamlValues.Text(block, "cidr") ?? "any" : $"{YamlValues.Text(block, "cidr")} (except {string.Join(" ", except)})";
        }

        var pods = YamlValues.Get(peer, "podSelector");
        if (YamlValues.Get(peer, "namespaceSelector") is not { } spaces)
            return Pods(pods, space);

        var labels = Labels(spaces);
        var named = YamlValues.Text(YamlValues.Get(spaces, "matchLabels"), "kubernetes.io/metadata.name") ?? YamlValues.Text(YamlValues.Get(spaces, "matchLabels"), "name");
        var where = labels.Length == 0 ? "any namespace" : named is not null ? $"namespace {named}" : $"namespaces with {labels}";
        return pods is null || Labels(pods).Length == 0 ? $"all pods in {where}" : $"{Labels(pods)} in {where}";
    }

    private static string Pods(YamlNode? selector, string? space)
    {
        var labels = Labels(selector);
        return labels.Length > 0 ? labels : $"all pods{(space is null ? "" : $" in namespace {space}")}";
    }

    private static string Labels(YamlNode? selector)
    {
        var parts = YamlValues.Fields(YamlValues.Get(selector, "matchLabels")).Select(l => $"{l.Key}={(l.Value as YamlScalarNode)?.Value}").ToList();
        foreach (var expression in YamlValues.Items(YamlValues.Get(selector, "matchExpressions")))
        {
            var values = string.Join(" ", YamlValues.Items(YamlValues.Get(expression, "values")).OfType<YamlScalarNode>().Select(v => v.Value));
            parts.Add($"{YamlValues.Text(expression, "key")} {YamlValues.Text(expression, "operator")}{(values.Length > 0 ? $" ({values})" : "")}");
        }

        return string.Join(" ", parts);
    }
}
