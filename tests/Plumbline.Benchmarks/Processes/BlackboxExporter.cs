using System.Text;
using Plumbline.Benchmarks.Measuring;
using Plumbline.Benchmarks.Setup;

namespace Plumbline.Benchmarks.Processes;

/// <summary>Debian's blackbox_exporter, asked as Prometheus asks it: over connections that are kept, from another process.</summary>
internal sealed class BlackboxExporter : IAsyncDisposable
{
    private const int Port = 7115;
    private const int Askers = 32;
    private readonly PinnedProcess _process;
    private readonly HttpClient _client = new() { BaseAddress = new Uri($"http://{Bench.Loopback}:{Bench.Text(Port)}/") };

    private BlackboxExporter(PinnedProcess process) => _process = process;

    public static async Task<BlackboxExporter> StartAsync(Bench bench, CancellationToken cancellation)
    {
        var configuration = bench.PathOf("blackbox.yml");
        await File.WriteAllTextAsync(
            configuration,
            """
            modules:
              tcp:
                prober: tcp
                timeout: 2.5s
                tcp: { preferred_ip_protocol: ip4 }
              http:
                prober: http
                timeout: 2.5s
                http: { preferred_ip_protocol: ip4, follow_redirects: false, valid_status_codes: [200] }
            """,
            cancellation);
        var process = PinnedProcess.Start(
            bench.Settings.ProberCpu, Commands.Find(Packages.Blackbox)!, $"--config.file={configuration}", $"--web.listen-address={Bench.Loopback}:{Bench.Text(Port)}", "--log.level=error");
        process.DropOutput();
        try
        {
            await Listening.WaitAsync(Port, process, cancellation);
            return new BlackboxExporter(process);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <returns>Its CPU time a probe in microseconds.</returns>
    public async Task<double> ProbeAsync(string module, Func<int, string> target, int count, CancellationToken cancellation)
    {
        var next = 0;
        var before = CpuClock.OfProcess(_process.Id);
        await Task.WhenAll(Enumerable.Range(0, Askers).Select(_ => AskAsync()));
        return (CpuClock.OfProcess(_process.Id) - before).TotalMicroseconds / count;

        async Task AskAsync()
        {
            while (Interlocked.Increment(ref next) - 1 is var i && i < count)
            {
                var answer = await _client.GetByteArrayAsync(new Uri($"probe?module={module}&target={target(i)}", UriKind.Relative), cancellation);
                if (answer.AsSpan().IndexOf("\nprobe_success 1"u8) < 0)
                    throw new BenchmarkException($"blackbox_exporter cannot probe {target(i)}: {Encoding.UTF8.GetString(answer)}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _process.DisposeAsync();
    }
}
