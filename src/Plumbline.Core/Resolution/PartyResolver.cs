using Plumbline.Core.Connections;
using Plumbline.Core.Words;

namespace Plumbline.Core.Resolution;

/// <summary>A word of a document, looked up: the Component it means, or why there is none.</summary>
public abstract record PartyLookup
{
    private PartyLookup()
    {
    }

    public sealed record Bound(IReadOnlyList<Component> Members) : PartyLookup;

    public sealed record Failed(Reason Reason, string Explanation) : PartyLookup;
}

/// <summary>Words → Components, groups flattened.</summary>
public static class PartyResolver
{
    // Groups of groups are allowed; a cycle ends here rather than nowhere.
    private const int MaxGroupDepth = 8;

    public static PartyLookup Look(IComponents directory, string @namespace, string? word, string? component, string role)
    {
        if (component is not null)
        {
            return directory.Find(new NamespacedName(@namespace, component)) is { } named
                ? Flatten(directory, named)
                : Fail(Reasons.NameNotBound, $"the map binds {role} '{word ?? component}' to Component '{component}', which does not exist in namespace {@namespace}; create it or change spec.parties");
        }

        if (string.IsNullOrWhiteSpace(word))
        {
            return Fail(Reasons.RowIncomplete, $"the row names no {role}; complete it (a completion for this row with '{(role == "source" ? "from" : "to")}:')");
        }

        var claiming = directory.Claiming(@namespace, word);
        return claiming.Count switch
        {
            0 => Fail(Reasons.NameNotBound, $"no Component in namespace {@namespace} claims the name '{word}' ({role}); add it to a Component's spec.names or bind it in the map's spec.parties"),
            1 => Flatten(directory, claiming[0]),
            _ => Fail(Reasons.NameAmbiguous, $"the name '{word}' ({role}) is claimed by Components {string.Join(", ", claiming.Select(c => c.Key.Name))}; keep it in one of them, or bind it in the map's spec.parties"),
        };
    }

    private static PartyLookup Flatten(IComponents directory, Component root)
    {
        var members = new List<Component>();
        var failure = Collect(directory, root, members, [], 0);
        return failure is null ? new PartyLookup.Bound(members) : failure;
    }

    private static PartyLookup.Failed? Collect(IComponents directory, Component component, List<Component> members, HashSet<NamespacedName> seen, int depth)
    {
        if (!seen.Add(component.Key))
        {
            return null;
        }

        switch (component.Binding)
        {
            case Binding.None:
                return Fail(Reasons.NameNotBound, $"Component '{component.Key.Name}' is not bound to anything yet; set one of spec.workload, spec.pods, spec.service, spec.external, spec.nodes, spec.group or spec.outside");
            case Binding.Invalid invalid:
                return Fail(Reasons.ComponentInvalid, $"Component '{component.Key.Name}': {invalid.Problem}");
            case Binding.Group group when depth >= MaxGroupDepth:
                return Fail(Reasons.ComponentInvalid, $"Component '{component.Key.Name}': groups are nested deeper than {MaxGroupDepth}: {string.Join(", ", group.Components)}");
            case Binding.Group group:
                foreach (var name in group.Components)
                {
                    var failure = directory.Find(new NamespacedName(component.Key.Namespace, name)) is { } member
                        ? Collect(directory, member, members, seen, depth + 1)
                        : Fail(Reasons.ComponentInvalid, $"Component '{component.Key.Name}': spec.group.components names '{name}', which does not exist in namespace {component.Key.Namespace}");
                    if (failure is not null)
                    {
                        return failure;
                    }
                }

                return members.Count > 0 ? null : Fail(Reasons.ComponentInvalid, $"Component '{component.Key.Name}': spec.group has no members");
            default:
                members.Add(component);
                return null;
        }
    }

    private static PartyLookup.Failed Fail(Reason reason, string explanation) => new(reason, explanation);
}
