using System.CommandLine;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Plumbline.Operator;

namespace Plumbline.Commands;

/// <summary><c>plumbline operator</c></summary>
internal static class OperatorCommand
{
    public static Command Create()
    {
        var log = new LogOptions();
        var otlp = new OtlpOptions();
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "kubeconfig file. Default: KUBECONFIG, ~/.kube/config, else the pod's service account." };
        var @namespace = new Option<string>("--namespace") { Description = "Namespace of the Lease and of the agents' service account.", DefaultValueFactory = _ => "plumbline-system" };
        var identity = new Option<string?>("--identity") { Description = "Name of this replica, which is its pod's name. Default: $POD_NAME, else the host name." };
        var linkListen = new Option<string>("--link-listen") { Description = "address:port where agents dial in, with TLS; [::] takes IPv4, too.", DefaultValueFactory = _ => "[::]:8443" };
        var linkCertificate = new Option<string?>("--link-cert") { Description = "Certificate of the link, a PEM file, such as cert-manager's. Default: the replica makes its own and publishes it in ConfigMap plumbline-link-trust." };
        var linkKey = new Option<string?>("--link-key") { Description = "Key of --link-cert, a PEM file." };
        var linkNames = new Option<string[]>("--link-name") { Description = "DNS name or address under which agents dial, for the replica's own certificate; may be given again. Default: the names of Service plumbline-operator in --namespace." };
        var linkDirectory = new Option<string>("--link-dir") { Description = "Directory in memory where the replica's own key outlives its container (an emptyDir of medium Memory). Default: it does not.", DefaultValueFactory = _ => "" };
        var linkAddress = new Option<string?>("--link-address") { Description = "host:port under which agents reach this very replica. Default: $POD_IP and the port of --link-listen." };
        var metricsListen = new Option<string>("--metrics-listen") { Description = "address:port of /metrics, /healthz and /readyz.", DefaultValueFactory = _ => "[::]:8080" };
        var clusterDomain = new Option<string>("--cluster-domain") { Description = "Domain of cluster DNS.", DefaultValueFactory = _ => "cluster.local" };
        var clusterDns = new Option<string[]>("--cluster-dns") { Description = "Address of cluster DNS; may be given again. Default: what the operator's own pod was given, else the cluster IPs of the Service that looks like it (kube-dns, CoreDNS under any usual name, OpenShift's dns-default)." };
        var command = new Command("operator", "Runs the operator: resolves documented connections, plans probes, judges results, writes status and metrics.")
        {
            kubeconfig, @namespace, identity, linkListen, linkCertificate, linkKey, linkNames, linkDirectory, linkAddress, metricsListen, clusterDomain, clusterDns,
        };
        log.AddTo(command);
        otlp.AddTo(command);
        EndPoints.Validate(linkListen);
        EndPoints.Validate(metricsListen);
        command.Validators.Add(result =>
        {
            if (string.IsNullOrEmpty(result.GetValue(linkCertificate)) != string.IsNullOrEmpty(result.GetValue(linkKey)))
            {
                result.AddError("--link-cert and --link-key belong together: give both, or neither for a certificate of the replica's own");
            }
        });
        command.SetAction(async (parsed, stop) =>
        {
            using var loggers = log.Create(parsed);
            return await OperatorHost.RunAsync(
                new ConfigurationBuilder().AddEnvironmentVariables().AddInMemoryCollection(Given(command, parsed)).Build(),
                options => options with
                {
                    ExportMetrics = otlp.Export(parsed, "plumbline-operator", parsed.GetValue(identity) ?? Environment.MachineName, loggers),
                    Version = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "0",
                },
                loggers,
                TimeProvider.System,
                stop);
        });
        return command;
    }

    /// <summary>The flags that were given, by the keys of <see cref="OperatorConfiguration"/>: <c>--link-listen</c> is <c>Plumbline:LinkListen</c>. A default has no say.</summary>
    internal static IEnumerable<KeyValuePair<string, string?>> Given(Command command, ParseResult parsed) =>
        from option in command.Options
        let result = parsed.GetResult(option)
        where result is { Implicit: false }
        select KeyValuePair.Create(KeyOf(option), (string?)string.Join(',', result.Tokens.Select(t => t.Value)));

    private static string KeyOf(Option option)
    {
        var words = option.Name.Split('-', StringSplitOptions.RemoveEmptyEntries);
        return $"{OperatorConfiguration.Section}:{string.Concat(words.Select(w => $"{char.ToUpperInvariant(w[0])}{w[1..]}"))}";
    }
}
