using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Testing;

namespace Plumbline.Metrics.Tests;

/// <summary>What operator and agent say of their process.</summary>
internal sealed partial class ProcessMetricsTests
{
    private static readonly string[] NamesOfAllLibraries = ["process_cpu_seconds_total", "process_open_fds", "process_resident_memory_bytes", "process_start_time_seconds"];

    [Test]
    public void Page_OfTheProcess_HasTheNamesThatAreDocumented()
    {
        var documented = TableRow().Matches(File.ReadAllText(Repository.PathOf("docs", "metrics.md"))).Select(m => $"{m.Groups["name"].Value} {m.Groups["type"].Value}");
        var page = Types().Matches(Page()).Select(m => $"{m.Groups["name"].Value} {m.Groups["type"].Value}").ToList();

        Assert.That(page, Is.EquivalentTo(documented));
        Assert.That(page.Select(p => p.Split(' ')[0]), Is.SupersetOf(NamesOfAllLibraries));
    }

    [Test]
    public void Page_OfTheProcess_TellsEachThingOnceAndTrue()
    {
        var lines = Page().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        double Of(string name) => double.Parse(lines.Single(l => l.StartsWith(name + " ", StringComparison.Ordinal)).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Of("process_cpu_seconds_total"), Is.GreaterThan(0).And.LessThanOrEqualTo(Environment.CpuUsage.TotalTime.TotalSeconds));
            Assert.That(Of("process_start_time_seconds"), Is.EqualTo(new DateTimeOffset(System.Diagnostics.Process.GetCurrentProcess().StartTime).ToUnixTimeMilliseconds() / 1000.0).Within(0.01));
            Assert.That(Of("process_resident_memory_bytes"), Is.GreaterThan(1e6));
            Assert.That(Of("dotnet_total_memory_bytes"), Is.GreaterThan(1e5));
            if (OperatingSystem.IsLinux())
                Assert.That(Of("process_open_fds"), Is.GreaterThan(0));
        }
    }

    private static string Page()
    {
        using var process = new ProcessMetrics();
        using var exposition = new PrometheusExposition(new PrometheusExpositionOptions { ListensTo = meter => meter == process.Meter, Process = true }, NullLogger.Instance);
        return exposition.Write();
    }

    [GeneratedRegex(@"^\| `(?<name>(?:process|dotnet)_[a-z_]+)` \| (?<type>\w+) \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"^# TYPE (?<name>\w+) (?<type>\w+)$", RegexOptions.Multiline)]
    private static partial Regex Types();
}
