using System.Diagnostics;
using System.Globalization;
using System.Text;
using Plumbline.Lab.Launch;
using Plumbline.Lab.Tests.EndToEnd;
using Plumbline.Lab.Tests.Network;
using Plumbline.Lab.View;
using Plumbline.Testing;

namespace Plumbline.Lab.Tests.Situations;

/// <summary>
/// One lab with all situations at once, each in a namespace of its own. It is brought up when the first test asks; every test then looks at what its row said.
/// <code>
///   objects, Before ─▶ rows stand still ─▶ Then ─▶ rows stand still ─▶ cluster DNS gets another name ─▶ rows still the same
/// </code>
/// </summary>
[Category("Lab")]
[NonParallelizable]
public sealed class SituationTests
{
    /// <summary>An interval of the rows is 5 s, and three failures of it are a verdict.</summary>
    private static readonly TimeSpan Still = TimeSpan.FromSeconds(16);

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(75);

    private static readonly string Objects = Repository.PathOf("tests", "Plumbline.Lab.Tests", "Situations", "objects");

    private readonly Dictionary<string, BoardRow> _first = [];
    private readonly Dictionary<string, BoardRow> _second = [];
    private readonly Dictionary<string, BoardRow> _renamed = [];
    private LabUnderTest _lab = null!;

    private static IEnumerable<TestCaseData> Situations() => SituationList.All.Select(s => new TestCaseData(s.Key).SetName($"Situation({s.Key})"));

    [OneTimeSetUp]
    public async Task BringUp()
    {
        await InsideTests.NeedNamespacesAsync(CancellationToken.None);
        if (Tool.Find("kubectl") is null)
        {
            Assert.Ignore("kubectl is not installed");
        }

        var clock = Stopwatch.StartNew();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5), TimeProvider.System);
        var estate = Repository.PathOf("tests", "Plumbline.Lab.Tests", "Situations", "estate.yaml");
        _lab = await LabUnderTest.UpAsync(limit.Token, "--estate", estate);
        await KubectlAsync(["apply", "-f", "-"], Manifests(), limit.Token);
        await TypeAsync(s => s.Before, limit.Token);
        await StandStillAsync(_first, limit.Token);
        TestContext.Progress.WriteLine($"situations: first verdicts after {clock.Elapsed.TotalSeconds:0} s");
        await TypeAsync(s => s.Then, limit.Token);
        await StandStillAsync(_second, limit.Token);
        TestContext.Progress.WriteLine($"situations: verdicts of those that came about after {clock.Elapsed.TotalSeconds:0} s");
        await DoAsync("fault resolver all apart", limit.Token);
        await DoAsync("fault cluster-dns kube-system/rke2-coredns-rke2-coredns", limit.Token);
        await StandStillAsync(_renamed, limit.Token);
        TestContext.Progress.WriteLine($"situations: all after {clock.Elapsed.TotalSeconds:0} s");
        foreach (var row in _second.Values.OrderBy(r => r.Name, StringComparer.Ordinal))
        {
            TestContext.Progress.WriteLine($"{row.Name}: {row.Verified}/{row.Reason} {row.Reachable}: {row.Explanation}");
        }
    }

    [OneTimeTearDown]
    public async Task TakeDown()
    {
        if (_lab is not null)
        {
            await _lab.DisposeAsync();
        }
    }

    [TestCaseSource(nameof(Situations))]
    public void Situation(string key)
    {
        var situation = SituationList.All.Single(s => s.Key == key);
        var problem = Problem(situation);
        CheckPending(key, problem);
        Assert.That(problem, Is.Null, situation.What);
    }

    [Test]
    public void ClusterDns_UnderAnotherNameAndNodesWithAResolverOfTheirOwn_NoRowTurnsFalse()
    {
        var turned = _renamed.Where(r => r.Value.Verified == "False" && _second[r.Key].Verified != "False").Select(r => $"{r.Key}: {r.Value.Reason}: {r.Value.Explanation}").ToList();
        CheckPending(SituationList.ClusterDnsRenamed, turned.Count == 0 ? null : string.Join('\n', turned));
        Assert.That(turned, Is.Empty);
    }

    [Test]
    public void Pending_NamesSituations() => Assert.That(SituationList.Pending.Keys.Except(SituationList.All.Select(s => s.Key)).Except([SituationList.ClusterDnsRenamed]), Is.Empty);

    private static void CheckPending(string key, string? problem)
    {
        if (SituationList.Pending.TryGetValue(key, out var reason))
        {
            Assert.That(problem, Is.Not.Null, "it says what it must now: take it out of SituationList.Pending, and write docs/verdicts.md again");
            Assert.Ignore($"pending: {reason}\n{problem}");
        }
    }

    private string? Problem(Situation situation)
    {
        if (situation.IsTrueFirst && _first.GetValueOrDefault(situation.Key) is not { Verified: "True" })
        {
            return $"before it came about: {_first.GetValueOrDefault(situation.Key)?.Verdict ?? "no row"}: {_first.GetValueOrDefault(situation.Key)?.Explanation}";
        }

        return situation.Problem(_second.GetValueOrDefault(situation.Key));
    }

    private static string Manifests()
    {
        var text = new StringBuilder();
        foreach (var name in SituationList.All.Select(s => s.Name).Distinct())
        {
            text.Append(CultureInfo.InvariantCulture, $"apiVersion: v1\nkind: Namespace\nmetadata: {{name: sit-{name}}}\n---\n");
            text.Append(File.ReadAllText(Path.Combine(Objects, $"{name}.yaml")).Replace("NS", $"sit-{name}", StringComparison.Ordinal)).Append("---\n");
        }

        return text.ToString();
    }

    private async Task TypeAsync(Func<Situation, IReadOnlyList<string>> lines, CancellationToken cancellation)
    {
        foreach (var line in SituationList.All.SelectMany(s => lines(s).Select(l => l.Replace("NS", s.Namespace, StringComparison.Ordinal))).Distinct())
        {
            await DoAsync(line, cancellation);
        }
    }

    private async Task DoAsync(string line, CancellationToken cancellation)
    {
        var words = line.Split(' ');
        if (words[0] == "kubectl")
        {
            await KubectlAsync(words[1..], null, cancellation);
            return;
        }

        var reply = await _lab.AskAsync(new Control.ControlRequest("fault") { Words = words[1..] }, cancellation);
        Assert.That(reply?.Done, Is.True, $"{line}: {reply?.Message}");
    }

    private async Task KubectlAsync(string[] arguments, string? input, CancellationToken cancellation)
    {
        var run = await Tool.RunAsync([Tool.PathOf("kubectl"), "--kubeconfig", Path.Combine(_lab.State, "kubeconfig"), .. arguments], input, cancellation);
        Assert.That(run.ExitCode, Is.Zero, $"kubectl {string.Join(' ', arguments)}: {run.Error}");
    }

    /// <summary>Until no verdict has changed for a while, or for as long as the limit: what moves for ever is not settled, and its test says so.</summary>
    private async Task StandStillAsync(Dictionary<string, BoardRow> into, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var (last, since) = ("", TimeSpan.Zero);
        while (clock.Elapsed < Limit)
        {
            var verdicts = string.Join('\n', Rows().Select(r => $"{r.Key} {r.Row.Verified} {r.Row.Reason}"));
            if (verdicts != last || Rows().Count() < SituationList.All.Count)
            {
                (last, since) = (verdicts, clock.Elapsed);
            }
            else if (clock.Elapsed - since > Still)
            {
                break;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, cancellation);
        }

        foreach (var (key, row) in Rows())
        {
            into[key] = row;
        }
    }

    private IEnumerable<(string Key, BoardRow Row)> Rows() => _lab.Board.State().Rows.Select(r => ($"{r.Namespace[("sit-".Length)..]}/{r.Id}", r));
}
