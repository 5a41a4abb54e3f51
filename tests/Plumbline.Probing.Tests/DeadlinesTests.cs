using FsCheck;
using FsCheck.Fluent;
using Plumbline.Probing.Engine;

namespace Plumbline.Probing.Tests;

internal sealed class DeadlinesTests
{
    [Test]
    public void ArmAndDisarm_InAnyOrder_FirstIsAlwaysTheNearest() =>
        Prop.ForAll<(int Due, bool Remove)[]>(steps =>
        {
            var deadlines = new Deadlines();
            var model = new List<Entry>();
            foreach (var (due, remove) in steps)
            {
                if (remove && model.Count > 0)
                {
                    var gone = model[Math.Abs(due % model.Count)];
                    model.Remove(gone);
                    deadlines.Disarm(gone);
                    Assert.That(gone.IsArmed, Is.False);
                }
                else
                {
                    var entry = new Entry();
                    model.Add(entry);
                    deadlines.Arm(entry, due);
                }

                if (deadlines.Count != model.Count || (model.Count > 0 && deadlines.First!.Due != model.Min(entry => entry.Due)))
                    return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Disarm_All_NearestFirst()
    {
        var random = new Random(1);
        var deadlines = new Deadlines();
        for (var i = 0; i < 2000; i++)
            deadlines.Arm(new Entry(), random.Next(500));

        var last = long.MinValue;
        while (deadlines.First is { } first)
        {
            Assert.That(first.Due, Is.GreaterThanOrEqualTo(last));
            last = first.Due;
            deadlines.Disarm(first);
        }

        Assert.That(deadlines.Count, Is.Zero);
    }

    [Test]
    public void Disarm_WhatIsNotArmed_IsNothing()
    {
        var deadlines = new Deadlines();
        var entry = new Entry();
        deadlines.Arm(new Entry(), 1);

        deadlines.Disarm(entry);

        Assert.That(deadlines.Count, Is.EqualTo(1));
    }

    private sealed class Entry : Deadline
    {
        internal override void Expire()
        {
        }
    }
}
