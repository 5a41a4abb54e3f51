using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Plumbline.Operator.Dispatch.Identity;

/// <summary>The entries of the trust ConfigMap: one a replica, each with one certificate or, during a rotation, two.</summary>
public static class LinkTrust
{
    private const string Suffix = ".crt";

    public static string KeyOf(string replica) => replica + Suffix;

    /// <summary>Null for entries that are not a replica's; those are never touched.</summary>
    public static string? ReplicaOf(string key) => key.EndsWith(Suffix, StringComparison.Ordinal) ? key[..^Suffix.Length] : null;

    public static string EntryOf(params IEnumerable<X509Certificate2?> certificates) =>
        string.Concat(certificates.OfType<X509Certificate2>().Select(c => c.ExportCertificatePem() + "\n"));

    /// <summary>Nothing in it can be trusted any more, or ever could.</summary>
    public static bool IsDead(string entry, DateTimeOffset now)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(entry);
        }
        catch (CryptographicException)
        {
            return true;
        }

        return certificates.All(certificate => SelfSigned.IsExpired(certificate, now));
    }
}
