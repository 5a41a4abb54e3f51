using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Plumbline.Core.Probes;

namespace Plumbline.Probing.Protocols;

/// <param name="Facts">Without what depends on the name that was asked for.</param>
internal sealed record KnownCertificate(CertificateFacts Facts, string CommonName, DateTimeOffset Judged);

/// <summary>
/// Reads certificates and asks the agent's own trust store about them, once for each that is new: the store's hundred and more roots
/// made up a quarter of every handshake.
/// </summary>
internal sealed class CertificateReader(TimeProvider clock)
{
    private const int MaxText = 200;
    private const int MaxNames = 8;
    private const int Capacity = 1_024;

    /// <summary>The store itself changes now and then.</summary>
    private static readonly TimeSpan GoodFor = TimeSpan.FromHours(1);

    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    private readonly ConcurrentDictionary<string, KnownCertificate> _known = new(StringComparer.Ordinal);

    /// <summary>Null when the certificate cannot be read: its bytes are the peer's, and must not cost the probe its outcome.</summary>
    /// <param name="presented">Its policy's extra store holds what the peer sent besides.</param>
    public KnownCertificate? Judge(X509Certificate2 certificate, X509Chain? presented)
    {
        var now = clock.GetUtcNow();
        var key = KeyOf(certificate, presented);
        if (_known.TryGetValue(key, out var known) && IsGood(known, now))
            return known;

        known = Read(certificate, () => TrustProblem(certificate, presented, now), now);
        if (known is null)
            return null;
        if (_known.Count >= Capacity)
            _known.Clear();
        _known[key] = known;
        return known;
    }

    /// <summary>What it says of itself; nobody was asked whether it is trusted.</summary>
    public KnownCertificate? ReadUnjudged(X509Certificate2 certificate, string why) => Read(certificate, () => why, clock.GetUtcNow());

    private static bool IsGood(KnownCertificate known, DateTimeOffset now) =>
        now - known.Judged < GoodFor && Side(known.Facts, known.Judged) == Side(known.Facts, now);

    /// <summary>Before, in or after its time.</summary>
    private static int Side(CertificateFacts facts, DateTimeOffset at) => at < facts.NotBefore ? -1 : at > facts.NotAfter ? 1 : 0;

    private static KnownCertificate? Read(X509Certificate2 certificate, Func<string?> problem, DateTimeOffset now)
    {
        try
        {
            var (from, to) = (Utc(certificate.NotBefore), Utc(certificate.NotAfter));
            var facts = new CertificateFacts(Limit(certificate.Subject), Limit(certificate.Issuer), from, to, NamesOf(certificate), problem());
            var lapsed = Side(facts, now) switch { > 0 => "expired", < 0 => "not valid yet", _ => null };
            return new KnownCertificate(
                facts with { ChainProblem = facts.ChainProblem ?? lapsed }, Limit(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)), now);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or FormatException)
        {
            return null;
        }
    }

    private static string? TrustProblem(X509Certificate2 certificate, X509Chain? presented, DateTimeOffset now)
    {
        using var chain = new X509Chain
        {
            ChainPolicy = new X509ChainPolicy
            {
                // Nothing may be fetched to complete a chain: that traffic would come from the agent, not from the pod.
                DisableCertificateDownloads = true,
                RevocationMode = X509RevocationMode.NoCheck,
                VerificationTime = now.UtcDateTime,
                ApplicationPolicy = { ServerAuthentication },
            },
        };
        if (presented is not null)
            chain.ChainPolicy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore);
        return chain.Build(certificate) ? null : Limit(string.Join("; ", chain.ChainStatus.Select(status => $"{status.Status}: {status.StatusInformation.Trim()}").Distinct()));
    }

    private static string KeyOf(X509Certificate2 certificate, X509Chain? presented)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(certificate.RawDataMemory.Span);
        foreach (var other in presented?.ChainPolicy.ExtraStore ?? [])
            hash.AppendData(other.RawDataMemory.Span);
        return Convert.ToBase64String(hash.GetHashAndReset());
    }

    private static string[] NamesOf(X509Certificate2 certificate)
    {
        try
        {
            var extension = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
            return extension is null
                ? []
                : [.. extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())).Take(MaxNames).Select(Limit)];
        }
        catch (CryptographicException)
        {
            return [];
        }
    }

    private static DateTimeOffset Utc(DateTime local) => new(local.ToUniversalTime());

    private static string Limit(string text) => text.Length <= MaxText ? text : string.Concat(text.AsSpan(0, MaxText - 1), "…");
}
