using Plumbline.Core.Cluster.Policies;

namespace Plumbline.Core.Tests.Cluster.Policies;

/// <summary>Two implementations that share no line must agree.</summary>
public sealed class NaiveEvaluatorTests
{
    private const int Worlds = 5_000;
    private const int AttemptsPerWorld = 20;

    [Test]
    public void Evaluator_OnHundredThousandRandomCases_AgreesWithTheNaiveOne()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("PLUMBLINE_SEED"), out var given) ? given : Guid.NewGuid().GetHashCode();
        TestContext.Out.WriteLine($"PLUMBLINE_SEED={seed}");
        var cases = new RandomPolicies(new Random(seed));
        var seen = new Dictionary<string, int>();
        for (var i = 0; i < Worlds; i++)
        {
            var (policies, admin) = (cases.NetworkPolicies(), cases.AdminPolicies());
            var world = new PolicyWorld(policies, RandomPolicies.Namespaces, admin, RandomPolicies.Nodes);
            var naive = new NaiveEvaluator(policies, admin, RandomPolicies.Namespaces, RandomPolicies.Nodes);
            for (var j = 0; j < AttemptsPerWorld; j++)
            {
                var (source, destination, port, protocol) = cases.Attempt();
                var expected = naive.Ask(source, destination, port, protocol);
                var actual = Estate.Ask(world, source, destination, port, protocol);
                if (actual != expected)
                {
                    Assert.Fail($"PLUMBLINE_SEED={seed}, world {i}: {source} → {destination} {protocol} {port}: the evaluator says {actual}, the naive one {expected}\n"
                        + string.Join('\n', policies.Select(Describe).Concat(admin.Select(Describe))));
                }

                seen[actual] = seen.GetValueOrDefault(actual) + 1;
            }
        }

        TestContext.Out.WriteLine(string.Join(", ", seen.Select(s => $"{s.Key}: {s.Value}")));
        Assert.That(seen.Values.Sum(), Is.EqualTo(Worlds * AttemptsPerWorld));
        Assert.That(seen.Values, Has.All.GreaterThan(Worlds * AttemptsPerWorld / 50), "each answer is met often, or the cases are no good");
    }

    private static string Describe(NetworkPolicy p) =>
        $"{p} selects {p.PodSelector}, types [{string.Join(',', p.PolicyTypes)}]; in: {string.Join(" | ", p.Ingress.Select(Describe))}; out: {string.Join(" | ", p.Egress.Select(Describe))}";

    private static string Describe(PolicyRule r) =>
        $"{string.Join(" or ", r.Peers.Select(p => p.IpBlock?.ToString() ?? $"pods {p.PodSelector} in {p.NamespaceSelector}"))} on {string.Join(", ", r.Ports)}";

    private static string Describe(AdminPolicy p) =>
        $"{p} {p.Tier} {p.Priority} selects {p.Subject}; in: {string.Join(" | ", p.Ingress.Select(Describe))}; out: {string.Join(" | ", p.Egress.Select(Describe))}";

    private static string Describe(AdminRule r) =>
        $"{r.Action} {string.Join(" or ", r.Peers.Select(p => p is AdminPeer.Networks n ? string.Join(',', n.Blocks) : p.ToString()))} on {string.Join(", ", r.Ports)}";
}
