using System.Collections.Frozen;

namespace Plumbline.Core.Words;

/// <summary>The one register of reasons. A test fails when the docs lack one.</summary>
public static class Reasons
{
    public static readonly Reason Reachable = Verified(nameof(Reachable), "Every probed pair works.");
    public static readonly Reason Blocked = Verified(nameof(Blocked), "Expected to be blocked, and proven so: the source can connect elsewhere and the destination answers somebody else.");

    public static readonly Reason ConnectionRefused = Drift(nameof(ConnectionRefused), "The destination answers, but nothing listens on the port.");
    public static readonly Reason TimedOut = Drift(nameof(TimedOut), "No answer before the deadline: something drops the packets silently.");
    public static readonly Reason Rejected = Drift(nameof(Rejected), "A hop answered that the connection is administratively prohibited.");
    public static readonly Reason Unreachable = Drift(nameof(Unreachable), "There is no route to the destination, or its host does not answer.");
    public static readonly Reason NameNotResolved = Drift(nameof(NameNotResolved), "The source's resolver has no address for the destination's name.");
    public static readonly Reason TlsHandshakeFailed = Drift(nameof(TlsHandshakeFailed), "The port is open, but no TLS session came about.");
    public static readonly Reason NotHttp = Drift(nameof(NotHttp), "The port is open, but what answers does not speak HTTP.");
    public static readonly Reason HttpNoResponse = Drift(nameof(HttpNoResponse), "The port is open, but no HTTP response came before the deadline.");
    public static readonly Reason HttpUnexpectedStatus = Drift(nameof(HttpUnexpectedStatus), "An HTTP response with a status that the row does not allow.");
    public static readonly Reason ClosedByPeer = Drift(nameof(ClosedByPeer), "The connection was accepted and closed before it proved anything.");
    public static readonly Reason TurnedAway = Drift(nameof(TurnedAway), "The destination answers, and says that it does not serve this client.");
    public static readonly Reason LeadsElsewhere = Drift(nameof(LeadsElsewhere), "The destination's name leads the source to an address that is not the destination's.");
    public static readonly Reason PartlyReachable = Drift(nameof(PartlyReachable), "Some pairs or ports work and others do not.");
    public static readonly Reason Intermittent = Drift(nameof(Intermittent), "No pair is down, and some fail time and again.");
    public static readonly Reason OpenButExpectedBlocked = Drift(nameof(OpenButExpectedBlocked), "The row says blocked, and a probe got through.");
    public static readonly Reason BlockedByNetworkPolicy = Drift(nameof(BlockedByNetworkPolicy), "The probe was dropped or rejected, and a policy of the cluster denies the pair, or the DNS that it needs.");
    public static readonly Reason NotListening = Drift(nameof(NotListening), "The destination pod runs, and nothing in it listens on the port.");
    public static readonly Reason ListeningOnLoopbackOnly = Drift(nameof(ListeningOnLoopbackOnly), "The destination listens on the port, but on loopback only.");
    public static readonly Reason ListeningOnOtherPort = Drift(nameof(ListeningOnOtherPort), "The destination does not listen on the port, but on another one.");
    public static readonly Reason AcceptQueueFull = Drift(nameof(AcceptQueueFull), "The destination listens, but its process does not accept the connections that wait.");
    public static readonly Reason NoReadyEndpoints = Drift(nameof(NoReadyEndpoints), "The destination's Service or workload has no ready pod.");
    public static readonly Reason ServicePortMissing = Drift(nameof(ServicePortMissing), "The destination's Service does not expose the documented port.");
    public static readonly Reason SourceMissing = Drift(nameof(SourceMissing), "What the source's Component binds to does not exist in the cluster.");
    public static readonly Reason DestinationMissing = Drift(nameof(DestinationMissing), "What the destination's Component binds to does not exist in the cluster.");

    public static readonly Reason NotProbedYet = Unknown(nameof(NotProbedYet), "Probes are planned, and there is not enough evidence yet.");
    public static readonly Reason Stale = Unknown(nameof(Stale), "The newest results are too old to speak for now.");
    public static readonly Reason AgentUnavailable = Unknown(nameof(AgentUnavailable), "The agent on a source's node is not connected.");
    public static readonly Reason SourceNotRunning = Unknown(nameof(SourceNotRunning), "No source pod is running at the moment.");
    public static readonly Reason ControlFailed = Unknown(nameof(ControlFailed), "Blocked is expected and the probe failed, but no control shows that it would get through if it were open.");
    public static readonly Reason ProxyAccepted = Unknown(nameof(ProxyAccepted), "A mesh proxy answered for the far end, so the far end is not proven.");
    public static readonly Reason SourceNotFound = Unknown(nameof(SourceNotFound), "A source pod runs, and the agent on its node does not find the pod's network, or finds it twice.");
    public static readonly Reason ClusterDnsUnknown = Unknown(nameof(ClusterDnsUnknown), "Cluster DNS was not found, so what the destination's name means to the source is not known.");
    public static readonly Reason Suspended = Unknown(nameof(Suspended), "The map or the Connection is suspended; it is not probed.");

    public static readonly Reason RowIncomplete = Unresolved(nameof(RowIncomplete), "The row lacks a source, a destination, a protocol or a port.");
    public static readonly Reason NameNotBound = Unresolved(nameof(NameNotBound), "No Component claims the name, or its Component is not bound to anything yet.");
    public static readonly Reason NameAmbiguous = Unresolved(nameof(NameAmbiguous), "Several Components claim the name.");
    public static readonly Reason ComponentInvalid = Unresolved(nameof(ComponentInvalid), "The Component binds to something that cannot be a party of a connection.");

    public static readonly Reason OutsideCluster = Unprobeable(nameof(OutsideCluster), "The source is outside the cluster, where no probe can start.");
    public static readonly Reason LogicalConnection = Unprobeable(nameof(LogicalConnection), "A logical connection: no pod opens it, there is no port.");
    public static readonly Reason UnsupportedProtocol = Unprobeable(nameof(UnsupportedProtocol), "The protocol cannot be verified by connecting.");
    public static readonly Reason NodeUnsupported = Unprobeable(nameof(NodeUnsupported), "Every source runs on a node that can have no agent: Windows, Fargate or a virtual node.");
    public static readonly Reason TargetRefused = Unprobeable(nameof(TargetRefused), "Agents refuse to probe the destination, such as cloud metadata, unless an option allows it.");
    public static readonly Reason RangeIdle = Unprobeable(nameof(RangeIdle), "The way to the range of ports is open, and nothing listens on the probed ones at the moment.");
    public static readonly Reason Silent = Unprobeable(nameof(Silent), "Nothing came back over UDP, which proves neither that the connection works nor that it does not.");
    public static readonly Reason DocumentedElsewhere = Unprobeable(nameof(DocumentedElsewhere), "The row refers to rows of another document.");

    /// <summary>Reasons of rows, in the order of the docs.</summary>
    public static IReadOnlyList<Reason> All => Register.Rows;

    public static Reason? Find(string? name) => name is not null && Register.ByName.TryGetValue(name, out var reason) ? reason : null;

    /// <summary>What a ConnectionMap says of all its rows together.</summary>
    public static class OfMaps
    {
        public static readonly ConditionReason AllVerified = new(nameof(AllVerified), VerifiedStatus.True, "Every row that can be probed is verified.");
        public static readonly ConditionReason Drifted = new(nameof(Drifted), VerifiedStatus.False, "At least one row has drifted.");
        public static readonly ConditionReason NotAllKnown = new(nameof(NotAllKnown), VerifiedStatus.Unknown, "No row has drifted, and of some nothing is known at the moment.");
        public static readonly ConditionReason NotAllResolved = new(nameof(NotAllResolved), VerifiedStatus.Unknown, "Some rows need a human: a name is not bound, or the row is incomplete.");
        public static readonly ConditionReason AllBound = new(nameof(AllBound), VerifiedStatus.True, "The parties of every row are bound.");

        public static IReadOnlyList<ConditionReason> All { get; } = [AllVerified, Drifted, NotAllKnown, NotAllResolved, AllBound];
    }

    /// <summary>What a Component says of its binding. It shares NameNotBound, NameAmbiguous and ComponentInvalid with the rows.</summary>
    public static class OfComponents
    {
        public static readonly ConditionReason Bound = new(nameof(Bound), VerifiedStatus.True, "What the Component names is in the cluster.");
        public static readonly ConditionReason NotFound = new(nameof(NotFound), VerifiedStatus.False, "What the Component names is not in the cluster.");

        public static IReadOnlyList<ConditionReason> All { get; } = [Bound, NotFound];
    }

    /// <summary>What events tell of a row beside its verdict.</summary>
    public static class OfEvents
    {
        public static readonly Reason PolicyNotEnforced = Verified(nameof(PolicyNotEnforced), "A pair works although policies deny it: the network does not enforce them.");

        public static IReadOnlyList<Reason> All { get; } = [PolicyNotEnforced];
    }

    /// <summary>What a Connection's other conditions say when they hold. When they do not, they give the reason of the row.</summary>
    public static class OfConnections
    {
        public static readonly ConditionReason Resolved = new(nameof(Resolved), VerifiedStatus.True, "Source and destination are bound to the cluster.");
        public static readonly ConditionReason Probed = new(nameof(Probed), VerifiedStatus.True, "Pairs have been probed.");

        public static IReadOnlyList<ConditionReason> All { get; } = [Resolved, Probed];
    }

    private static Reason Verified(string name, string meaning) => new(name, VerifiedStatus.True, ReasonCategory.Verified, meaning);

    private static Reason Drift(string name, string meaning) => new(name, VerifiedStatus.False, ReasonCategory.Drift, meaning);

    private static Reason Unknown(string name, string meaning) => new(name, VerifiedStatus.Unknown, ReasonCategory.Unknown, meaning);

    private static Reason Unresolved(string name, string meaning) => new(name, VerifiedStatus.Unknown, ReasonCategory.Unresolved, meaning);

    private static Reason Unprobeable(string name, string meaning) => new(name, VerifiedStatus.Unknown, ReasonCategory.Unprobeable, meaning);

    /// <summary>Apart from the reasons, so that it is made when they all are, wherever they stand in the file.</summary>
    private static class Register
    {
        public static readonly IReadOnlyList<Reason> Rows =
        [
            Reachable, Blocked, ConnectionRefused, TimedOut, Rejected, Unreachable, NameNotResolved, TlsHandshakeFailed, NotHttp, HttpNoResponse,
            HttpUnexpectedStatus, ClosedByPeer, TurnedAway, LeadsElsewhere, PartlyReachable, Intermittent, OpenButExpectedBlocked, BlockedByNetworkPolicy, NotListening,
            ListeningOnLoopbackOnly, ListeningOnOtherPort, AcceptQueueFull, NoReadyEndpoints, ServicePortMissing, SourceMissing, DestinationMissing, NotProbedYet, Stale, AgentUnavailable,
            SourceNotRunning, SourceNotFound, ControlFailed, ClusterDnsUnknown, ProxyAccepted, Suspended, RowIncomplete, NameNotBound, NameAmbiguous, ComponentInvalid, OutsideCluster,
            LogicalConnection, UnsupportedProtocol, NodeUnsupported, TargetRefused, Silent, RangeIdle, DocumentedElsewhere,
        ];

        public static readonly FrozenDictionary<string, Reason> ByName = Rows.ToFrozenDictionary(r => r.Name, StringComparer.Ordinal);
    }
}
