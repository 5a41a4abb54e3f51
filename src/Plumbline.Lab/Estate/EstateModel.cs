using Plumbline.Lab.Listeners;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Plumbline.Lab.Estate;

/// <summary>The simulated cluster, as estate.yaml describes it.</summary>
public sealed class EstateModel
{
    public int Nodes { get; set; } = 3;

    public List<EstateWorkload> Workloads { get; set; } = [];

    public List<EstateHost> External { get; set; } = [];

    public List<EstateFault> Faults { get; set; } = [];

    public EstateFault? FindFault(string id) => Faults.FirstOrDefault(f => string.Equals(f.Id, id, StringComparison.OrdinalIgnoreCase));

    /// <param name="file">Null: the estate that is built into the lab.</param>
    /// <exception cref="InvalidOperationException">The file cannot be read, or is no estate; the message says where.</exception>
    public static EstateModel Load(string? file = null)
    {
        try
        {
            using var stream = file is null
                ? typeof(EstateModel).Assembly.GetManifestResourceStream("estate.yaml") ?? throw new InvalidOperationException("estate.yaml is not embedded in the lab")
                : File.OpenRead(file);
            using var reader = new StreamReader(stream);
            return new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).Build().Deserialize<EstateModel>(reader) ?? new EstateModel();
        }
        catch (Exception e) when (e is YamlDotNet.Core.YamlException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"{file ?? "estate.yaml"}: {(e as YamlDotNet.Core.YamlException)?.Start.ToString() + " "}{e.Message}", e);
        }
    }
}

public sealed class EstateWorkload
{
    public string Name { get; set; } = "";

    public string Kind { get; set; } = "Deployment";

    public string Namespace { get; set; } = "";

    /// <summary>Pods; a DaemonSet has one a node.</summary>
    public int Replicas { get; set; } = 2;

    public Dictionary<string, string> Labels { get; set; } = [];

    public string? Service { get; set; }

    /// <summary>Its pods share their node's network.</summary>
    public bool HostNetwork { get; set; }

    public List<EstatePort> Ports { get; set; } = [];

    public string Key => $"{Namespace}/{Name}";
}

public sealed class EstatePort
{
    public int Port { get; set; }

    public int? Target { get; set; }

    public string Speaks { get; set; } = "tcp";

    public int Listens => Target ?? Port;

    public string Protocol => ListenerWords.TryFind(Speaks, out var kind) && kind.Transport() == TransportKind.Udp ? "UDP" : "TCP";
}

public sealed class EstateHost
{
    public string Host { get; set; } = "";

    public List<EstatePort> Ports { get; set; } = [];
}

public sealed class EstateFault
{
    public string Id { get; set; } = "";

    public string What { get; set; } = "";

    public List<FaultAction> Actions { get; set; } = [];

    public List<FaultRow> Rows { get; set; } = [];

    /// <summary>Whose rows are not listed here: what the product must say of such a cluster is told elsewhere.</summary>
    public bool Situation { get; set; }
}

/// <summary>One thing to break; exactly one member is set.</summary>
public sealed class FaultAction
{
    /// <summary>What one would type behind <c>fault</c>: <c>link node-3 loss 30%</c>.</summary>
    public string? Do { get; set; }

    /// <summary>Objects of the cluster that are there while the fault is: a file beside estate.yaml.</summary>
    public string? Objects { get; set; }

    public DenyNamespace? DenyNamespace { get; set; }

    public PortPlace? ClosePort { get; set; }

    public PortPlace? OpenPort { get; set; }

    public PortPlace? Down { get; set; }

    public PortPlace? NotReady { get; set; }

    public ServicePortChange? ServicePort { get; set; }

    public Blockade? Block { get; set; }
}

public sealed class DenyNamespace
{
    public string Namespace { get; set; } = "";

    public string From { get; set; } = "";
}

public class PortPlace
{
    public string? Workload { get; set; }

    public string? Host { get; set; }

    public int Port { get; set; }
}

public sealed class ServicePortChange
{
    public string Service { get; set; } = "";

    public int From { get; set; }

    public int To { get; set; }
}

public sealed class Blockade : PortPlace
{
    /// <summary>drop, or an ICMP code by its nftables name (host-unreachable, admin-prohibited …).</summary>
    public string How { get; set; } = "drop";
}

/// <summary>A row that a fault changes.</summary>
public sealed class FaultRow
{
    public string Map { get; set; } = "";

    public string Row { get; set; } = "";

    public List<int> Ports { get; set; } = [];

    public List<string> Reasons { get; set; } = [];
}
