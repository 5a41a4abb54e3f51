using Plumbline.Benchmarks.Processes;
using Plumbline.Testing;

namespace Plumbline.Benchmarks.Reporting;

/// <summary>Keeps the table in docs/benchmarks.md between its two markers.</summary>
internal static class DocsPage
{
    private const string Begin = "<!-- table: begin, written by tests/Plumbline.Benchmarks --write -->";
    private const string End = "<!-- table: end -->";

    public static async Task WriteAsync(Report report, CancellationToken cancellation)
    {
        var path = Repository.PathOf("docs", "benchmarks.md");
        var page = await File.ReadAllTextAsync(path, cancellation);
        var begin = page.IndexOf(Begin, StringComparison.Ordinal);
        var end = page.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
            throw new BenchmarkException($"docs/benchmarks.md has lost its markers '{Begin}' and '{End}'");
        await File.WriteAllTextAsync(path, $"{page[..(begin + Begin.Length)]}\n{MarkdownReport.Write(report)}\n{page[end..]}", cancellation);
    }
}
