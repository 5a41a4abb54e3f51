using Plumbline.Core.Loop;
using Plumbline.Kubernetes.Leadership;
using Plumbline.Operator.Dispatch;
using Plumbline.Operator.Publishing;
using Plumbline.Operator.Publishing.Status;
using Plumbline.Operator.Running;

namespace Plumbline.Operator;

/// <summary>What a change of leadership means to the parts: who does not lead writes nothing and has no agents.</summary>
internal sealed class LeadershipObserver(Leadership leadership, LoopInbox inbox, Publisher publisher, ConditionTimes conditions, AgentHub hub)
{
    public void Changed(LeadershipState state)
    {
        leadership.Set(state);
        inbox.Post(new LoopEvent.LeadershipChanged(leadership.IsLeader));
        if (!leadership.IsLeader)
        {
            publisher.Clear();
            conditions.Follow();
            hub.DropAll();
        }
    }
}
