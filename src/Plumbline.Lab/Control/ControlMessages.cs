using System.Text.Json.Serialization;

namespace Plumbline.Lab.Control;

/// <summary>One line from a command to a running lab.</summary>
/// <param name="Verb">fault, restart, start, stop, kill or status.</param>
/// <param name="Target">A fault's id or a process's name; null for status.</param>
/// <param name="State">on or off, of a fault.</param>
internal sealed record ControlRequest(string Verb, string? Target = null, string? State = null)
{
    /// <summary>What was typed behind <c>fault</c>, where it is not a number with on or off. Default: nothing.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];
}

/// <summary>The line that comes back.</summary>
internal sealed record ControlReply(bool Done, string Message)
{
    public LabStatus? Status { get; init; }
}

/// <param name="Metrics">The operator's, as seen from the machine.</param>
/// <param name="AgentMetrics">The same of the agents, by node.</param>
internal sealed record LabStatus(
    string Kubeconfig, string Metrics, IReadOnlyDictionary<string, string> AgentMetrics, string Logs, IReadOnlyList<string> Faults, IReadOnlyList<ProcessStatus> Processes, IReadOnlyList<View.BoardMap> Maps);

internal sealed record ProcessStatus(string Name, string State, int? Pid, int Restarts);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlReply))]
internal sealed partial class ControlJson : JsonSerializerContext;
