using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.Extensions.Configuration;
using Plumbline.Core.Words;
using Plumbline.Link;

namespace Plumbline.Operator;

/// <summary>
/// The operator's options, from section <c>Plumbline</c> of a configuration. Keys are the flags of <c>plumbline operator</c>: <c>--link-listen</c> is
/// <c>Plumbline:LinkListen</c>, in the environment <c>Plumbline__LinkListen</c>. What flags repeat is a list with commas.
/// </summary>
public abstract record OperatorConfiguration
{
    public const string Section = "Plumbline";

    private OperatorConfiguration()
    {
    }

    public sealed record Valid(OperatorOptions Options) : OperatorConfiguration;

    /// <param name="Problems">Each names the key and what to do.</param>
    public sealed record Invalid(IReadOnlyList<string> Problems) : OperatorConfiguration;

    /// <summary>Missing and empty are the same: the default. <c>POD_NAME</c> and <c>POD_IP</c> are looked up in the configuration, too.</summary>
    public static OperatorConfiguration Read(IConfiguration configuration)
    {
        var reader = new Reader(configuration);
        var usual = new OperatorOptions { Identity = "", LinkAddress = "" };
        var listen = reader.EndPoint("LinkListen", usual.LinkListen);
        var replica = reader.Text("Identity") ?? NullIfEmpty(configuration["POD_NAME"]) ?? Environment.MachineName;
        var (certificate, key) = (reader.Text("LinkCert"), reader.Text("LinkKey"));
        if (certificate is null != key is null)
        {
            reader.Report("LinkCert", $"and {Section}:LinkKey belong together: give both, or neither for a certificate of the replica's own");
        }

        var options = new OperatorOptions
        {
            Kubeconfig = reader.Text("Kubeconfig"),
            Namespace = reader.Text("Namespace") ?? usual.Namespace,

            // Something random, since a restarted container is not the replica that held the lease.
            Identity = $"{replica}_{Guid.NewGuid():N}",
            Replica = replica,
            LinkListen = listen,
            LinkCertificateFile = certificate,
            LinkKeyFile = key,
            LinkNames = reader.List("LinkName"),
            LinkDirectory = reader.Text("LinkDir") ?? usual.LinkDirectory,
            LinkAddress = reader.Text("LinkAddress") ?? Listening.Join(NullIfEmpty(configuration["POD_IP"]) ?? listen.Address.ToString(), listen.Port),
            MetricsListen = reader.EndPoint("MetricsListen", usual.MetricsListen),
            Loop = new LoopOptions { ClusterDomain = reader.Text("ClusterDomain") ?? usual.Loop.ClusterDomain, ClusterDnsServers = [.. reader.List("ClusterDns")] },
        };
        return reader.Problems.Count > 0 ? new Invalid(reader.Problems) : new Valid(options);
    }

    /// <summary>Whether it is address:port, with a port that can be dialled.</summary>
    public static bool TryEndPoint(string text, [NotNullWhen(true)] out IPEndPoint? endPoint) => IPEndPoint.TryParse(text, out endPoint) && endPoint.Port > 0;

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private sealed class Reader(IConfiguration configuration)
    {
        public List<string> Problems { get; } = [];

        public string? Text(string key) => NullIfEmpty(configuration[$"{Section}:{key}"]);

        public string[] List(string key) => (Text(key) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        public IPEndPoint EndPoint(string key, IPEndPoint otherwise)
        {
            if (Text(key) is not { } text)
            {
                return otherwise;
            }

            if (TryEndPoint(text, out var endPoint))
            {
                return endPoint;
            }

            Report(key, $"must be address:port, such as {otherwise}, not '{text}'");
            return otherwise;
        }

        public void Report(string key, string problem) => Problems.Add($"{Section}:{key} {problem}");
    }
}
