namespace Plumbline.Kubernetes.Connection;

/// <summary>The configuration cannot be used; the message names the file, the field and what to do.</summary>
public sealed class KubernetesConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
