using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Plumbline.Benchmarks.Measuring;
using Plumbline.Benchmarks.Processes;
using Plumbline.Core.Probes;
using Plumbline.Probing;
using Plumbline.Probing.Namespaces;

namespace Plumbline.Benchmarks.Prober;

/// <summary>The product's engine as a process of its own that takes the commands of Reference/prober.c. Nothing else runs in it.</summary>
internal sealed class EngineProber : IDisposable
{
    private readonly ProbeEngine _engine;
    private readonly TimeProvider _clock;
    private readonly PlannedProbe[] _probes;
    private readonly ProbeOrigin[] _origins;
    private readonly int _inFlight;

    // Never set: a wait with a deadline that burns nothing.
    private readonly ManualResetEventSlim _never = new(false, spinCount: 0);
    private double[] _connect = [];
    private double[] _elapsed = [];
    private int _next;
    private int _running;
    private int _failed;

    public EngineProber(ProberSpec spec)
    {
        _inFlight = spec.InFlight;
        var options = new ProbeEngineOptions
        {
            ContinueOnEngineThread = !spec.OnPool,
            MaxConcurrency = spec.InFlight,
            AllowedTargets = [IPNetwork.Parse("127.0.0.0/8")],
        };
        _engine = new ProbeEngine(options, TimeProvider.System);
        _clock = spec.OnPool ? TimeProvider.System : _engine.Clock;
        _probes = [.. Enumerable.Range(0, spec.Targets).Select(i => Probe(spec, i))];
        _origins = spec.Namespaces == 0
            ? [ProbeOrigin.Own]
            : [.. Enumerable.Range(0, spec.Namespaces).Select(i => ProbeOrigin.In(At(spec.NamespacePrefix + Bench.Text(i))))];
    }

    /// <summary>ADDRESS COUNT PORT IN_FLIGHT [NAMESPACE_PREFIX NAMESPACES] PROTOCOL engine|pool</summary>
    public static int Serve(string[] arguments)
    {
        var spec = new ProberSpec(arguments[0], Number(arguments[1]), Number(arguments[2]), Number(arguments[3])) { Protocol = arguments[^2], OnPool = arguments[^1] == ProberSpec.Pool };
        if (arguments.Length == 8)
            spec = spec with { NamespacePrefix = arguments[4], Namespaces = Number(arguments[5]) };
        using var prober = new EngineProber(spec);
        Console.WriteLine("ready");
        while (Console.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            var batch = words[0] switch
            {
                "saturate" => prober.Measure(Number(words[1]), prober.Saturate),
                "pace" => prober.Measure(Number(words[1]), n => prober.Pace(n, Number(words[2]))),
                "enter" => Entry.Measure(prober._origins, Number(words[1])),
                _ => throw new BenchmarkException($"unknown command '{line}'"),
            };
            Console.WriteLine(JsonSerializer.Serialize(batch, BatchJson.Default.Batch));
        }

        return 0;
    }

    public void Dispose()
    {
        _engine.Dispose();
        _never.Dispose();
    }

    private Batch Measure(int count, Action<int> run)
    {
        (_connect, _elapsed) = (new double[count], new double[count]);
        (_next, _failed) = (0, 0);
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = CpuClock.OfThisProcess();
        run(count);

        // Farewells are a part of the probe's cost.
        while (Volatile.Read(ref _running) > 0 || _engine.OpenSockets > 0)
            _never.Wait(TimeSpan.FromMilliseconds(1));
        cpu = CpuClock.OfThisProcess() - cpu;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        Array.Sort(_connect);
        Array.Sort(_elapsed);
        var good = _connect.AsSpan(_failed);
        return new Batch(
            count, _failed, (long)cpu.TotalNanoseconds, allocated, Statistics.Quantile(good, 0.5), Statistics.Quantile(good, 0.99), Statistics.Quantile(_elapsed, 0.5),
            Statistics.Quantile(_elapsed, 0.99));
    }

    private void Saturate(int count)
    {
        var workers = new Task[Math.Min(_inFlight, count)];
        for (var i = 0; i < workers.Length; i++)
            workers[i] = Task.Run(() => WorkAsync(count));
        Task.WaitAll(workers);
    }

    private async Task WorkAsync(int count)
    {
        while (Interlocked.Increment(ref _next) - 1 is var i && i < count)
            Take(i, await _engine.RunAsync(_probes[i % _probes.Length], _origins[i % _origins.Length], CancellationToken.None));
    }

    /// <summary>As the agent does it: the engine's own deadline starts what is due.</summary>
    private void Pace(int count, double rate)
    {
        using var started = new ManualResetEventSlim(false, spinCount: 0);
        var began = _clock.GetTimestamp();
        var next = 0;
        ITimer? timer = null;
        using var due = timer = _clock.CreateTimer(_ => StartDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        started.Wait();

        void StartDue()
        {
            while (next < count)
            {
                var wait = TimeSpan.FromSeconds(next / rate) - _clock.GetElapsedTime(began);
                if (wait > TimeSpan.Zero)
                {
                    timer!.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
                    return;
                }

                Interlocked.Increment(ref _running);
                _ = RunOneAsync(next++);
            }

            started.Set();
        }
    }

    private async Task RunOneAsync(int i)
    {
        var started = _clock.GetTimestamp();
        var result = await _engine.RunAsync(_probes[i % _probes.Length], _origins[i % _origins.Length], CancellationToken.None);
        _elapsed[i] = _clock.GetElapsedTime(started).TotalMicroseconds;
        Take(i, result);
        Interlocked.Decrement(ref _running);
    }

    private void Take(int i, ProbeResult result)
    {
        if (result.Outcome == ProbeOutcome.Succeeded)
            _connect[i] = result.Timings.Connect!.Value * 1000;
        else if (Interlocked.Increment(ref _failed) == 1)
            Console.Error.WriteLine($"{result.Outcome} {result.Address}: {result.Detail}");
    }

    private static PlannedProbe Probe(ProberSpec spec, int i)
    {
        var address = IPAddress.Parse(spec.Address).GetAddressBytes();
        address[3] += (byte)i;
        return new PlannedProbe
        {
            Id = new ProbeId((ulong)i),
            Source = ProbeSource.NodeId,
            Host = new IPAddress(address).ToString(),
            Port = spec.Port,
            Protocol = Enum.Parse<ProbeProtocol>(spec.Protocol, ignoreCase: true),
            Http = spec.Protocol == "http" ? new HttpRequestSpec("GET", "/", null) : null,
            IntervalMilliseconds = 5000,
            TimeoutMilliseconds = 2500,
        };
    }

    private static NetworkNamespace At(string path) => NetworkNamespace.AtPath(path) ?? throw new BenchmarkException($"no network namespace at {path}");

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
