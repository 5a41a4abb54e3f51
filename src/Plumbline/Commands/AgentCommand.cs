using System.CommandLine;
using System.Net;
using System.Reflection;
using Plumbline.Agent;

namespace Plumbline.Commands;

/// <summary><c>plumbline agent</c></summary>
internal static class AgentCommand
{
    private const string DefaultTrust = "/etc/plumbline/link-trust";

    public static Command Create()
    {
        var log = new LogOptions();
        var otlp = new OtlpOptions();
        var @operator = new Option<string>("--operator") { Description = "The operator's link, wss://host:port.", Required = true };
        var operatorAddress = new Option<string?>("--operator-address") { Description = "Address to dial instead of looking up the host of --operator, such as $(PLUMBLINE_OPERATOR_SERVICE_HOST) in a pod: the link then needs no cluster DNS." };
        var tokenFile = new Option<string>("--token-file") { Description = "Projected service-account token with audience 'plumbline'.", DefaultValueFactory = _ => "/var/run/secrets/plumbline/token" };
        var caFile = new Option<string?>("--ca-file") { Description = $"Who may be the operator: a PEM file with its certificates or their authority, or a directory with .crt and .pem files. Default: {DefaultTrust}, where ConfigMap plumbline-link-trust is mounted." };
        var systemTrust = new Option<bool>("--system-trust") { Description = "Trust any authority that the system trusts to vouch for the operator; excludes --ca-file." };
        var nodeName = new Option<string>("--node-name") { Description = "The node that this agent runs on. Default: $NODE_NAME.", DefaultValueFactory = _ => Environment.GetEnvironmentVariable("NODE_NAME") ?? "" };
        var netns = new Option<string>("--netns-dir") { Description = "Where the container runtime pins network namespaces.", DefaultValueFactory = _ => "/run/netns" };
        var proc = new Option<string>("--proc-dir") { Description = "For runtimes that do not pin namespaces; empty switches it off.", DefaultValueFactory = _ => "/proc" };
        var nodeNamespace = new Option<string?>("--node-netns") { Description = "File of the node's network namespace. Default: the agent's own (hostNetwork)." };
        var resolvConf = new Option<string>("--resolv-conf") { Description = "The node's resolver configuration.", DefaultValueFactory = _ => "/etc/resolv.conf" };
        var metricsListen = new Option<string>("--metrics-listen") { Description = "address:port of /metrics, /healthz and /readyz; empty switches them off.", DefaultValueFactory = _ => "" };
        var refuse = new Option<string[]>("--refuse-target") { Description = "Address, network (CIDR) or address:port that is never probed. May be given again. The API server's ($KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT), loopback and cloud metadata are refused in any case." };
        var allow = new Option<string[]>("--allow-target") { Description = "Network (CIDR) that is probed although it is refused. May be given again." };
        var reset = new Option<bool>("--close-with-reset") { Description = "End connections with a reset: leaves no TIME_WAIT in the pod's network, but servers see an aborted connection." };
        var command = new Command("agent", "Runs a node's agent: probes from the network namespaces of the node's pods, as the operator plans.")
        {
            @operator, operatorAddress, tokenFile, caFile, systemTrust, nodeName, netns, proc, nodeNamespace, resolvConf, metricsListen, refuse, allow, reset,
        };
        log.AddTo(command);
        otlp.AddTo(command);
        EndPoints.Validate(metricsListen, mayBeEmpty: true);
        @operator.Validators.Add(result =>
        {
            if (!Uri.TryCreate(result.GetValueOrDefault<string>(), UriKind.Absolute, out var uri) || uri.Scheme != "wss")
            {
                result.AddError($"--operator must be an address such as wss://plumbline-operator.plumbline-system:8443 (always with TLS), not '{result.GetValueOrDefault<string>()}'");
            }
        });
        operatorAddress.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !IPAddress.TryParse(text, out _))
            {
                result.AddError($"--operator-address must be an IP address, not '{text}'; where it is a Service's, the Service must be there before the pod starts");
            }
        });
        refuse.Validators.Add(result =>
        {
            foreach (var value in (result.GetValueOrDefault<string[]>() ?? []).Where(v => RefusedTargets.Parse(v, "x") is null))
            {
                result.AddError($"--refuse-target must be an address, a network or address:port, such as 10.0.0.1:6443, not '{value}'");
            }
        });
        allow.Validators.Add(result =>
        {
            foreach (var value in (result.GetValueOrDefault<string[]>() ?? []).Where(v => !IPNetwork.TryParse(v, out _)))
            {
                result.AddError($"--allow-target must be a network such as 127.0.0.0/8, not '{value}'");
            }
        });
        command.SetAction(async (parsed, stop) =>
        {
            using var loggers = log.Create(parsed);
            var options = new AgentOptions
            {
                OperatorUri = new Uri(parsed.GetValue(@operator)!),
                OperatorAddress = parsed.GetValue(operatorAddress) is { } known ? IPAddress.Parse(known) : null,
                TokenFile = parsed.GetValue(tokenFile)!,
                CaFile = parsed.GetValue(caFile) ?? (parsed.GetValue(systemTrust) ? null : DefaultTrust),
                SystemTrust = parsed.GetValue(systemTrust),
                NodeName = parsed.GetValue(nodeName)!,
                NetnsDirectory = parsed.GetValue(netns)!,
                ProcDirectory = parsed.GetValue(proc)!,
                NodeNamespacePath = parsed.GetValue(nodeNamespace),
                ResolvConfPath = parsed.GetValue(resolvConf)!,
                MetricsListen = parsed.GetValue(metricsListen)!,
                RefuseTargets = RefusedTargets.Of(parsed.GetValue(refuse) ?? [], Environment.GetEnvironmentVariable),
                CloseWithReset = parsed.GetValue(reset),
                AllowTargets = [.. (parsed.GetValue(allow) ?? []).Select(IPNetwork.Parse)],
                ExportMetrics = otlp.Export(parsed, "plumbline-agent", parsed.GetValue(nodeName)!, loggers),
                Version = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "0",
            };
            return await AgentHost.RunAsync(options, loggers, TimeProvider.System, stop);
        });
        return command;
    }
}
