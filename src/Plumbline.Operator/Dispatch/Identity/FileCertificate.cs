using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Plumbline.Operator.Dispatch.Identity;

/// <summary>A certificate that somebody else makes and rotates, such as cert-manager; read again when its file changes.</summary>
public sealed class FileCertificate(string certificateFile, string keyFile, ILogger<FileCertificate> logger) : ILinkCertificate
{
    private readonly Lock _lock = new();
    private X509Certificate2? _current;
    private DateTime _written;

    public string? NotReady => null;

    public X509Certificate2 Get()
    {
        lock (_lock)
        {
            var written = File.GetLastWriteTimeUtc(certificateFile);
            if (_current is not null && written == _written)
            {
                return _current;
            }

            try
            {
                using var pem = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
                _current = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
                _written = written;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
            {
                if (_current is null)
                {
                    throw new InvalidOperationException($"the link's certificate {certificateFile} with key {keyFile} cannot be read: {e.Message}", e);
                }

                // Half-written while it is rotated: the old one is good until it expires.
                Log.CertificateUnreadable(logger, certificateFile, e.Message);
            }

            return _current;
        }
    }
}
