using System.Collections.Immutable;
using Plumbline.Core.Probes;
using Plumbline.Core.Words;

namespace Plumbline.Core.Rows;

/// <summary>What comes out of the loop. Each can be carried out again without harm: a lost effect is asked for anew.</summary>
public abstract record Effect
{
    private Effect()
    {
    }

    public sealed record ApplyConnection(NamespacedName Key, ConnectionManifest Manifest) : Effect;

    public sealed record DeleteConnection(NamespacedName Key, string Uid) : Effect;

    public sealed record PublishConnection(NamespacedName Key, ConnectionReport Report) : Effect;

    public sealed record PublishMap(NamespacedName Key, MapReport Report) : Effect;

    public sealed record PublishComponent(NamespacedName Key, ComponentReport Report) : Effect;

    /// <summary>To the plan that the node was sent last; to an empty one at first.</summary>
    public sealed record ChangePlan(string Node, PlanChange Change) : Effect;

    /// <param name="Warning">False for good news.</param>
    public sealed record RecordEvent(NamespacedName Key, string Uid, Reason Reason, string Message, bool Warning) : Effect;
}
