namespace Plumbline.Operator.Rbac;

[Flags]
public enum RbacVerb
{
    None = 0,
    Get = 1,
    List = 2,
    Watch = 4,
    Create = 8,
    Patch = 16,
    Delete = 32,
}

/// <summary>
/// What a class asks of the API, beside the code that asks. eng/Generate makes the roles of <c>deploy</c> and the chart from it; a test records the
/// requests and compares, both ways.
/// </summary>
/// <param name="entities">Types with a <c>[KubernetesEntity]</c>.</param>
/// <example><c>[EntityRbac(typeof(V1Pod), Verbs = RbacVerb.List | RbacVerb.Watch, Why = "…")]</c></example>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class EntityRbacAttribute(params Type[] entities) : Attribute
{
    public IReadOnlyList<Type> Entities => entities;

    public required RbacVerb Verbs { get; init; }

    /// <summary>What for; stands as a comment above the rule.</summary>
    public required string Why { get; init; }

    /// <summary>Such as <c>status</c>. Default null: the object itself.</summary>
    public string? Subresource { get; init; }

    /// <summary>Only in the operator's own namespace. Default false: in all.</summary>
    public bool OwnNamespace { get; init; }

    /// <summary>Only the object of this name; RBAC cannot tie creation to one. Default null: whatever its name.</summary>
    public string? Name { get; init; }
}
