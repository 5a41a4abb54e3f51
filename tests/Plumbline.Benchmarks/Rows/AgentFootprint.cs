using System.Globalization;
using Plumbline.Agent.Tests.Fixtures;
using Plumbline.Benchmarks.Measuring;
using Plumbline.Benchmarks.Network;
using Plumbline.Benchmarks.Processes;
using Plumbline.Benchmarks.Setup;
using Plumbline.Core.Probes;
using Plumbline.Link;

namespace Plumbline.Benchmarks.Rows;

/// <summary>The whole agent as it is shipped, under orders of an operator's stand-in: link, schedule, namespaces, probes, reports.</summary>
internal sealed class AgentFootprint : IBenchmark
{
    private const int Rate = 200;
    private const int Sources = 200;

    /// <summary>Each source asks this many questions; with the interval that makes the rate.</summary>
    private const int Questions = 5;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(Sources * Questions / Rate);

    public string Name => Catalogue.AgentRow;

    public string What => "agent at 200 probes a second from 200 namespaces";

    public Target? Target { get; } = Target.Most(50);

    public async Task<IReadOnlyList<Row>> RunAsync(Bench bench, CancellationToken cancellation)
    {
        await bench.NamespacesAsync(cancellation);
        await using var target = await bench.StartTargetAsync(cancellation);
        await using var server = await FakeOperator.StartAsync();
        await using var agent = await StartAsync(bench, server, cancellation);
        await server.LinkAsync();
        var plan = Plan(bench.Settings.Namespaces(Sources));
        await server.SendAsync(plan);
        await server.NextAsync<PlanAck>(ack => ack.Revision == plan.Revision);
        await using var reports = new ReportCounter(server);
        await Task.Delay(bench.Settings.Quick ? TimeSpan.FromSeconds(6) : TimeSpan.FromSeconds(30), TimeProvider.System, cancellation);

        // The rounds follow each other in one agent: this row has no contender to take turns with.
        List<double> memory = [], anonymous = [], cpu = [], rate = [];
        for (var round = 0; round < bench.Settings.Rounds; round++)
        {
            var span = bench.Settings.Quick ? TimeSpan.FromSeconds(6) : TimeSpan.FromSeconds(10);
            var (before, accepted, began) = (CpuClock.OfProcess(agent.Id), Accepted(), TimeProvider.System.GetTimestamp());
            await Task.Delay(span, TimeProvider.System, cancellation);
            var elapsed = TimeProvider.System.GetElapsedTime(began);
            cpu.Add(100 * (CpuClock.OfProcess(agent.Id) - before) / elapsed);
            rate.Add((Accepted() - accepted) / elapsed.TotalSeconds);
            memory.Add(Resident(agent.Id, "VmRSS:"));
            anonymous.Add(Resident(agent.Id, "RssAnon:"));
        }

        if (reports.Attempts == 0 || reports.Successes * 100 < reports.Attempts * 99)
            throw new BenchmarkException($"the agent's probes fail: {reports.Successes} of {reports.Attempts} succeeded");
        var note = bench.Settings.AgentPath is null ? "not the published program: a quick run" : null;
        var probes = new Series("probes a second", [.. rate]);
        return
        [
            new Row(Name, $"resident memory of the {What}", new Series("plumbline", [.. memory]), "MB", Target) { Contenders = [new Series("of it anonymous", [.. anonymous])], ContenderUnit = "MB", Note = note },
            new Row(Name, $"CPU of the {What}", new Series("plumbline", [.. cpu]), "% of a core", Target.Most(4)) { Contenders = [probes], Note = note },
        ];
    }

    private static async Task<PinnedProcess> StartAsync(Bench bench, FakeOperator server, CancellationToken cancellation)
    {
        var (token, authority) = (bench.PathOf("token"), bench.PathOf("authority.pem"));
        await File.WriteAllTextAsync(token, server.Token, cancellation);
        await File.WriteAllTextAsync(authority, FakeOperator.Authority.ExportCertificatePem(), cancellation);
        string[] options = ["agent", "--operator", server.Uri.ToString(), "--token-file", token, "--ca-file", authority, "--node-name", "bench"];
        var agent = PinnedProcess.Start(bench.Settings.ProberCpu, Builds.AgentEnvironment(), bench.Settings.AgentPath ?? Bench.Self, options);
        agent.DropOutput();
        return agent;
    }

    private static PlanSnapshot Plan(int sources)
    {
        var targets = NamespaceSet.TargetAddresses().ToArray();
        var all = Enumerable.Range(0, sources).Select(i => new ProbeSource
        {
            Id = $"00000000-0000-4000-8000-{i:x12}",
            Vantage = VantageKind.Pod,
            Namespace = "bench",
            Name = $"pod-{i}",
            Addresses = [NamespaceSet.AddressOf(i)],
        }).ToArray();
        var probes = all.SelectMany((source, i) => Enumerable.Range(0, Questions).Select(k => new PlannedProbe
        {
            Id = new ProbeId((ulong)((i * Questions) + k + 1)),
            Source = source.Id,
            Host = targets[((i * Questions) + k) % targets.Length],
            Port = Bench.TargetPort,
            Protocol = ProbeProtocol.Tcp,
            IntervalMilliseconds = (int)Interval.TotalMilliseconds,
            TimeoutMilliseconds = 2500,
        }));
        return new PlanSnapshot(1, all, [.. probes]);
    }

    /// <summary>Connections that this namespace's servers took so far: what really arrived, whenever it is reported.</summary>
    private static long Accepted()
    {
        var lines = File.ReadLines("/proc/net/snmp").Where(line => line.StartsWith("Tcp:", StringComparison.Ordinal)).Select(line => line.Split(' ')).ToList();
        return long.Parse(lines[1][Array.IndexOf(lines[0], "PassiveOpens")], CultureInfo.InvariantCulture);
    }

    private static double Resident(int process, string what) =>
        double.Parse(File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(what, StringComparison.Ordinal))[what.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024;

    /// <summary>Reads what the agent reports as it comes, so that no report waits or is lost between rounds.</summary>
    private sealed class ReportCounter : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _reading;
        private int _attempts;
        private int _successes;

        public ReportCounter(FakeOperator server) => _reading = ReadAsync(server);

        public int Attempts => Volatile.Read(ref _attempts);

        public int Successes => Volatile.Read(ref _successes);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _reading;
            _stop.Dispose();
        }

        private async Task ReadAsync(FakeOperator server)
        {
            try
            {
                while (true)
                {
                    var batch = await server.NextAsync<ReportBatch>().WaitAsync(_stop.Token);
                    Interlocked.Add(ref _attempts, batch.Reports.Sum(r => r.Attempts));
                    Interlocked.Add(ref _successes, batch.Reports.Sum(r => r.Successes));
                }
            }
            catch (OperationCanceledException)
            {
                // The row is done, or the agent reported nothing for a long time, which the rate then shows.
            }
        }
    }
}
