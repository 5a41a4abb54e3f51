using System.Threading.Channels;
using Plumbline.Core.Loop;

namespace Plumbline.Operator.Running;

/// <summary>Where events wait for the loop.</summary>
public sealed class LoopInbox
{
    // Unbounded on purpose: a watch event must never be dropped, and what arrives is bounded by the API server and the agents.
    private readonly Channel<LoopEvent> _events = Channel.CreateUnbounded<LoopEvent>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>One reader: the loop.</summary>
    public ChannelReader<LoopEvent> Events => _events.Reader;

    /// <summary>Safe from any thread; never waits.</summary>
    public void Post(LoopEvent e) => _events.Writer.TryWrite(e);
}
