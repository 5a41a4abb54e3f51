using k8s;
using k8s.Models;
using Plumbline.Kubernetes.Leadership;
using Plumbline.Operator.Dispatch;
using Plumbline.Operator.Rbac;

namespace Plumbline.Operator;

/// <summary>
/// What this replica knows of who leads. A replica's identity in the Lease ends with its link address, so that a standby can tell agents
/// where to dial.
/// </summary>
[EntityRbac(typeof(V1Lease), OwnNamespace = true, Verbs = RbacVerb.Create, Why = "leader election; RBAC cannot tie creation to a name")]
[EntityRbac(typeof(V1Lease), Name = LeaseName, OwnNamespace = true, Verbs = RbacVerb.Get | RbacVerb.Patch, Why = "leader election")]
public sealed class Leadership : ILeadership
{
    /// <summary>Name of the Lease, in the operator's namespace.</summary>
    public const string LeaseName = "plumbline-operator";

    private const char Separator = '|';

    private volatile LeadershipState _state = new LeadershipState.Undecided();

    public bool IsLeader => _state is LeadershipState.Leading;

    public string? LeaderAddress => _state is LeadershipState.Following { Leader: { } leader } && leader.LastIndexOf(Separator) is > 0 and var at ? leader[(at + 1)..] : null;

    public void Set(LeadershipState state) => _state = state;

    public static string IdentityOf(string replica, string linkAddress) => $"{replica}{Separator}{linkAddress}";
}
