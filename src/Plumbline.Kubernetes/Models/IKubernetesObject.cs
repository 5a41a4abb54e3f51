namespace Plumbline.Kubernetes.Models;

/// <summary>Anything that the API serves under an <c>apiVersion</c> and a <c>kind</c>.</summary>
public interface IKubernetesObject
{
    string ApiVersion { get; }

    string Kind { get; }
}

/// <summary>An object with metadata: what can be listed, watched and applied.</summary>
public interface IKubernetesObject<out TMetadata> : IKubernetesObject
{
    TMetadata Metadata { get; }
}
