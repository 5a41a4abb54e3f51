using System.Text.Json.Serialization;
using Plumbline.Core.Probes;

namespace Plumbline.Link;

/// <summary>
/// The operator↔agent link: JSON text messages over a WebSocket, sub-protocol <see cref="SubProtocol"/>, path <see cref="Path"/>.
/// The agent dials, presents its projected service-account token as a bearer token, says <see cref="Hello"/>, and gets a
/// <see cref="PlanSnapshot"/>. A gap in the revisions is answered with a new snapshot.
/// </summary>
public static class LinkProtocol
{
    public const string SubProtocol = "plumbline.link.v1";

    public const string Path = "/agent/v1/link";

    /// <summary>Audience that an agent's token must carry.</summary>
    public const string Audience = "plumbline";

    /// <summary>Largest message either side accepts, in bytes.</summary>
    public const int MaxMessageBytes = 8 * 1024 * 1024;

    /// <summary>Either side sends at least this often; three intervals of silence end the link.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(5);

    /// <summary>Response header by which a standby names the leader's link address.</summary>
    public const string LeaderHeader = "Plumbline-Leader";
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Hello), "hello")]
[JsonDerivedType(typeof(ReportBatch), "reports")]
[JsonDerivedType(typeof(PlanAck), "planAck")]
[JsonDerivedType(typeof(AgentHeartbeat), "heartbeat")]
public abstract record AgentMessage;

/// <param name="Node">The node that the agent believes it is on; the token decides.</param>
public sealed record Hello(string Node, string Version) : AgentMessage;

/// <param name="Sequence">Rises by one a batch; acknowledged with <see cref="ReportAck"/>, else sent again after a reconnect.</param>
public sealed record ReportBatch(long Sequence, ProbeReport[] Reports) : AgentMessage;

/// <param name="Revision">The plan that is now carried out.</param>
public sealed record PlanAck(long Revision) : AgentMessage;

/// <summary>Shows that the other end is alive, and says no more.</summary>
public sealed record AgentHeartbeat : AgentMessage;

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(PlanSnapshot), "plan")]
[JsonDerivedType(typeof(PlanDelta), "planDelta")]
[JsonDerivedType(typeof(ReportAck), "reportAck")]
[JsonDerivedType(typeof(OperatorHeartbeat), "heartbeat")]
public abstract record OperatorMessage;

/// <summary>The whole plan. One that is large comes in parts, which follow each other and count together once the last is there.</summary>
public sealed record PlanSnapshot(long Revision, ProbeSource[] Sources, PlannedProbe[] Probes) : OperatorMessage
{
    /// <summary>Number of this part, from 0.</summary>
    public int Part { get; init; }

    /// <summary>More parts of this revision follow.</summary>
    public bool More { get; init; }
}

/// <summary>Applies to <paramref name="BaseRevision"/> only. Upserts come before removals.</summary>
public sealed record PlanDelta(
    long BaseRevision,
    long Revision,
    ProbeSource[] UpsertSources,
    PlannedProbe[] UpsertProbes,
    string[] RemoveSources,
    ProbeId[] RemoveProbes) : OperatorMessage;

/// <param name="Sequence">This batch was taken, and all before it.</param>
public sealed record ReportAck(long Sequence) : OperatorMessage;

/// <inheritdoc cref="AgentHeartbeat"/>
public sealed record OperatorHeartbeat : OperatorMessage;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    // Not WhenWritingDefault: it would leave out required members whose value happens to be the default, and the reader insists on them.
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    Converters =
    [
        typeof(ProbeIdJsonConverter), typeof(ProbeRemarksJsonConverter),
        typeof(TolerantEnumConverter<VantageKind>), typeof(TolerantEnumConverter<ProbeProtocol>), typeof(TolerantEnumConverter<ProbeOutcome>), typeof(TolerantEnumConverter<ProvenStage>),
        typeof(TolerantArrayConverter<ProbeSource>), typeof(TolerantArrayConverter<PlannedProbe>), typeof(TolerantArrayConverter<ProbeReport>),
    ])]
[JsonSerializable(typeof(AgentMessage))]
[JsonSerializable(typeof(OperatorMessage))]
[JsonSerializable(typeof(ProbeSource))]
[JsonSerializable(typeof(PlannedProbe))]
[JsonSerializable(typeof(ProbeReport))]
public sealed partial class LinkJson : JsonSerializerContext;
