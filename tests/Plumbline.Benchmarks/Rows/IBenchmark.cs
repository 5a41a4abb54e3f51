using Plumbline.Benchmarks.Measuring;

namespace Plumbline.Benchmarks.Rows;

/// <summary>One question of the table; what it measures together comes out as several lines.</summary>
internal interface IBenchmark
{
    /// <summary>For --only.</summary>
    string Name { get; }

    string What { get; }

    Target? Target { get; }

    /// <summary>Commands that it cannot do without; a missing one makes it "not measured".</summary>
    IReadOnlyList<string> Needs => [];

    Task<IReadOnlyList<Row>> RunAsync(Bench bench, CancellationToken cancellation);
}
