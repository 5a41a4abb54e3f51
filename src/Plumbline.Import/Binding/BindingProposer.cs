namespace Plumbline.Import.Binding;

/// <summary>
/// Names of documents → what they mean in the cluster, with evidence. A proposal is chosen only when it is clearly best: a wrong binding verifies the wrong
/// thing and looks right, an open one only waits.
/// </summary>
public sealed class BindingProposer
{
    private const int MostProposals = 5;

    private readonly IReadOnlyList<BindingUnit> _units;
    private readonly UnitIndex _index;
    private readonly NameDefinitions _definitions;

    public BindingProposer(ClusterInventory inventory, NameDefinitions definitions)
    {
        _units = inventory.Units();
        _index = new UnitIndex(_units);
        _definitions = definitions;
    }

    public IReadOnlyList<NameProposal> Propose(IReadOnlyList<NameUse> names)
    {
        var first = names.Select(n => Propose(n, [])).ToList();
        // where a document's clear names run, its others are likely to run too: that orders choices, and settles none
        var homes = first.Where(p => p.Chosen is not null).SelectMany(p => p.Name.Maps.Select(m => (Map: m, Namespace: NamespaceOf(p.Chosen!.Target))))
            .Where(h => h.Namespace is not null).ToLookup(h => h.Map, h => h.Namespace!, StringComparer.Ordinal);
        return [.. first.Select(p => p.Chosen is not null ? p : Propose(p.Name, [.. p.Name.Maps.SelectMany(m => homes[m])]))];
    }

    private NameProposal Propose(NameUse use, IReadOnlyList<string> homes)
    {
        if (use.Stated is { } stated)
            return Settled(use, stated.Target, stated.Why);
        if (use.IsLogicalOnly)
            return new NameProposal(use, [], null, "its rows open no connection: there is nothing to bind");
        if (UnboundNames.IsOutside(use))
            return Settled(use, new BindingTarget.Outside(), $"'{use.Name}' is said of callers outside the cluster");
        if (use.IsSource && Judging.SourceRules.IsNode(use.Name))
            return Settled(use, new BindingTarget.Nodes(), $"'{use.Name}' runs on the nodes");

        var context = new NameContext(use, NameForms.Of(use.Name, _definitions.AliasesOf(use.Name)), _index);
        var proposals = _units.Where(u => use.Namespace is null || u.Namespace == use.Namespace).Select(u => (Unit: u, Proposal: Judge(context, u))).Where(p => p.Proposal is not null)
            .OrderBy(p => p.Proposal!.Against is not null)
            .ThenBy(p => p.Proposal!.Strength)
            .ThenBy(p => p.Proposal!.Ports)
            .ThenByDescending(p => homes.Count(h => h == p.Unit.Namespace))
            .ThenBy(p => p.Unit.IsGroup)
            .ThenBy(p => p.Proposal!.Target.Text, StringComparer.Ordinal)
            .Select(p => p.Proposal!).ToList();
        var (chosen, why) = Choose(context, proposals);
        return new NameProposal(use, [.. proposals.Take(MostProposals)], chosen, why);
    }

    private static NameProposal Settled(NameUse use, BindingTarget target, string why)
    {
        var proposal = new BindingProposal(target, [new Evidence(EvidenceStrength.Stated, why)], PortAgreement.Unknown, null);
        return new NameProposal(use, [proposal], proposal, why);
    }

    private static BindingProposal? Judge(NameContext name, BindingUnit unit)
    {
        var evidence = BindingRules.All.Select(rule => rule(name, unit)).OfType<Evidence>().ToList();
        if (evidence.Count == 0)
            return null;
        var ports = name.Agreement(unit);
        if (ports == PortAgreement.Agrees && evidence[0].Strength < EvidenceStrength.PortAndWord)
            evidence = [evidence[0], new Evidence(EvidenceStrength.PortOnly, $"it listens on {name.PortsText}")];
        else
            evidence = [evidence[0]];
        return new BindingProposal(TargetOf(name, unit), evidence, ports, Against(name, unit, ports));
    }

    /// <summary>"IWD Service (Cluster IP)" is the Service, "IWD Pod" what is behind it.</summary>
    private static BindingTarget TargetOf(NameContext name, BindingUnit unit) =>
        name.Forms.NamesService && unit is { Target: BindingTarget.Workload, Services: [var service] } ? new BindingTarget.Service(service.Namespace, service.Name) : unit.Target;

    private static string? Against(NameContext name, BindingUnit unit, PortAgreement ports)
    {
        if (ports == PortAgreement.Contradicts)
            return $"it listens on {string.Join(", ", unit.Ports.Order())}, not on {name.PortsText}";
        if (name.Forms.Kinds.Count > 0 && unit.Kind is { } kind && !name.Forms.Kinds.Contains(kind))
            return $"the name says {name.Forms.Kinds[0]}, and it is a {kind}";
        if (name.Forms.Kinds.Count > 0 && unit.IsGroup)
            return "the name says one workload, and these are several";
        return null;
    }

    private static (BindingProposal? Chosen, string Why) Choose(NameContext name, List<BindingProposal> proposals)
    {
        if (proposals.Count == 0)
            return (null, "nothing in the cluster is called so or listens there; if it is outside: external/HOST");
        var best = proposals[0];
        if (best.Against is not null)
            return (null, "what is called so does not fit; if it is outside: external/HOST");
        if (best.Target is BindingTarget.Pods)
            return (null, "several workloads are called so together, and hardly all of them are meant");
        if (best.Strength >= EvidenceStrength.PortOnly)
            return (null, "ports or single words alone do not say that it is this one");
        if (best.Strength > EvidenceStrength.SameCore && name.Use.IsDestination && best.Ports != PortAgreement.Agrees)
            return (null, "the name fits only roughly, and the ports do not say that it is this one");
        if (best.Strength == EvidenceStrength.SameCore && name.Forms.IsVague && best.Ports != PortAgreement.Agrees)
            return (null, $"'{name.Forms.CoreSlug}' alone does not say that it is this one, and neither do the ports");
        // evidence of about the same strength for another thing
        var rivals = proposals.Skip(1).Where(p => p.Against is null && p.Strength <= EvidenceStrength.PortAndWord && p.Strength <= Rivalling(best.Strength) && p.Ports <= best.Ports).ToList();
        return rivals.Count == 0 ? (best, best.Reasons) : (null, $"{rivals.Count + 1} things fit about as well");
    }

    /// <summary>A name that is the same letter by letter, or with "service" behind it, beats all that is not; below that, all that fits is a rival.</summary>
    private static EvidenceStrength Rivalling(EvidenceStrength best) => best switch
    {
        EvidenceStrength.SameName => EvidenceStrength.SameCore,
        EvidenceStrength.SameCore or EvidenceStrength.SameWithPrefix => EvidenceStrength.KnownAs,
        _ => EvidenceStrength.PortAndWord,
    };

    private static string? NamespaceOf(BindingTarget target) => target switch
    {
        BindingTarget.Workload workload => workload.Key.Namespace,
        BindingTarget.Service service => service.Namespace,
        BindingTarget.Pods pods => pods.Namespace,
        _ => null,
    };
}
