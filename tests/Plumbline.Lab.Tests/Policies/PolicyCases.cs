namespace Plumbline.Lab.Tests.Policies;

/// <param name="Yaml">Policies as they would be applied.</param>
/// <param name="Attempts">See <see cref="Attempt"/>.</param>
internal sealed record PolicyCase(string What, string Yaml, params IReadOnlyList<string> Attempts);

internal static class PolicyCases
{
    public static IReadOnlyList<PolicyCase> All { get; } =
    [
        new("no policy", "", "web db:5432 yes", "prom web:80 yes", "web out:80 yes", "out db:80 yes", "web db:80/udp yes", "web db:80/6 yes", "web svc yes", "web own yes", "web one:80 yes"),

        new("default deny of ingress", Policy("deny", "podSelector: {}\npolicyTypes: [Ingress]"),
            "web db:5432 no", "prom db:80 no", "out web:80 no", "web prom:80 yes", "db out:443 yes", "web db:80/udp no", "web db:80/6 no", "web svc no",
            "web web:80 yes", "web own yes", "one web:80 yes", "agent web:80 yes", "two web:80 no", "agent db:80 no", "two db:5432 yes"),

        new("default deny of egress", Policy("deny", "podSelector: {}\npolicyTypes: [Egress]"),
            "web db:5432 no", "web out:443 no", "web dns:53/udp no", "prom web:80 yes", "web one:80 yes", "web two:80 no", "web own yes", "web svc no", "db out:80 no"),

        new("policy types left out: ingress only, as there are no egress rules", Policy("p", "podSelector: {matchLabels: {app: db}}"), "web db:80 no", "db web:80 yes"),
        new("policy types left out, with egress rules: both", Policy("p", "podSelector: {matchLabels: {app: db}}\negress: [{}]"), "web db:80 no", "db web:80 yes"),
        new("policy type written, with rules of the other direction", Policy("p", "podSelector: {matchLabels: {app: db}}\npolicyTypes: [Egress]\ningress: [{from: [{podSelector: {matchLabels: {app: nobody}}}]}]"),
            "web db:80 yes", "db web:80 no"),

        new("a rule without peers is everyone", Policy("p", "podSelector: {}\ningress: [{ports: [{port: 5432}]}]"), "out db:5432 yes", "prom db:5432 yes", "web db:80 no", "web db:53/udp no"),
        new("a rule with an empty list of peers is everyone, too", Policy("p", "podSelector: {}\ningress: [{from: [], ports: [{port: 80}]}]"), "out db:80 yes", "prom db:81 no"),
        new("a rule with an empty list of ports is every port", Policy("p", "podSelector: {}\ningress: [{ports: [], from: [{podSelector: {}}]}]"), "web db:81 yes", "web db:53/udp yes", "prom db:80 no"),
        new("an empty list of rules is nothing", Policy("p", "podSelector: {}\npolicyTypes: [Ingress]\ningress: []"), "web db:80 no"),

        new("pods of the own namespace", Policy("p", "podSelector: {matchLabels: {app: db}}\ningress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]"),
            "web db:5432 yes", "cache db:5432 no", "prom db:5432 no", "web svc yes", "cache svc no", "web db:80/6 yes", "cache db:80/6 no"),
        new("all pods of namespaces by label", Policy("p", "podSelector: {}\ningress: [{from: [{namespaceSelector: {matchLabels: {team: sre}}}]}]"), "prom db:80 yes", "dns web:80 yes", "web db:80 no", "out db:80 no"),
        new("both selectors in one peer: and", Policy("p", "podSelector: {}\ningress: [{from: [{namespaceSelector: {matchLabels: {team: sre}}, podSelector: {matchLabels: {app: prom}}}]}]"), "prom web:80 yes", "dns web:80 no", "web db:80 no"),
        new("both selectors in two peers: or", Policy("p", "podSelector: {}\ningress: [{from: [{namespaceSelector: {matchLabels: {team: sre}}}, {podSelector: {matchLabels: {app: web}}}]}]"), "dns db:80 yes", "web db:80 yes", "cache db:80 no"),
        new("In", Policy("p", "podSelector: {}\ningress: [{from: [{podSelector: {matchExpressions: [{key: app, operator: In, values: [web, cache]}]}}]}]"), "web db:80 yes", "cache db:80 yes", "db web:80 no"),
        new("NotIn, which a missing label meets", Policy("p", "podSelector: {}\ningress: [{from: [{podSelector: {matchExpressions: [{key: tier, operator: NotIn, values: [back]}]}}]}]"), "cache web:80 yes", "web cache:80 yes", "db web:80 no"),
        new("Exists", Policy("p", "podSelector: {}\ningress: [{from: [{namespaceSelector: {matchExpressions: [{key: core, operator: Exists}]}}]}]"), "dns db:80 yes", "prom db:80 no"),
        new("DoesNotExist", Policy("p", "podSelector: {matchExpressions: [{key: tier, operator: DoesNotExist}]}\npolicyTypes: [Ingress]"), "web cache:80 no", "web db:80 yes"),
        new("a pod by its label that another namespace's pod has", Policy("p", "podSelector: {}\ningress: [{from: [{podSelector: {matchLabels: {app: prom}}}]}]"), "prom web:80 no"),

        new("ipBlock of the outside", Policy("p", "podSelector: {}\npolicyTypes: [Egress]\negress: [{to: [{ipBlock: {cidr: 198.51.100.0/24}}]}]"), "web out:80 yes", "web db:80 no"),
        new("ipBlock with exception", Policy("p", "podSelector: {}\npolicyTypes: [Egress]\negress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [198.51.100.0/28]}}]}]"), "web out:80 no", "web two:80 yes", "web db:80 yes", "web db:80/6 no"),
        new("ipBlock with an exception elsewhere", Policy("p", "podSelector: {}\npolicyTypes: [Egress]\negress: [{to: [{ipBlock: {cidr: 198.51.100.0/24, except: [198.51.100.128/25]}}]}]"), "web out:443 yes"),
        new("ipBlock with bits right of its length", Policy("p", "podSelector: {}\npolicyTypes: [Egress]\negress: [{to: [{ipBlock: {cidr: 198.51.100.77/24}}]}]"), "web out:443 yes", "web two:80 no"),
        new("exception of one block, and another that has the address", Policy("p", "podSelector: {}\npolicyTypes: [Egress]\negress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [198.51.100.0/24]}}, {ipBlock: {cidr: 198.51.100.7/32}}]}]"), "web out:80 yes"),
        new("ipBlock of callers", Policy("p", "podSelector: {}\ningress: [{from: [{ipBlock: {cidr: 172.18.0.0/16}}]}]"), "out web:80 yes", "two web:80 yes", "agent db:80 yes", "prom db:80 no"),
        new("ipBlock of IPv6", Policy("p", "podSelector: {}\ningress: [{from: [{ipBlock: {cidr: 'fd00:10:244::/48'}}]}]"), "web db:80/6 yes", "web db:80 no", "two web:80/6 no"),

        new("named port", Policy("p", "podSelector: {}\ningress: [{ports: [{port: http}]}]"), "prom web:8080 yes", "prom web:80 no", "prom cache:80 yes", "prom cache:8080 no", "web svc yes"),
        new("named port on egress is the destination's", Policy("p", "podSelector: {}\npolicyTypes: [Egress]\negress: [{ports: [{port: sql}]}]"), "web db:5432 yes", "web cache:5432 no", "web out:5432 no", "web db:8080 no"),
        new("named port of UDP", Policy("p", "podSelector: {}\ningress: [{ports: [{port: dns, protocol: UDP}]}]"), "web db:53/udp yes", "web db:53 no", "web cache:53/udp no"),
        new("range of ports", Policy("p", "podSelector: {}\ningress: [{ports: [{port: 80, endPort: 443}]}]"), "web db:80 yes", "web db:81 yes", "web db:443 yes", "web db:53 no", "web db:5432 no", "web db:80/udp no"),
        new("UDP is not TCP", Policy("p", "podSelector: {}\ningress: [{ports: [{port: 53, protocol: UDP}]}]"), "web db:53/udp yes", "web db:53 no"),
        new("SCTP is neither", Policy("p", "podSelector: {}\ningress: [{ports: [{port: 80, protocol: SCTP}]}]"), "web db:80 no", "web db:80/udp no"),
        new("a protocol without a port", Policy("p", "podSelector: {}\ningress: [{ports: [{protocol: UDP}]}]"), "web db:53/udp yes", "web db:80/udp yes", "web db:80 no"),

        new("several policies add up", Policy("deny", "podSelector: {}\npolicyTypes: [Ingress]") + Policy("a", "podSelector: {matchLabels: {app: db}}\ningress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]")
            + Policy("b", "podSelector: {matchLabels: {tier: back}}\ningress: [{from: [{namespaceSelector: {matchLabels: {team: sre}}}], ports: [{port: 5432}]}]"),
            "web db:80 yes", "prom db:5432 yes", "prom db:80 no", "cache db:80 no", "web cache:80 no"),
        new("both ends have a say", Policy("out", "podSelector: {matchLabels: {app: web}}\npolicyTypes: [Egress]\negress: [{to: [{podSelector: {}}]}]") + Policy("in", "podSelector: {matchLabels: {app: db}}\ningress: [{ports: [{port: 5432}]}]"),
            "web db:5432 yes", "web db:80 no", "web cache:80 yes", "web prom:80 no"),
        new("a policy of another namespace", Policy("p", "podSelector: {}\npolicyTypes: [Ingress]", "mon"), "web prom:80 no", "prom web:80 yes"),

        new("host-network peers", Policy("p", "podSelector: {}\ningress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: agent}}}]}]"), "agent db:80 ?", "agent web:80 yes", "two web:80 no"),
        new("a host-network pod is not isolated", Policy("p", "podSelector: {}\npolicyTypes: [Ingress, Egress]", "ops"), "web agent:80 yes", "agent out:80 yes", "agent dns:53/udp yes", "web dns:53/udp no"),

        new("DNS alone is let out", Policy("p", "podSelector: {}\npolicyTypes: [Egress]\negress: [{to: [{namespaceSelector: {matchLabels: {core: 'yes'}}}], ports: [{port: 53, protocol: UDP}, {port: 53}]}]"),
            "web dns:53/udp yes", "web dns:53 yes", "web dns:80 no", "web db:53/udp no"),
        new("DNS is forgotten", Policy("p", "podSelector: {}\npolicyTypes: [Egress]\negress: [{to: [{podSelector: {}}]}]"), "web db:5432 yes", "web dns:53/udp no", "web dns:53 no"),

        new("administrators deny", Admin(10, "namespaces: {matchLabels: {team: shop}}", "ingress: [{name: no-sre, action: Deny, from: [{namespaces: {matchLabels: {team: sre}}}]}]"),
            "prom db:80 no", "dns web:80 no", "web db:80 yes", "out db:80 yes", "prom dns:80 yes"),
        new("administrators allow what a namespace denies", Admin(10, "namespaces: {}", "ingress: [{action: Allow, from: [{pods: {namespaceSelector: {matchLabels: {team: sre}}, podSelector: {matchLabels: {app: prom}}}}]}]") + Policy("deny", "podSelector: {}\npolicyTypes: [Ingress]"),
            "prom db:80 yes", "web db:80 no", "dns db:80 no"),
        new("administrators pass, and the namespace decides", Admin(10, "namespaces: {}", "ingress: [{action: Pass, from: [{namespaces: {matchLabels: {team: sre}}}]}, {action: Deny, from: [{namespaces: {}}]}]") + Policy("p", "podSelector: {matchLabels: {app: db}}\ningress: [{ports: [{port: 5432}]}]"),
            "prom db:5432 yes", "prom db:80 no", "prom web:80 yes", "web db:5432 no", "web cache:80 no"),
        new("the lower number goes first", Admin(20, "namespaces: {}", "ingress: [{action: Deny, from: [{namespaces: {}}]}]", "b") + Admin(10, "namespaces: {}", "ingress: [{action: Allow, from: [{namespaces: {matchLabels: {team: shop}}}]}]", "a"),
            "web db:80 yes", "prom db:80 no"),
        new("the first rule goes first", Admin(10, "namespaces: {}", "ingress: [{action: Deny, from: [{namespaces: {matchLabels: {team: sre}}}]}, {action: Allow, from: [{namespaces: {}}]}]"), "prom db:80 no", "web db:80 yes"),
        new("equal numbers that differ", Admin(10, "namespaces: {}", "ingress: [{action: Deny, from: [{namespaces: {}}]}]", "a") + Admin(10, "namespaces: {}", "ingress: [{action: Allow, from: [{namespaces: {}}]}]", "b"), "web db:80 ?"),
        new("administrators' ports", Admin(10, "namespaces: {}", "ingress: [{action: Deny, from: [{namespaces: {}}], ports: [{portNumber: {protocol: TCP, port: 80}}, {portRange: {protocol: UDP, start: 50, end: 60}}, {namedPort: sql}]}]"),
            "web db:80 no", "web db:53/udp no", "web db:5432 no", "web cache:5432 yes", "web db:53 yes", "web db:80/udp yes", "web db:443 yes"),
        new("administrators' subject by pods", Admin(10, "pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}", "egress: [{action: Deny, to: [{pods: {namespaceSelector: {matchLabels: {team: shop}}, podSelector: {}}}]}]"), "web db:80 no", "cache db:80 yes", "web prom:80 yes"),
        new("administrators' networks, which pods are in, too", Admin(10, "namespaces: {}", "egress: [{action: Deny, to: [{networks: [198.51.100.0/24, 10.244.2.0/24]}]}]"), "web out:80 no", "web db:80 no", "web cache:80 yes", "web db:80/6 yes"),
        new("administrators' networks behind a pass", Admin(10, "namespaces: {}", "egress: [{action: Pass, to: [{namespaces: {}}]}, {action: Deny, to: [{networks: [0.0.0.0/0]}]}]"), "web out:80 no", "web db:80 yes", "web two:80 no", "db web:80 yes"),
        new("administrators' nodes", Admin(10, "namespaces: {}", "egress: [{action: Deny, to: [{nodes: {matchLabels: {zone: b}}}]}]"), "web two:80 no", "db one:80 yes", "db agent:80 yes", "db two:80 ?", "web db:80 yes"),
        new("administrators do not mean host-network pods", Admin(10, "namespaces: {}", "ingress: [{action: Deny, from: [{namespaces: {}}]}]\negress: [{action: Deny, to: [{namespaces: {}}]}]"), "agent db:80 yes", "web agent:80 yes", "agent out:80 yes", "web db:80 no"),
        new("a node reaches its pods whatever administrators say", Admin(10, "namespaces: {}", "ingress: [{action: Deny, from: [{namespaces: {}}]}]"), "two db:80 yes", "one web:80 yes", "web web:80 yes", "web own yes"),

        new("the baseline denies where nobody decides", Baseline("ingress: [{action: Deny, from: [{namespaces: {}}]}]") + Policy("p", "podSelector: {matchLabels: {app: db}}\ningress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]"),
            "web db:80 yes", "cache db:80 no", "prom web:80 no", "web cache:80 no", "out cache:80 yes"),
        new("a pass goes down to the baseline", Admin(5, "namespaces: {}", "ingress: [{action: Pass, from: [{namespaces: {matchLabels: {team: sre}}}]}, {action: Allow, from: [{namespaces: {}}]}]") + Baseline("ingress: [{action: Deny, from: [{namespaces: {}}]}]"),
            "prom db:80 no", "web db:80 yes"),
        new("the baseline's order", Baseline("egress: [{action: Allow, to: [{namespaces: {matchLabels: {core: 'yes'}}}]}, {action: Deny, to: [{networks: [0.0.0.0/0]}]}]"), "web dns:53/udp yes", "web db:80 no", "web out:80 no"),

        new("a ClusterNetworkPolicy of tier Admin", Cluster("Admin", 3, "ingress: [{action: Accept, from: [{namespaces: {matchLabels: {team: sre}}}], protocols: [{tcp: {destinationPort: {number: 5432}}}]}, {action: Deny, from: [{namespaces: {}}]}]") + Policy("deny", "podSelector: {}\npolicyTypes: [Ingress]"),
            "prom db:5432 yes", "prom db:80 no", "web db:5432 no"),
        new("a ClusterNetworkPolicy of tier Baseline", Cluster("Baseline", 3, "ingress: [{action: Deny, from: [{namespaces: {}}], protocols: [{udp: {}}, {tcp: {destinationPort: {range: {start: 80, end: 90}}}}, {destinationNamedPort: sql}]}]"),
            "web db:80 no", "web db:81 no", "web db:443 yes", "web db:53/udp no", "web db:5432 no", "web cache:5432 yes"),
        new("a peer of a kind that is not known", Admin(10, "namespaces: {}", "ingress: [{action: Deny, from: [{galaxies: {}}]}]"), "web db:80 ?"),
    ];

    private static string Policy(string name, string spec, string @namespace = "shop") =>
        $"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}, namespace: {@namespace}}}\nspec:\n{Indented(spec)}\n---\n";

    private static string Admin(int priority, string subject, string rules, string name = "admin") =>
        $"apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {{name: {name}}}\nspec:\n  priority: {priority}\n  subject: {{{subject}}}\n{Indented(rules)}\n---\n";

    private static string Baseline(string rules) =>
        $"apiVersion: policy.networking.k8s.io/v1alpha1\nkind: BaselineAdminNetworkPolicy\nmetadata: {{name: default}}\nspec:\n  subject: {{namespaces: {{}}}}\n{Indented(rules)}\n---\n";

    private static string Cluster(string tier, int priority, string rules) =>
        $"apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {{name: cluster}}\nspec:\n  tier: {tier}\n  priority: {priority}\n  subject: {{namespaces: {{}}}}\n{Indented(rules)}\n---\n";

    private static string Indented(string lines) => string.Join('\n', lines.Split('\n').Select(l => $"  {l}"));
}
