using Plumbline.Benchmarks.Processes;
using Plumbline.Benchmarks.Reporting;
using Plumbline.Benchmarks.Rows;
using Plumbline.Benchmarks.Setup;

namespace Plumbline.Benchmarks;

/// <summary>What needs the machine itself, packages and builds; then the measuring, in its sandbox.</summary>
internal sealed class OutsideRun(IReadOnlyList<string> only, int rounds, bool quick, string? agent)
{
    public async Task<Report> RunAsync(CancellationToken cancellation)
    {
        if (!Environment.IsPrivilegedProcess)
            throw new BenchmarkException("needs root: network namespaces are made and entered");
        if (await Packages.InstallMissingAsync(cancellation) is { } missing)
            await Console.Error.WriteLineAsync(missing);

        var directory = Directory.CreateTempSubdirectory("plumbline-benchmarks-").FullName;
        try
        {
            await Builds.ReferencesAsync(directory, cancellation);
            if (agent is null && !quick && (only.Count == 0 || only.Contains(Catalogue.AgentRow)))
                agent = await Builds.AgentAsync(directory, cancellation);
            var code = await Sandbox.RunInsideAsync(["inside", directory, agent ?? "", quick ? "quick" : "whole", Bench.Text(rounds), .. only], cancellation);
            if (code != 0)
                throw new BenchmarkException($"the measuring ended with {code}");
            return JsonReport.Read(await File.ReadAllBytesAsync(InsideRun.ReportIn(directory), cancellation));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
