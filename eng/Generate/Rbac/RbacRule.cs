using k8s;
using k8s.Models;
using System.Reflection;
using Plumbline.Operator.Rbac;

namespace Plumbline.Generate.Rbac;

/// <summary>One rule of a role.</summary>
/// <param name="Resources">Of one API group, with the subresource behind a slash.</param>
/// <param name="Name">Null: whatever its name.</param>
/// <param name="For">The classes that ask for it, each with what for.</param>
public sealed record RbacRule(string Group, IReadOnlyList<string> Resources, string? Name, IReadOnlyList<string> Verbs, IReadOnlyList<(Type Class, string Why)> For)
{
    /// <summary>
    /// The rules of all namespaces, or of the operator's own. What is granted in all is not granted again in one. Rights of one group that are alike share
    /// a rule; rules are in the order of the classes, then of group and resource.
    /// </summary>
    public static IReadOnlyList<RbacRule> Of(IEnumerable<Type> classes, bool ownNamespace)
    {
        var rights = classes.OrderBy(c => c.Name, StringComparer.Ordinal).SelectMany(Rights).ToList();
        var everywhere = rights.Where(r => !r.OwnNamespace).Select(r => (r.Group, r.Resource, r.Verb)).ToHashSet();
        return
        [
            .. from right in rights
               where right.OwnNamespace == ownNamespace && !(ownNamespace && everywhere.Contains((right.Group, right.Resource, right.Verb)))
               group right by (right.Group, right.Resource, right.Name) into of
               let verbs = string.Join(' ', of.Select(r => r.Verb).Distinct().Order(StringComparer.Ordinal))
               let reasons = of.Select(r => (r.Class, r.Why)).Distinct().ToList()
               group (of.Key.Resource, Reasons: reasons) by (of.Key.Group, of.Key.Name, Verbs: verbs, Why: string.Join('\n', reasons)) into rule
               let resources = rule.Select(r => r.Resource).Order(StringComparer.Ordinal).ToList()
               orderby string.Join(' ', rule.First().Reasons.Select(r => r.Class.Name)), rule.Key.Group, resources[0], rule.Key.Name
               select new RbacRule(rule.Key.Group, resources, rule.Key.Name, rule.Key.Verbs.Split(' '), rule.First().Reasons),
        ];
    }

    private static IEnumerable<Right> Rights(Type type) =>
        from attribute in type.GetCustomAttributes<EntityRbacAttribute>()
        from entity in attribute.Entities
        let kind = entity.GetCustomAttribute<KubernetesEntityAttribute>() ?? throw new GenerateException($"{type.Name}: [EntityRbac] names {entity.Name}, which has no [KubernetesEntity]")
        from verb in Enum.GetValues<RbacVerb>()
        where verb != RbacVerb.None && attribute.Verbs.HasFlag(verb)
        select new Right(
            type,
            attribute.Why,
            attribute.OwnNamespace,
            kind.Group,
            attribute.Subresource is { } sub ? $"{PluralOf(kind)}/{sub}" : PluralOf(kind),
            verb == RbacVerb.Create && attribute.Name is not null
                ? throw new GenerateException($"{type.Name}: RBAC cannot tie creation to the name {attribute.Name}; give it an [EntityRbac] of its own")
                : attribute.Name,
            verb.ToString().ToLowerInvariant());

    private sealed record Right(Type Class, string Why, bool OwnNamespace, string Group, string Resource, string? Name, string Verb);

    // The library has no plural for the reviews; the API server's is the usual one.
    private static string PluralOf(KubernetesEntityAttribute kind) => kind.PluralName is { Length: > 0 } plural ? plural : $"{kind.Kind.ToLowerInvariant()}s";
}
