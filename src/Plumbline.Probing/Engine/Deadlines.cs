namespace Plumbline.Probing.Engine;

/// <summary>What the loop wakes up for when its time has come.</summary>
internal abstract class Deadline
{
    /// <summary>Timestamp; meaningful while <see cref="IsArmed"/>.</summary>
    internal long Due { get; set; }

    /// <summary>Place in the heap; -1 outside.</summary>
    internal int Place { get; set; } = -1;

    public bool IsArmed => Place >= 0;

    /// <summary>The deadline has passed and is no longer armed.</summary>
    internal abstract void Expire();
}

/// <summary>
/// A binary heap whose entries know their place, so that what ends in time leaves at once: otherwise thousands of dead entries would
/// wait for their timeout. Deadlines mostly come in order and go from the front half, so either costs next to nothing.
/// </summary>
internal sealed class Deadlines
{
    private Deadline[] _heap = new Deadline[256];

    public int Count { get; private set; }

    public Deadline? First => Count > 0 ? _heap[0] : null;

    public void Arm(Deadline deadline, long due)
    {
        if (Count == _heap.Length)
            Array.Resize(ref _heap, _heap.Length * 2);
        deadline.Due = due;
        Rise(deadline, Count++);
    }

    public void Disarm(Deadline deadline)
    {
        var place = deadline.Place;
        if (place < 0)
            return;

        deadline.Place = -1;
        var last = _heap[--Count];
        _heap[Count] = null!;
        if (last == deadline)
            return;
        if (place > 0 && _heap[(place - 1) / 2].Due > last.Due)
            Rise(last, place);
        else
            Sink(last, place);
    }

    private void Rise(Deadline deadline, int place)
    {
        while (place > 0)
        {
            var above = (place - 1) / 2;
            if (_heap[above].Due <= deadline.Due)
                break;
            Put(_heap[above], place);
            place = above;
        }

        Put(deadline, place);
    }

    private void Sink(Deadline deadline, int place)
    {
        while (true)
        {
            var below = (place * 2) + 1;
            if (below >= Count)
                break;
            if (below + 1 < Count && _heap[below + 1].Due < _heap[below].Due)
                below++;
            if (_heap[below].Due >= deadline.Due)
                break;
            Put(_heap[below], place);
            place = below;
        }

        Put(deadline, place);
    }

    private void Put(Deadline deadline, int place)
    {
        _heap[place] = deadline;
        deadline.Place = place;
    }
}
