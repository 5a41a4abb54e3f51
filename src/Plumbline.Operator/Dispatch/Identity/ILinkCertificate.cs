using System.Security.Cryptography.X509Certificates;

namespace Plumbline.Operator.Dispatch.Identity;

/// <summary>By what agents know the operator.</summary>
public interface ILinkCertificate
{
    /// <summary>Why agents cannot know this replica yet; null when they can.</summary>
    string? NotReady { get; }

    /// <summary>With its private key. Asked for at every handshake, since certificates are rotated under a running operator.</summary>
    /// <exception cref="InvalidOperationException">There is no usable certificate; the message says why.</exception>
    X509Certificate2 Get();
}
