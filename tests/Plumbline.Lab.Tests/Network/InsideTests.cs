using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Lab.Launch;

namespace Plumbline.Lab.Tests.Network;

/// <summary>Runs every scenario in namespaces of its own.</summary>
public sealed class InsideTests
{
    private static IEnumerable<TestCaseData> Scenarios() =>
        from method in InsideProgram.Scenarios()
        where method.DeclaringType!.GetCustomAttribute<ScenariosAttribute>()!.IsTest
        select new TestCaseData(method.Name).SetName(method.Name);

    [TestCaseSource(nameof(Scenarios))]
    [CancelAfter(60_000)]
    public async Task Inside(string scenario, CancellationToken cancellation)
    {
        await NeedNamespacesAsync(cancellation);
        var (outcome, output) = await RunAsync(scenario, cancellation);
        Assert.That(outcome, Is.EqualTo(new LaunchOutcome.Exited(0)), output);
        TestContext.Out.Write(output);
    }

    internal static async Task NeedNamespacesAsync(CancellationToken cancellation)
    {
        if (await Preflight.CheckAsync(TestContext.Out, cancellation) is Readiness.NotReady no)
        {
            Assert.Ignore(string.Join(" ", no.Problems));
        }
    }

    internal static async Task<(LaunchOutcome Outcome, string Output)> RunAsync(string scenario, CancellationToken cancellation)
    {
        var lines = new ConcurrentQueue<string>();
        var state = NewStatePath();
        var request = InsideProgram.Request(state, scenario) with { Output = lines.Enqueue, StopLimit = TimeSpan.FromSeconds(2) };
        var outcome = await NamespaceLauncher.RunAsync(request, TestContext.Out, TimeProvider.System, NullLogger.Instance, cancellation);
        Assert.That(Directory.Exists(state), Is.False, "the state directory is left behind");
        return (outcome, string.Join('\n', lines));
    }

    internal static string NewStatePath() => Path.Combine("/tmp", $"plumbline-lab-test-{Guid.NewGuid():N}");
}
