using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Plumbline.Core.Probes;

namespace Plumbline.Probing.Protocols;

/// <summary>
/// What the peer's certificate says of itself and what the agent's own trust store says of it. Facts, no verdict: a cluster's services
/// are often signed by an authority that only their clients know.
/// </summary>
/// <param name="named">A name was asked for. Without one there is nothing that the certificate's names could fail to match.</param>
internal sealed class PeerCertificate(CertificateReader reader, bool named)
{
    private const string WrongName = "the name does not match";

    /// <summary>Null until a certificate came.</summary>
    public CertificateFacts? Facts { get; private set; }

    public string CommonName { get; private set; } = "";

    /// <summary>The server asked for a client certificate.</summary>
    public bool IsAsked { get; private set; }

    /// <param name="errors">Only what they say of the name: the handshake itself trusts nobody.</param>
    public void See(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 shown || reader.Judge(shown, chain) is not { } known)
            return;
        CommonName = known.CommonName;
        var problem = known.Facts.ChainProblem;
        Facts = named && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
            ? known.Facts with { ChainProblem = problem is null ? WrongName : $"{WrongName}; {problem}" }
            : known.Facts;
    }

    /// <param name="certificate">Null before the server has spoken: the framework asks then too.</param>
    public void SeeDemand(X509Certificate? certificate)
    {
        if (certificate is null)
            return;
        IsAsked = true;
        if (Facts is null && certificate is X509Certificate2 shown && reader.ReadUnjudged(shown, "not judged: the handshake ended first") is { } known)
            (Facts, CommonName) = (known.Facts, known.CommonName);
    }
}
