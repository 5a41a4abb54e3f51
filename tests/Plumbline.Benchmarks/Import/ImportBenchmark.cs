using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Plumbline.Benchmarks.Processes;
using Plumbline.Benchmarks.Reporting;

namespace Plumbline.Benchmarks.Import;

/// <summary>Reading documents: how fast, and how much memory for each byte, from one megabyte to fifty.</summary>
internal static class ImportBenchmark
{
    private const double MostBytesPerByte = 20;

    private static readonly string[] Forms = ["md", "csv", "tsv"];
    private static readonly int[] Megabytes = [1, 10, 50];

    public static Task<int> RunAsync(string[] args)
    {
        var write = new Option<bool>("--write") { Description = "Put the table into docs/benchmarks.md." };
        var command = new RootCommand("Measures the importer's reader: CPU and peak memory for documents of 1, 10 and 50 MB, each in a process of its own. Needs no root.") { write };
        command.SetAction(async (parsed, stop) =>
        {
            var table = await MeasureAsync(stop);
            Console.WriteLine(table);
            if (parsed.GetValue(write))
                await DocsPage.WriteAsync("import", table, stop);
            return 0;
        });
        return command.Parse(args).InvokeAsync();
    }

    private static async Task<string> MeasureAsync(CancellationToken cancellation)
    {
        var table = new StringBuilder("| document | rows | CPU | MB/s | peak memory | bytes for each byte | target | met |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var form in Forms)
        {
            foreach (var megabytes in Megabytes)
            {
                var (bytes, rows, seconds, peak) = await OnceAsync(form, megabytes, cancellation);
                var ratio = (double)peak / bytes;
                table.Append(
                    CultureInfo.InvariantCulture,
                    $"| {form}, {megabytes} MB | {rows:N0} | {seconds:F2} s | {bytes / seconds / 1e6:F1} | {peak / 1e6:F0} MB | {ratio:F1} | {(megabytes == 50 ? $"≤ {MostBytesPerByte}" : "")} | {(megabytes == 50 ? ratio <= MostBytesPerByte ? "yes" : "no" : "")} |\n");
            }
        }

        return $"{table}\n{Environment.ProcessorCount} {System.Runtime.InteropServices.RuntimeInformation.OSArchitecture} CPUs, .NET {Environment.Version}.";
    }

    private static async Task<(long Bytes, int Rows, double Seconds, long Peak)> OnceAsync(string form, int megabytes, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        foreach (var argument in Own().Concat(["import-once", form, megabytes.ToString(CultureInfo.InvariantCulture)]))
            start.ArgumentList.Add(argument);
        using var child = Process.Start(start) ?? throw new BenchmarkException($"cannot start {Environment.ProcessPath}");
        var line = await child.StandardOutput.ReadToEndAsync(cancellation);
        await child.WaitForExitAsync(cancellation);
        if (child.ExitCode != 0 || line.Trim().Split(' ') is not [var bytes, var rows, var seconds, var peak])
            throw new BenchmarkException($"reading {form} of {megabytes} MB failed: exit status {child.ExitCode}");
        return (long.Parse(bytes, CultureInfo.InvariantCulture), int.Parse(rows, CultureInfo.InvariantCulture), double.Parse(seconds, CultureInfo.InvariantCulture), long.Parse(peak, CultureInfo.InvariantCulture));
    }

    /// <summary>Under <c>dotnet run</c> the process is the host, which needs the assembly's name.</summary>
    private static IEnumerable<string> Own() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(ImportBenchmark).Assembly.Location] : [];
}
