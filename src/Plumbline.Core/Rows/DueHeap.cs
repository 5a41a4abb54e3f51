namespace Plumbline.Core.Rows;

/// <summary>Something that is to be looked at again at a time of its own, though nothing happens until then.</summary>
internal abstract class Timed
{
    /// <summary>When it is to be looked at; <see cref="DateTimeOffset.MaxValue"/> for never.</summary>
    internal DateTimeOffset Due { get; set; } = DateTimeOffset.MaxValue;

    /// <summary>Its place in the heap: never later than <see cref="Due"/>, and often earlier, so that putting a time off costs nothing.</summary>
    internal DateTimeOffset Queued { get; set; } = DateTimeOffset.MaxValue;

    public abstract void Wake(DateTimeOffset now);
}

/// <summary>Wakes each when its time has come; costs nothing until then.</summary>
internal class DueHeap
{
    private readonly PriorityQueue<Timed, DateTimeOffset> _queue = new();

    /// <summary>In place of the time that it had.</summary>
    public virtual void Set(Timed item, DateTimeOffset due)
    {
        item.Due = due;
        if (due < item.Queued)
        {
            item.Queued = due;
            _queue.Enqueue(item, due);
        }
    }

    public void Wake(DateTimeOffset now)
    {
        while (_queue.TryPeek(out var item, out var at) && at <= now)
        {
            _queue.Dequeue();
            if (item.Queued != at)
            {
                // It was given an earlier place since, and had its turn there.
                continue;
            }

            item.Queued = DateTimeOffset.MaxValue;
            if (item.Due <= now)
            {
                item.Due = DateTimeOffset.MaxValue;
                item.Wake(now);
            }
            else
            {
                Set(item, item.Due);
            }
        }
    }
}
