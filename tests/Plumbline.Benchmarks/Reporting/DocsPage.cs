using Plumbline.Benchmarks.Processes;
using Plumbline.Testing;

namespace Plumbline.Benchmarks.Reporting;

/// <summary>Keeps the tables in docs/benchmarks.md, each between its two markers.</summary>
internal static class DocsPage
{
    public static Task WriteAsync(Report report, CancellationToken cancellation) => WriteAsync("table", MarkdownReport.Write(report), cancellation);

    /// <param name="name">As the markers have it: <c>table</c> for the engine's.</param>
    public static async Task WriteAsync(string name, string table, CancellationToken cancellation)
    {
        var (opening, closing) = ($"<!-- {name}: begin, written by tests/Plumbline.Benchmarks --write -->", $"<!-- {name}: end -->");
        var path = Repository.PathOf("docs", "benchmarks.md");
        var page = await File.ReadAllTextAsync(path, cancellation);
        var begin = page.IndexOf(opening, StringComparison.Ordinal);
        var end = page.IndexOf(closing, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
            throw new BenchmarkException($"docs/benchmarks.md has lost its markers '{opening}' and '{closing}'");
        await File.WriteAllTextAsync(path, $"{page[..(begin + opening.Length)]}\n{table}\n{page[end..]}", cancellation);
    }
}
