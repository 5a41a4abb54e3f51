namespace Plumbline.Kubernetes.Models;

/// <summary>Says where the API serves a type: <c>/apis/{Group}/{ApiVersion}/…/{PluralName}</c>, or <c>/api/v1/…</c> for the core group.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class KubernetesEntityAttribute : Attribute
{
    /// <summary>Empty for the core group.</summary>
    public string Group { get; init; } = "";

    /// <summary>The version without the group.</summary>
    /// <value>Default: <c>v1</c>.</value>
    public string ApiVersion { get; init; } = "v1";

    public required string Kind { get; init; }

    /// <summary>The lower-case plural that stands in the path.</summary>
    public required string PluralName { get; init; }
}
