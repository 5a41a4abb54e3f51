using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Cluster.Policies;
using Plumbline.Kubernetes.Contracts.Policies;

namespace Plumbline.Operator.Cluster;

/// <summary>
/// The API's policies of administrators → those that the core judges. What a newer version of the API says in words that are not known here is kept as unknown,
/// so that nobody takes it for a yes or a no.
/// </summary>
public static class AdminPolicyMapper
{
    public static AdminPolicy ToPolicy(AdminNetworkPolicyObject policy) => Policy(AdminPolicyKind.AdminNetworkPolicy, policy.Metadata.Name, policy.Spec, PolicyTier.Admin);

    public static AdminPolicy ToPolicy(BaselineAdminNetworkPolicyObject policy) =>
        Policy(AdminPolicyKind.BaselineAdminNetworkPolicy, policy.Metadata.Name, policy.Spec, PolicyTier.Baseline) with { Priority = int.MaxValue };

    public static AdminPolicy ToPolicy(ClusterNetworkPolicyObject policy) => Policy(
        AdminPolicyKind.ClusterNetworkPolicy, policy.Metadata.Name, policy.Spec, policy.Spec?.Tier == "Baseline" ? PolicyTier.Baseline : PolicyTier.Admin);

    private static AdminPolicy Policy(AdminPolicyKind kind, string? name, AdminPolicySpec? spec, PolicyTier tier) => new()
    {
        Kind = kind,
        Name = name ?? "",
        Tier = tier,
        Priority = spec?.Priority ?? 0,
        Subject = spec?.Subject is { } subject ? Pods(subject) : null,
        Ingress = [.. (spec?.Ingress ?? []).Select(r => Rule(r, r.From))],
        Egress = [.. (spec?.Egress ?? []).Select(r => Rule(r, r.To))],
    };

    private static AdminRule Rule(AdminPolicyRule rule, IReadOnlyList<AdminPolicyPods>? peers)
    {
        var name = string.IsNullOrEmpty(rule.Name) ? null : rule.Name;
        List<ImmutableArray<PolicyPort>> ports = [.. (rule.Ports ?? []).Select(Ports), .. (rule.Protocols ?? []).Select(Ports)];
        PolicyAction? action = rule.Action switch { "Allow" or "Accept" => PolicyAction.Allow, "Deny" => PolicyAction.Deny, "Pass" => PolicyAction.Pass, _ => null };
        return action is null || ports.Exists(p => p.IsEmpty)
            ? new AdminRule(action ?? PolicyAction.Deny, [new AdminPeer.Unknown()], []) { Name = name }
            : new AdminRule(action.Value, [.. (peers ?? []).Select(Peer)], [.. ports.SelectMany(p => p)]) { Name = name };
    }

    private static AdminPeer Peer(AdminPolicyPods peer) => peer switch
    {
        { Nodes: { } nodes } => new AdminPeer.Nodes(NetworkPolicyMapper.ToSelector(nodes)!),
        { Networks: { } networks } => new AdminPeer.Networks([.. networks.Select(n => new IpBlock(n))]),
        { DomainNames: { } names } => new AdminPeer.DomainNames([.. names]),
        _ => Pods(peer) is { } pods ? new AdminPeer.Pods(pods) : new AdminPeer.Unknown(),
    };

    private static NamespacedPods? Pods(AdminPolicyPods pods) => pods switch
    {
        { Namespaces: { } namespaces } => new NamespacedPods(NetworkPolicyMapper.ToSelector(namespaces)!),
        { Pods: { } both } => new NamespacedPods(
            NetworkPolicyMapper.ToSelector(both.NamespaceSelector) ?? LabelSelector.Everything, NetworkPolicyMapper.ToSelector(both.PodSelector) ?? LabelSelector.Everything),
        _ => null,
    };

    /// <returns>Empty for one that is not known here.</returns>
    private static ImmutableArray<PolicyPort> Ports(AdminPolicyPort port) => port switch
    {
        { PortNumber: { Port: { } number } one } => [.. Protocol(one.Protocol).Select(p => new PolicyPort(p, number))],
        { PortRange: { Start: { } start, End: { } end } range } => [.. Protocol(range.Protocol).Select(p => new PolicyPort(p, start, EndPort: end))],
        { NamedPort: { } name } => Named(name),
        _ => [],
    };

    /// <returns>Empty for one that is not known here.</returns>
    private static ImmutableArray<PolicyPort> Ports(AdminPolicyProtocol protocol) => protocol switch
    {
        { Tcp: { } tcp } => Ports(PolicyProtocol.Tcp, tcp),
        { Udp: { } udp } => Ports(PolicyProtocol.Udp, udp),
        { Sctp: { } sctp } => Ports(PolicyProtocol.Sctp, sctp),
        { DestinationNamedPort: { Length: > 0 } name } => Named(name),
        _ => [],
    };

    private static ImmutableArray<PolicyPort> Ports(PolicyProtocol protocol, AdminPolicyDestination to) => to.DestinationPort switch
    {
        null => [new PolicyPort(protocol)],
        { Number: { } number } => [new PolicyPort(protocol, number)],
        { Range: { Start: { } start, End: { } end } } => [new PolicyPort(protocol, start, EndPort: end)],
        _ => [],
    };

    // The name alone decides, whatever the protocol of the port that has it.
    private static ImmutableArray<PolicyPort> Named(string name) => [.. Enum.GetValues<PolicyProtocol>().Select(p => new PolicyPort(p, Name: name))];

    // Left out, it is TCP, in either way of leaving it out.
    private static IEnumerable<PolicyProtocol> Protocol(string? protocol) => NetworkPolicyMapper.ToProtocol(protocol is "" ? null : protocol) is { } known ? [known] : [];
}
