using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Plumbline.Lab.Listeners;

namespace Plumbline.Lab.Running;

/// <summary>The files that processes of the lab are given: certificates, tokens, kubeconfigs, seeds.</summary>
internal static class LabFiles
{
    public const string SeedsResource = "seeds/";
    public const string CrdsResource = "crds/";

    /// <returns>The token of the API's administrator.</returns>
    public static string Write(LabPaths paths, LabCertificates certificates, IEnumerable<string> serverNames, int apiPort, int innerApiPort)
    {
        Directory.CreateDirectory(paths.Logs);
        var server = certificates.ServerCertificate([.. serverNames]);
        File.WriteAllText(paths.Authority, certificates.AuthorityPem);
        File.WriteAllText(paths.ServerCertificate, server.ExportCertificatePem());
        using var key = server.GetECDsaPrivateKey()!;
        Secret(paths.ServerKey, key.ExportPkcs8PrivateKeyPem());

        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        Secret(paths.AdminToken, token + "\n");
        Secret(paths.InnerKubeconfig, Kubeconfig(certificates, innerApiPort, $"token: {token}"));
        Secret(paths.OperatorKubeconfig, Kubeconfig(certificates, innerApiPort, $"tokenFile: {paths.OperatorToken}"));
        Secret(paths.Kubeconfig, Kubeconfig(certificates, apiPort, $"token: {token}"));
        File.WriteAllText(paths.ResolvConf, "nameserver 10.96.0.10\noptions ndots:5\n");
        Directory.CreateDirectory(paths.Seeds);
        foreach (var seed in Names(SeedsResource))
        {
            // Bytes, not text: what a document begins with is part of the test of reading it.
            using var stream = typeof(LabFiles).Assembly.GetManifestResourceStream(seed)!;
            using var file = File.Create(Path.Combine(paths.Seeds, seed[SeedsResource.Length..]));
            stream.CopyTo(file);
        }

        return token;
    }

    /// <summary>By rename: who reads it sees the old or the new one, never half of it.</summary>
    public static void Secret(string path, string content)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(path + ".new", options))
        {
            writer.Write(content);
        }

        File.Move(path + ".new", path, overwrite: true);
    }

    public static IEnumerable<string> Names(string prefix) =>
        typeof(LabFiles).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    public static string Text(string resource)
    {
        using var stream = typeof(LabFiles).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string Kubeconfig(LabCertificates certificates, int port, string credentials)
    {
        var authority = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(certificates.AuthorityPem));
        return string.Create(CultureInfo.InvariantCulture, $$"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: plumbline-lab
              cluster: {server: "https://127.0.0.1:{{port}}", certificate-authority-data: {{authority}}}
            users:
            - name: admin
              user: {{{credentials}}}
            contexts:
            - name: plumbline-lab
              context: {cluster: plumbline-lab, user: admin, namespace: docs}
            current-context: plumbline-lab

            """);
    }
}
