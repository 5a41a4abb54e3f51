using Plumbline.Lab.Launch;
using Plumbline.Lab.Tests.Network;

namespace Plumbline.Lab.Tests.Policies;

/// <summary>Three opinions on each connection: what the case says, what the evaluator says, and what the kernel does.</summary>
[Scenarios]
internal static class PolicyScenarios
{
    private const int Least = 60;

    public static async Task Evaluator_OnEveryCase_AgreesWithTheKernel(InsideNamespaces inside)
    {
        await using var lab = await PolicyLab.StartAsync();
        var (compared, denied) = (0, 0);
        List<string> problems = [];
        foreach (var @case in PolicyCases.All)
        {
            var world = await lab.SetAsync(@case.Yaml);
            foreach (var line in @case.Attempts)
            {
                var attempt = Attempt.Parse(line);
                var (judged, seen) = (PolicyLab.Judge(world, lab, attempt), await lab.TryAsync(attempt));
                if (judged != attempt.Expected || (judged != "?" && seen != judged))
                {
                    problems.Add($"{@case.What}: {line}: the evaluator says {judged}, the kernel {seen}");
                }

                compared += judged == "?" ? 0 : 1;
                denied += seen == "no" ? 1 : 0;
            }
        }

        Assert.That(problems, Is.Empty);
        Assert.That(compared, Is.GreaterThanOrEqualTo(Least));
        Console.WriteLine($"{compared} connections compared under {PolicyCases.All.Count} sets of policies, {denied} of them denied");
    }
}
