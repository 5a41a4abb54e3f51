using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Plumbline.Operator.Dispatch.Identity;

/// <summary>Keeps keys and certificates for the next container of the same pod. What cannot be kept or read is made anew.</summary>
internal sealed class KeyDirectory(string path, ILogger logger)
{
    public X509Certificate2? Load(string name)
    {
        if (path.Length == 0 || !File.Exists(FileOf(name)))
        {
            return null;
        }

        try
        {
            return X509Certificate2.CreateFromPemFile(FileOf(name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            Log.KeyNotLoaded(logger, FileOf(name), e.Message);
            return null;
        }
    }

    /// <param name="certificate">Null: nothing is to be kept under this name any more.</param>
    public void Keep(string name, X509Certificate2? certificate)
    {
        if (path.Length == 0)
        {
            return;
        }

        try
        {
            if (certificate is null)
            {
                File.Delete(FileOf(name));
                return;
            }

            using var key = certificate.GetECDsaPrivateKey()!;
            var temporary = FileOf(name) + ".tmp";
            File.Delete(temporary);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var writer = new StreamWriter(temporary, options))
            {
                writer.Write(certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
            }

            File.Move(temporary, FileOf(name), overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.KeyNotKept(logger, FileOf(name), e.Message);
        }
    }

    private string FileOf(string name) => Path.Combine(path, name + ".pem");
}
