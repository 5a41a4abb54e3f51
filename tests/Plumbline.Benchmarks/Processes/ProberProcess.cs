using System.Text.Json;
using System.Text.Json.Serialization;

namespace Plumbline.Benchmarks.Processes;

/// <summary>What a prober tells of one batch. Latencies in microseconds.</summary>
/// <param name="CpuNanoseconds">CPU time of the prober's process from the batch's first probe to its last farewell.</param>
/// <param name="AllocatedBytes">Managed memory; 0 where there is none.</param>
/// <param name="ConnectMedian">Connect latency as the prober reports it.</param>
/// <param name="ElapsedMedian">From asking for the probe to having its result, by the prober's own clock.</param>
internal sealed record Batch(
    int Probes, int Failed, long CpuNanoseconds, long AllocatedBytes, double ConnectMedian, double ConnectP99, double ElapsedMedian, double ElapsedP99)
{
    [JsonIgnore]
    public double CpuMicrosecondsPerProbe => CpuNanoseconds / 1000.0 / Probes;

    [JsonIgnore]
    public double BytesPerProbe => (double)AllocatedBytes / Probes;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Batch))]
internal sealed partial class BatchJson : JsonSerializerContext;

/// <summary>A prober that stays, ours or the reference: takes a command a line, answers each with a line of JSON.</summary>
internal sealed class ProberProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly PinnedProcess _process;

    private ProberProcess(PinnedProcess process) => _process = process;

    public static async Task<ProberProcess> StartAsync(int cpu, string program, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var process = PinnedProcess.Start(cpu, program, arguments);
        try
        {
            var first = await process.ReadLineAsync(cancellation).WaitAsync(TimeSpan.FromSeconds(30), cancellation);
            return first == "ready" ? new ProberProcess(process) : throw process.Broken($"began with '{first}'");
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="BenchmarkException">The prober broke down, or more than one probe in a hundred failed: the figure would be of something else.</exception>
    public async Task<Batch> AskAsync(string command, CancellationToken cancellation)
    {
        await _process.WriteLineAsync(command);
        var line = await _process.ReadLineAsync(cancellation).WaitAsync(Patience, cancellation);
        var batch = JsonSerializer.Deserialize(line, BatchJson.Default.Batch)!;
        return batch.Failed * 100 <= batch.Probes ? batch : throw _process.Broken($"'{command}': {batch.Failed} of {batch.Probes} probes failed");
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
