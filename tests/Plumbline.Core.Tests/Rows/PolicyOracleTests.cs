using System.Collections.Immutable;
using Plumbline.Core.Cluster;
using Plumbline.Core.Cluster.Policies;
using Plumbline.Core.Connections;
using Plumbline.Core.Evidence;
using Plumbline.Core.Planning;
using Plumbline.Core.Probes;
using Plumbline.Core.Resolution;
using Plumbline.Core.Rows;
using Plumbline.Core.Tests.Building;
using Plumbline.Core.Verdicts;
using Plumbline.Core.Words;
using static Plumbline.Core.Tests.Building.World;

namespace Plumbline.Core.Tests.Rows;

/// <summary>A client that calls a Service of pods and a host by its name, in a cluster with policies.</summary>
public sealed class PolicyOracleTests
{
    private const string HostAddress = "203.0.113.5";
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<ProbeId, ProbeEvidence> _evidence = [];
    private World _world = null!;

    [SetUp]
    public void Build()
    {
        _evidence.Clear();
        _world = new World().Workload("client").Workload("db").Service("db", 5432, 5432).Component("partner", new Binding.External([new ExternalHost("partner.example.com", [])]));
        foreach (var space in new[] { "client", "db" })
        {
            _world.Cluster.Set(space, new NamespaceFacts(space, ImmutableSortedDictionary<string, string>.Empty), []);
        }
    }

    [Test]
    public void Name_ThatLedToAnAddress_IsJudgedByTheAddress()
    {
        Set(Egress(new PolicyRule([new PolicyPeer { IpBlock = new IpBlock("0.0.0.0/0", "203.0.113.0/28") }], [])));

        var verdict = Judge("partner", 443, p => Failed(p, ProbeOutcome.TimedOut, HostAddress));

        Assert.That(verdict.Reason, Is.EqualTo(Reasons.BlockedByNetworkPolicy));
        Assert.That(verdict.Explanation, Does.Contain("client/out leaves 203.0.113.5 out of ipBlock 0.0.0.0/0 (except 203.0.113.0/28)"));
    }

    [Test]
    public void Name_ThatLedToAPod_IsJudgedByThePod()
    {
        var pod = _world.Cluster.PodsMatching("db", LabelSelector.Everything)[0];
        Set(Egress(new PolicyRule([new PolicyPeer { IpBlock = new IpBlock("203.0.113.0/24") }], [])));

        var verdict = Judge("partner", 443, p => Failed(p, ProbeOutcome.TimedOut, pod.Addresses[0]));

        Assert.That(verdict.Explanation, Does.Contain("has no rule that allows connections to db/db-0 on TCP 443"));
    }

    [Test]
    public void Nameserver_ThatPoliciesDenyAndThatIsSilent_IsBlamedOnThem()
    {
        Set(Egress(new PolicyRule([new PolicyPeer { IpBlock = new IpBlock("203.0.113.0/24") }], [])));

        var silent = Judge("partner", 443, p => Failed(p, ProbeOutcome.NameNotResolved, null, "nameserver 10.96.0.10 does not answer, asked for partner.example.com") with { Remarks = ProbeRemarks.NameserverSilent });
        _evidence.Clear();
        var unknown = Judge("partner", 443, p => Failed(p, ProbeOutcome.NameNotResolved, null, "nameserver 10.96.0.10 knows no partner.example.com (NXDOMAIN)"));

        Assert.That(silent.Reason, Is.EqualTo(Reasons.BlockedByNetworkPolicy));
        Assert.That(silent.Explanation, Does.Contain("the name is not resolved, since DNS is denied: NetworkPolicy client/out (Egress)").And.Contain("UDP 53"));
        Assert.That(unknown.Reason, Is.EqualTo(Reasons.NameNotResolved), "it answered");
    }

    [Test]
    public void Nameserver_ThatIsSilentAndAllowed_IsDnsFault()
    {
        Set(Egress(new PolicyRule([], [new PolicyPort(PolicyProtocol.Udp, 53)])));

        var verdict = Judge("partner", 443, p => Failed(p, ProbeOutcome.NameNotResolved, null, "nameserver 10.96.0.10 does not answer, asked for partner.example.com") with { Remarks = ProbeRemarks.NameserverSilent });

        Assert.That(verdict.Reason, Is.EqualTo(Reasons.NameNotResolved));
    }

    [Test]
    public void Timeout_WhereAPluginsOwnPolicyIs_SaysThatItMayApply()
    {
        _world.Cluster.Set(new OtherPolicy("CiliumNetworkPolicy", "db", "lockdown"), true, []);
        _world.Cluster.Set(new OtherPolicy("Calico GlobalNetworkPolicy", "", "default-deny"), true, []);
        _world.Cluster.Set(new OtherPolicy("CiliumNetworkPolicy", "elsewhere", "nothing"), true, []);

        var verdict = Judge("db", 5432, p => Failed(p, ProbeOutcome.TimedOut, p.Target.Host));

        Assert.That(verdict.Reason, Is.EqualTo(Reasons.TimedOut));
        Assert.That(verdict.Explanation, Does.Contain("; CiliumNetworkPolicy db/lockdown, Calico GlobalNetworkPolicy default-deny may apply, which Plumbline does not evaluate"));
    }

    [Test]
    public void Timeout_ThatOnlyAnAddressBlockAllows_SaysTheCaveat()
    {
        Set(Egress(new PolicyRule([new PolicyPeer { IpBlock = new IpBlock("10.0.0.0/8") }], [])));

        Assert.That(Judge("db", 5432, p => Failed(p, ProbeOutcome.TimedOut, p.Target.Host)).Explanation, Does.Contain("some network plugins do not apply address blocks to pods"));
    }

    [Test]
    public void Pair_ThatWorksAlthoughItIsDenied_IsToldOnceANewResultShowsIt()
    {
        Set(Egress());
        var (enforcement, oracle, until) = (new Enforcement(), new PolicyOracle(_world.Cluster), DateTimeOffset.MaxValue);
        var row = Row("client", "db", 5432);

        var first = enforcement.Of(States(row, Start, Worked), oracle.DenialOf, Start, at => until = at);
        Assert.That((first, enforcement.IsWaiting, until), Is.EqualTo(((Unenforced?)null, true, Start + Enforcement.Patience)), "the policy may be newer than the result");

        var late = Start + Enforcement.Patience;
        Assert.That(enforcement.Of(States(row, Start, null), oracle.DenialOf, late, _ => { }), Is.Null, "no result since");

        var unenforced = enforcement.Of(States(row, late, Worked), oracle.DenialOf, late, _ => { });
        Assert.That(unenforced?.Sentence, Does.StartWith("a policy is not enforced: client/client-").And.Contain("NetworkPolicy client/out (Egress)"));
        Assert.That(enforcement.IsWaiting, Is.False);

        _world.Cluster.Set(new NamespacedName("client", "out"), (NetworkPolicy?)null, []);
        Assert.That(enforcement.Of(States(row, late, null), oracle.DenialOf, late, _ => { }), Is.Null);
        Assert.That(enforcement.IsWaiting, Is.False);
    }

    [Test]
    public void Unenforced_IsSaidInTheSentence_AndTheRowStaysTrue()
    {
        Set(Egress());
        var row = Row("client", "db", 5432);
        var states = States(row, Start, Worked);
        var unenforced = new Unenforced(states[^1].Pair, "NetworkPolicy client/out denies it");

        var verdict = ConnectionJudge.Judge(row, (ConnectionResolution.Resolved)_world.Resolve(row), states, new FailureExplainer(_ => null), _ => default, unenforced: unenforced);

        Assert.That(verdict.Reason, Is.EqualTo(Reasons.Reachable));
        Assert.That(verdict.Explanation, Does.EndWith($"; {unenforced.Sentence}"));
        Assert.That(verdict.Unenforced, Is.EqualTo(unenforced.Sentence));
    }

    private static NetworkPolicy Egress(params ImmutableArray<PolicyRule> rules) =>
        new() { Namespace = "client", Name = "out", PolicyTypes = [PolicyDirection.Egress], Egress = rules };

    private static ProbeResult Worked(ProbePair pair) => new() { Probe = default, Time = Start, Outcome = ProbeOutcome.Succeeded, Proven = ProvenStage.Connected, Address = pair.Target.Host };

    private static ProbeResult Failed(ProbePair pair, ProbeOutcome outcome, string? address, string? detail = null) =>
        new() { Probe = default, Time = Start, Outcome = outcome, Proven = ProvenStage.Nothing, Address = address ?? (pair.Target.IsByName ? null : pair.Target.Host), Detail = detail };

    private void Set(NetworkPolicy policy) => _world.Cluster.Set(new NamespacedName(policy.Namespace, policy.Name), policy, []);

    private Verdict Judge(string to, int port, Func<ProbePair, ProbeResult> result)
    {
        var row = Row("client", to, port);
        var oracle = new PolicyOracle(_world.Cluster);
        return ConnectionJudge.Judge(
            row, (ConnectionResolution.Resolved)_world.Resolve(row), States(row, Start, result), new FailureExplainer(oracle.Of, new AddressBook(_world.Cluster).OwnerOf, oracle.DnsDenial), _ => default);
    }

    /// <param name="result">Null: no new one.</param>
    private ImmutableArray<PairState> States(DocumentedConnection row, DateTimeOffset now, Func<ProbePair, ProbeResult>? result)
    {
        var states = ImmutableArray.CreateBuilder<PairState>();
        foreach (var planned in ((ConnectionResolution.Resolved)_world.Resolve(row)).Pairs.Select(p => ProbePlanner.Probe(row, p)))
        {
            if (result is not null)
            {
                var last = result(planned.Pair) with { Probe = planned.Probe.Id, Time = now };
                var report = new ProbeReport { Last = last, RunStarted = now, RunLength = 3, Attempts = 3 };
                _evidence[planned.Probe.Id] = _evidence.GetValueOrDefault(planned.Probe.Id, ProbeEvidence.None).With(report, now, planned.Probe.Host, true);
            }

            states.Add(PairJudge.Judge(planned, _evidence[planned.Probe.Id], row, true, now));
        }

        return states.ToImmutable();
    }
}
