using Plumbline.Kubernetes.Leadership;
using Plumbline.Operator.Dispatch;

namespace Plumbline.Operator;

/// <summary>
/// What this replica knows of who leads. A replica's identity in the Lease ends with its link address, so that a standby can tell agents
/// where to dial.
/// </summary>
public sealed class Leadership : ILeadership
{
    private const char Separator = '|';

    private volatile LeadershipState _state = new LeadershipState.Undecided();

    public bool IsLeader => _state is LeadershipState.Leading;

    public string? LeaderAddress => _state is LeadershipState.Following { Leader: { } leader } && leader.LastIndexOf(Separator) is > 0 and var at ? leader[(at + 1)..] : null;

    public void Set(LeadershipState state) => _state = state;

    public static string IdentityOf(string replica, string linkAddress) => $"{replica}{Separator}{linkAddress}";
}
