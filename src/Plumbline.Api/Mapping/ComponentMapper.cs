using System.Collections.Immutable;
using k8s.Models;
using Plumbline.Core.Cluster;
using Plumbline.Core.Connections;
using Plumbline.Core.Words;

namespace Plumbline.Api.Mapping;

/// <summary>A Component object → what resolution binds names with. What cannot be read becomes <see cref="Binding.Invalid"/>, which names the field.</summary>
public static class ComponentMapper
{
    private static readonly ImmutableArray<(string Text, LabelOperator Value)> Operators =
    [
        ("In", LabelOperator.In),
        ("NotIn", LabelOperator.NotIn),
        ("Exists", LabelOperator.Exists),
        ("DoesNotExist", LabelOperator.DoesNotExist),
    ];

    public static Component ToComponent(V1Alpha1Component component)
    {
        var problems = ImmutableArray.CreateBuilder<SpecProblem>();
        var reader = new SpecReader("spec", problems);
        var binding = Bind(component.Spec, reader);
        var overrides = PortOverrides(component.Spec, reader);
        return new Component(
            new NamespacedName(component.Metadata.NamespaceProperty ?? "", component.Metadata.Name ?? ""),
            [.. (component.Spec.Names ?? []).Where(n => !string.IsNullOrWhiteSpace(n))],
            problems.Count == 0 ? binding : new Binding.Invalid(string.Join("; ", problems)),
            overrides);
    }

    private static Binding Bind(V1Alpha1ComponentSpec spec, SpecReader reader)
    {
        ImmutableArray<(string Field, Func<Binding?> Read)> given =
        [
            .. spec.Workload is { } w ? Given("workload", () => Workload(w, reader.At("workload"))) : [],
            .. spec.Pods is { } p ? Given("pods", () => Pods(p, reader.At("pods"))) : [],
            .. spec.Service is { } s ? Given("service", () => Service(s, reader.At("service"))) : [],
            .. spec.External is { } e ? Given("external", () => External(e, reader.At("external"))) : [],
            .. spec.Nodes is { } n ? Given("nodes", () => Nodes(n, reader.At("nodes"))) : [],
            .. spec.Group is { } g ? Given("group", () => Group(g, reader.At("group"))) : [],
            .. spec.Outside is not null ? Given("outside", () => new Binding.Outside()) : [],
        ];

        if (given.Length > 1)
            reader.Report(SpecProblemKind.Duplicate, given[1].Field, $"a Component binds its names to one thing, and this one has {string.Join(" and ", given.Select(b => b.Field))}; keep one");

        // A null is a binding that has reported why.
        return given is [var only] ? only.Read() ?? new Binding.None() : new Binding.None();
    }

    private static (string, Func<Binding?>)[] Given(string field, Func<Binding?> read) => [(field, read)];

    private static Binding.Workload? Workload(V1Alpha1WorkloadBinding workload, SpecReader reader)
    {
        var kind = SpecReader.Text(workload.Kind);
        var isKind = kind is not null && char.IsAsciiLetterUpper(kind[0]) && kind.All(char.IsAsciiLetterOrDigit);
        if (kind is null)
            reader.Report(SpecProblemKind.Missing, "kind", "the workload's kind is missing");
        else if (!isKind)
            reader.Report(SpecProblemKind.UnknownValue, "kind", $"'{kind}' is no kind; write it as kubectl api-resources does, such as Deployment or StatefulSet");

        return Key(workload.Namespace, workload.Name, reader) is { } key && isKind ? new(WorkloadKey.Of(kind!, key.Namespace, key.Name)) : null;
    }

    private static Binding.Pods? Pods(V1Alpha1PodsBinding pods, SpecReader reader)
    {
        if (SpecReader.Text(pods.Namespace) is not { } @namespace)
        {
            reader.Report(SpecProblemKind.Missing, "namespace", "the pods' namespace is missing");
            return null;
        }

        return new(@namespace, Selector(pods.Selector, reader.At("selector")));
    }

    private static Binding.Service? Service(V1Alpha1ServiceBinding service, SpecReader reader) =>
        Key(service.Namespace, service.Name, reader) is { } key ? new(key) : null;

    private static Binding.External? External(V1Alpha1ExternalBinding external, SpecReader reader)
    {
        var hosts = ImmutableArray.CreateBuilder<ExternalHost>();
        hosts.AddRange((external.Hosts ?? []).Select(SpecReader.Text).OfType<string>().Select(h => new ExternalHost(h, [])));
        foreach (var (index, endpoint) in (external.Endpoints ?? []).Index())
        {
            var field = $"endpoints[{index}]";
            ImmutableArray<int> ports = [.. (endpoint.Ports ?? []).Index().Where(p => reader.IsPort($"{field}.ports[{p.Index}]", p.Item)).Select(p => p.Item)];

            // No ports would mean all of them.
            if (SpecReader.Text(endpoint.Host) is { } host && !ports.IsEmpty)
                hosts.Add(new(host, ports));
            else
                reader.Report(SpecProblemKind.Missing, field, "an endpoint needs a host and at least one port");
        }

        if (hosts.Count == 0)
        {
            reader.Report(SpecProblemKind.Missing, "hosts", "external needs at least one entry in hosts or endpoints");
            return null;
        }

        if (external.Proxy is not { } proxy)
            return new(hosts.ToImmutable());

        if (SpecReader.Text(proxy.Host) is not { } through || !reader.At("proxy").IsPort("port", proxy.Port))
        {
            reader.Report(SpecProblemKind.Missing, "proxy", "a proxy needs a host and a port");
            return null;
        }

        return new(hosts.ToImmutable()) { Proxy = new(through, proxy.Port!.Value) };
    }

    private static Binding.Nodes Nodes(V1Alpha1NodesBinding nodes, SpecReader reader) =>
        new(Selector(nodes.Selector, reader.At("selector")), reader.Word("scope", nodes.Scope, [("SameNode", true), ("All", false)]) ?? true);

    private static Binding.Group? Group(V1Alpha1GroupBinding group, SpecReader reader)
    {
        ImmutableArray<string> members = [.. (group.Components ?? []).Select(SpecReader.Text).OfType<string>()];
        if (!members.IsEmpty)
            return new(members);

        reader.Report(SpecProblemKind.Missing, "components", "a group needs at least one Component");
        return null;
    }

    private static NamespacedName? Key(string? @namespace, string? name, SpecReader reader)
    {
        if (SpecReader.Text(@namespace) is { } ns && SpecReader.Text(name) is { } n)
            return new(ns, n);

        reader.Report(SpecProblemKind.Missing, SpecReader.Text(@namespace) is null ? "namespace" : "name", "it is missing");
        return null;
    }

    private static LabelSelector Selector(V1LabelSelector? selector, SpecReader reader)
    {
        var requirements = ImmutableArray.CreateBuilder<LabelRequirement>();
        foreach (var (index, expression) in (selector?.MatchExpressions ?? []).Index())
        {
            var field = $"matchExpressions[{index}]";
            if (SpecReader.Text(expression.Key) is { } key && reader.Word($"{field}.operator", expression.OperatorProperty, Operators) is { } op)
                requirements.Add(new(key, op, [.. expression.Values ?? []]));
            else if (SpecReader.Text(expression.Key) is null || SpecReader.Text(expression.OperatorProperty) is null)
                reader.Report(SpecProblemKind.Missing, field, "an expression needs a key and an operator");
        }

        var labels = (selector?.MatchLabels ?? ImmutableDictionary<string, string>.Empty).ToImmutableSortedDictionary(StringComparer.Ordinal);
        return new(labels, requirements.ToImmutable());
    }

    private static ImmutableDictionary<int, int> PortOverrides(V1Alpha1ComponentSpec spec, SpecReader reader)
    {
        var overrides = ImmutableDictionary.CreateBuilder<int, int>();
        foreach (var (index, entry) in (spec.PortOverrides ?? []).Index())
        {
            var field = $"portOverrides[{index}]";
            if (reader.IsPort($"{field}.documented", entry.Documented) && reader.IsPort($"{field}.actual", entry.Actual))
                overrides.TryAdd(entry.Documented!.Value, entry.Actual!.Value);
        }

        return overrides.ToImmutable();
    }
}
