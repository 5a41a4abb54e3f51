using Plumbline.Core.Rows;

namespace Plumbline.Core.Tests.Rows;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class DueHeapTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly DueHeap _heap = new();
    private readonly List<string> _woken = [];

    [Test]
    public void Wake_InTheOrderOfTheirTimes_OnlyThoseWhoseTimeHasCome()
    {
        Set("late", 30);
        Set("soon", 10);
        Set("next", 20);

        Assert.That(WokenAt(9), Is.Empty);
        Assert.That(WokenAt(20), Is.EqualTo(new[] { "soon", "next" }));
        Assert.That(WokenAt(100), Is.EqualTo(new[] { "late" }));
        Assert.That(WokenAt(1000), Is.Empty, "once each");
    }

    [TestCase(10, 50, Description = "put off")]
    [TestCase(50, 10, Description = "brought forward")]
    public void Set_Again_OnlyTheNewestTimeCounts(int first, int then)
    {
        var item = Set("row", first);
        _heap.Set(item, Start.AddSeconds(then));

        Assert.That(WokenAt(then - 1), Is.Empty);
        Assert.That(WokenAt(then), Is.EqualTo(new[] { "row" }));
        Assert.That(WokenAt(100), Is.Empty);
    }

    [Test]
    public void Set_ToNever_IsNotWoken()
    {
        _heap.Set(Set("row", 10), DateTimeOffset.MaxValue);

        Assert.That(WokenAt(100), Is.Empty);
    }

    /// <summary>Rows are put off with each report: that must not fill the heap.</summary>
    [Test]
    public void Set_PutOffAndBroughtForwardAtRandom_IsWokenAtItsNewestTime()
    {
        var random = new Random(1);
        var items = Enumerable.Range(0, 50).Select(i => Set($"{i}", random.Next(1, 100))).ToArray();
        for (var now = 0; now < 500; now++)
        {
            foreach (var item in items.Where(_ => random.Next(10) == 0))
            {
                _heap.Set(item, Start.AddSeconds(now + random.Next(1, 60)));
            }

            var expected = items.Where(i => i.Due <= Start.AddSeconds(now)).Select(i => i.Name).Order().ToList();
            Assert.That(WokenAt(now).Order(), Is.EqualTo(expected), $"at {now}");
        }
    }

    private Item Set(string name, int seconds)
    {
        var item = new Item(name, _woken);
        _heap.Set(item, Start.AddSeconds(seconds));
        return item;
    }

    private string[] WokenAt(int seconds)
    {
        _woken.Clear();
        _heap.Wake(Start.AddSeconds(seconds));
        return [.. _woken];
    }

    private sealed class Item(string name, List<string> woken) : Timed
    {
        public string Name => name;

        public override void Wake(DateTimeOffset now) => woken.Add(name);
    }
}
