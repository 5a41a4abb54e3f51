using Plumbline.Benchmarks.Measuring;
using Plumbline.Core.Loop;
using Plumbline.Core.Probes;
using Plumbline.Core.Rows;
using Plumbline.Core.Words;

namespace Plumbline.Benchmarks.Loop;

/// <summary>Drives the production loop through one estate on a clock of its own, and takes the CPU time of this thread.</summary>
internal sealed class LoopMeasurements(LoopEstate estate, int rounds)
{
    private readonly ControlLoop _loop = new(new LoopOptions { AgentGrace = TimeSpan.FromHours(9) });

    // As the agents have them; not the loop's, so not in its memory.
    private readonly Dictionary<string, HashSet<ProbeId>> _plans = new(StringComparer.Ordinal);
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public LoopView View => _loop.View;

    public int Probes => _loop.View.PlannedProbes;

    public List<LoopFigure> Figures { get; } = [];

    public void Run(Action<string> progress)
    {
        var empty = Live();
        foreach (var e in estate.Facts())
        {
            _loop.Handle(e, _now);
        }

        var facts = Live() - empty;
        Figures.Add(new("facts of the cluster", facts / 1e6, "MB"));
        progress($"facts: {facts / 1e6:0} MB");
        foreach (var e in estate.Documents())
        {
            _loop.Handle(e, _now);
        }

        _loop.Handle(new LoopEvent.Synced(), _now);
        _loop.Handle(new LoopEvent.LeadershipChanged(true), _now);
        for (var node = 0; node < estate.Nodes; node++)
        {
            _loop.Handle(new LoopEvent.AgentLinked($"n{node}", 1), _now);
        }

        Take("first settle", "s", 1, () => SettleAll());
        progress($"first settle: {Figures[^1].Value:0.0} s, {Probes:N0} probes");
        _now += TimeSpan.FromSeconds(1);
        Take("every probe reports for the first time", "s", 1, () =>
        {
            foreach (var (node, probes) in _plans)
            {
                _loop.Handle(new LoopEvent.AgentReported(node, [.. probes.Select(p => LoopEstate.Report(p, _now))]), _now);
            }

            SettleAll();
        });
        progress($"all reported: {Figures[^1].Value:0.0} s");
        var retained = Live() - empty - Plans();
        Figures.Add(new("memory retained", retained / 1e6, "MB"));
        Figures.Add(new("memory retained per pair", (retained - facts) / Math.Max(1.0, Probes), "B"));
        progress($"retained: {retained / 1e6:0} MB");
        Steps();
        Run(60, churn: false, progress);
        Run(300, churn: true, progress);
        Figures.Add(new("peak working set", System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64 / 1e6, "MB"));
    }

    private void Steps()
    {
        Step("tick, nothing due", "ms", () => _loop.Handle(new LoopEvent.Tick(), _now));
        var (free, bound, ready) = (estate.FreeWorkload, estate.BoundWorkload(1), true);
        Step("a pod of no row flips", "µs", () => _loop.Handle(estate.Pod(free, 0, ready = !ready), _now));
        Step("a node event of equal content", "µs", () => _loop.Handle(estate.Node(0), _now));
        Step("a pod behind rows flips", "ms", () => _loop.Handle(estate.Pod(bound, 0, ready = !ready), _now));
        Figures.Add(new("rows behind that pod", _loop.Touched, "rows"));
        var (node, probes) = _plans.MaxBy(p => p.Value.Count);
        var probe = probes.First();
        Step("one report that changes nothing", "µs", () => _loop.Handle(new LoopEvent.AgentReported(node, [LoopEstate.Report(probe, _now)]), _now));
        var down = false;
        Step("one report that is a transition", "ms", () =>
        {
            down = !down;
            _loop.Handle(new LoopEvent.AgentReported(node, [LoopEstate.Report(probe, _now, down ? ProbeOutcome.ConnectionRefused : ProbeOutcome.Succeeded)]), _now);
        });
    }

    /// <summary>
    /// Every agent reports each of its probes once a minute, and rows take their turns. Under churn a hundred pods a second change beside
    /// that, a tenth of them behind rows.
    /// </summary>
    private void Run(int seconds, bool churn, Action<string> progress)
    {
        const int StepsPerSecond = 10, StepsPerMinute = 600;
        var (random, ready) = (new Random(2), new Dictionary<(int, int), bool>());
        var nodes = _plans.Keys.Order(StringComparer.Ordinal).ToList();
        var (writes, entries) = (0, 0L);
        var cpu = CpuClock.OfThisThread();
        for (var step = 0; step < seconds * StepsPerSecond; step++)
        {
            _now += TimeSpan.FromSeconds(1.0 / StepsPerSecond);
            for (var node = step % StepsPerMinute; node < nodes.Count; node += StepsPerMinute)
            {
                _loop.Handle(new LoopEvent.AgentReported(nodes[node], [.. _plans[nodes[node]].Select(p => LoopEstate.Report(p, _now))]), _now);
            }

            for (var change = 0; churn && change < 100 / StepsPerSecond; change++)
            {
                var workload = change == 0 ? estate.BoundWorkload(random.Next(estate.Components)) : Free(random);
                var pod = (workload, random.Next(15));
                ready[pod] = !ready.GetValueOrDefault(pod, true);
                _loop.Handle(estate.Pod(pod.workload, pod.Item2, ready[pod]), _now);
            }

            foreach (var effect in Settle())
            {
                writes += effect is Effect.PublishConnection or Effect.PublishMap or Effect.PublishComponent ? 1 : 0;
                entries += effect is Effect.ChangePlan plan ? plan.Change.Count : 0;
            }
        }

        var share = (CpuClock.OfThisThread() - cpu).TotalSeconds / seconds * 100;
        var rest = churn ? Figures.Single(f => f.What == AtRest).Value : 0;
        Figures.Add(new(churn ? "churn of 100 pods a second, on top" : AtRest, share - rest, "% of a core"));
        Figures.Add(new(churn ? "status writes during churn" : "status writes at rest", writes / (double)seconds, "per s"));
        progress($"{(churn ? "churn" : "at rest")}: {share:0.0} % of a core in all, {writes / (double)seconds:0.0} status writes a second, {entries / (double)seconds:0} plan entries a second");
    }

    private const string AtRest = "at rest: reports once a minute, rows take turns";

    /// <summary>What the agents' own copies take.</summary>
    private long Plans()
    {
        var before = Live();
        var copy = _plans.ToDictionary(p => p.Key, p => new HashSet<ProbeId>(p.Value), StringComparer.Ordinal);
        var size = Live() - before;
        GC.KeepAlive(copy);
        return size;
    }

    private int Free(Random random)
    {
        var step = Math.Max(1, estate.BoundWorkload(1));
        return step == 1 ? random.Next(estate.FreeWorkload + 1) : (random.Next(estate.Components) * step) + 1 + random.Next(step - 1);
    }

    private void Step(string what, string unit, Action handle) => Take(what, unit, rounds, () =>
    {
        handle();
        Settle();
    }, TimeSpan.FromMicroseconds(1));

    private void Take(string what, string unit, int times, Action action, TimeSpan pass = default)
    {
        var taken = new List<double>();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < times; round++)
        {
            _now += pass;
            var cpu = CpuClock.OfThisThread();
            action();
            taken.Add((CpuClock.OfThisThread() - cpu).TotalSeconds);
        }

        taken.Sort();
        Figures.Add(new(what, taken[taken.Count / 2] * (unit switch { "s" => 1, "ms" => 1e3, _ => 1e6 }), unit) { Allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / times });
    }

    private void SettleAll()
    {
        do
        {
            Settle();
        }
        while (_loop.HasWork);
    }

    private IReadOnlyList<Effect> Settle()
    {
        var effects = _loop.Settle(_now);
        foreach (var effect in effects.OfType<Effect.ChangePlan>())
        {
            if (!_plans.TryGetValue(effect.Node, out var plan))
            {
                _plans[effect.Node] = plan = [];
            }

            plan.UnionWith(effect.Change.UpsertProbes.Select(p => p.Id));
            plan.ExceptWith(effect.Change.RemoveProbes);
        }

        return effects;
    }

    private static long Live() => GC.GetTotalMemory(forceFullCollection: true);
}

/// <param name="Value">In the unit.</param>
internal sealed record LoopFigure(string What, double Value, string Unit)
{
    /// <summary>Bytes allocated each time.</summary>
    public long? Allocated { get; init; }
}
