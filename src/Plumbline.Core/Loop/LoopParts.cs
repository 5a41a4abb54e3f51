using Plumbline.Core.Cluster;
using Plumbline.Core.Rows;
using Plumbline.Core.Words;

namespace Plumbline.Core.Loop;

/// <summary>What a loop is made of. Tests of the tests replace one part by a broken one, and see that it is found out.</summary>
internal sealed record LoopParts(AgentRegistry Agents, NodePlans Plans, DueHeap Due)
{
    public LoopParts(LoopOptions options)
        : this(new AgentRegistry(options.AgentGrace), new NodePlans(), new DueHeap())
    {
        Maps = (due, rowOf) => new MapTable(options.RequestPatience, due, rowOf);
    }

    public Func<Action<FactKey>, DependencyIndex> Dependencies { get; init; } = forgotten => new DependencyIndex(forgotten);

    public Func<DueHeap, Func<NamespacedName, Row?>, MapTable> Maps { get; init; } = null!;
}
