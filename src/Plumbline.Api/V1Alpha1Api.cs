namespace Plumbline.Api;

/// <summary>Where the API server serves our kinds, and the words that we put on objects.</summary>
public static class V1Alpha1Api
{
    public const string Group = "plumbline.dev";

    public const string Version = "v1alpha1";

    public const string GroupVersion = $"{Group}/{Version}";

    /// <summary>What kubectl takes for all our kinds.</summary>
    public const string Category = "plumbline";

    /// <summary>Label of a Connection: the name of its ConnectionMap.</summary>
    public const string MapLabel = $"{Group}/map";

    public const string ManagedByLabel = "app.kubernetes.io/managed-by";

    public const string ManagedBy = "plumbline";
}
