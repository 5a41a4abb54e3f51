using Plumbline.Testing;

namespace Plumbline.Agent.Tests;

internal sealed class SteadyClockTests
{
    private readonly SteppingClock _system = new();

    [Test]
    public void WallClock_StepsBack_TimeGoesOnForward()
    {
        var clock = new SteadyClock(_system);
        var before = clock.GetUtcNow();

        _system.Step(TimeSpan.FromHours(-1));
        _system.Advance(TimeSpan.FromSeconds(10));

        Assert.That(clock.GetUtcNow(), Is.EqualTo(before + TimeSpan.FromSeconds(10)));
    }

    [Test]
    public void WallClock_StepsForward_IsFollowedAtOnce()
    {
        var clock = new SteadyClock(_system);

        _system.Step(TimeSpan.FromHours(1));

        Assert.That(clock.GetUtcNow(), Is.EqualTo(_system.GetUtcNow()));
        _system.Advance(TimeSpan.FromSeconds(10));
        Assert.That(clock.GetUtcNow(), Is.EqualTo(_system.GetUtcNow()));
    }

    [Test]
    public void Resynchronize_AfterAStepBack_FollowsIt()
    {
        var clock = new SteadyClock(_system);
        _system.Step(TimeSpan.FromHours(-1));

        clock.Resynchronize();

        Assert.That(clock.GetUtcNow(), Is.EqualTo(_system.GetUtcNow()));
    }

    [Test]
    public void Timestamps_AreTheSystems()
    {
        var clock = new SteadyClock(_system);
        var at = clock.GetTimestamp();
        _system.Step(TimeSpan.FromHours(-1));
        _system.Advance(TimeSpan.FromSeconds(3));

        Assert.That(clock.GetElapsedTime(at), Is.EqualTo(TimeSpan.FromSeconds(3)));
    }

    /// <summary>A wall clock that can be set, beside a monotonic one that cannot.</summary>
    private sealed class SteppingClock : TimeProvider
    {
        private readonly ManualTimeProvider _monotonic = new();
        private TimeSpan _offset;

        public override long TimestampFrequency => _monotonic.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => _monotonic.GetUtcNow() + _offset;

        public override long GetTimestamp() => _monotonic.GetTimestamp();

        public void Step(TimeSpan by) => _offset += by;

        public void Advance(TimeSpan by) => _monotonic.Advance(by);
    }
}
