using System.CommandLine;
using System.Net;
using System.Reflection;
using Plumbline.Operator;
using Plumbline.Operator.Reconciling;

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
        var identity = new Option<string?>("--identity") { Description = "Name of this replica. Default: the host name." };
        var linkListen = new Option<string>("--link-listen") { Description = "address:port where agents dial in, with TLS.", DefaultValueFactory = _ => "0.0.0.0:8443" };
        var linkCertificate = new Option<string>("--link-cert") { Description = "Certificate of the link, a PEM file.", DefaultValueFactory = _ => "/etc/plumbline/link/tls.crt" };
        var linkKey = new Option<string>("--link-key") { Description = "Key of the link's certificate, a PEM file.", DefaultValueFactory = _ => "/etc/plumbline/link/tls.key" };
        var linkAddress = new Option<string?>("--link-address") { Description = "host:port under which agents reach this very replica. Default: $POD_IP and the port of --link-listen." };
        var metricsListen = new Option<string>("--metrics-listen") { Description = "address:port of /metrics, /healthz and /readyz.", DefaultValueFactory = _ => "0.0.0.0:8080" };
        var clusterDomain = new Option<string>("--cluster-domain") { Description = "Domain of cluster DNS.", DefaultValueFactory = _ => "cluster.local" };
        var clusterDns = new Option<string[]>("--cluster-dns") { Description = "Address of cluster DNS; may be given again. Default: the cluster IPs of Service kube-system/kube-dns." };
        var command = new Command("operator", "Runs the operator: resolves documented connections, plans probes, judges results, writes status and metrics.")
        {
            kubeconfig, @namespace, identity, linkListen, linkCertificate, linkKey, linkAddress, metricsListen, clusterDomain, clusterDns,
        };
        log.AddTo(command);
        otlp.AddTo(command);
        EndPoints.Validate(linkListen);
        EndPoints.Validate(metricsListen);
        command.SetAction(async (parsed, stop) =>
        {
            using var loggers = log.Create(parsed);
            var listen = IPEndPoint.Parse(parsed.GetValue(linkListen)!);
            var options = new OperatorOptions
            {
                Kubeconfig = parsed.GetValue(kubeconfig),
                Namespace = parsed.GetValue(@namespace)!,
                Identity = $"{parsed.GetValue(identity) ?? Environment.MachineName}_{Guid.NewGuid():N}",
                LinkListen = listen,
                LinkCertificateFile = parsed.GetValue(linkCertificate)!,
                LinkKeyFile = parsed.GetValue(linkKey)!,
                LinkAddress = parsed.GetValue(linkAddress) ?? $"{Environment.GetEnvironmentVariable("POD_IP") ?? listen.Address.ToString()}:{listen.Port}",
                MetricsListen = IPEndPoint.Parse(parsed.GetValue(metricsListen)!),
                Loop = new LoopOptions { ClusterDomain = parsed.GetValue(clusterDomain)!, ClusterDnsServers = [.. parsed.GetValue(clusterDns) ?? []] },
                ExportMetrics = otlp.Export(parsed, "plumbline-operator", parsed.GetValue(identity) ?? Environment.MachineName, loggers),
                Version = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "0",
            };
            return await OperatorHost.RunAsync(options, loggers, TimeProvider.System, stop);
        });
        return command;
    }
}
