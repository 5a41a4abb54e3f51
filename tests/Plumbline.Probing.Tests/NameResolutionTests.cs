using Plumbline.Testing;
using Plumbline.Core.Cluster;
using Plumbline.Core.Probes;
using Plumbline.Probing.Names;
using Plumbline.Probing.Tests.Fixtures;
using static Plumbline.Probing.Tests.Fixtures.DnsServer;
using static Plumbline.Probing.Tests.Fixtures.TestNetwork;

namespace Plumbline.Probing.Tests;

/// <summary>Names as the pod resolves them: asked of a real nameserver, from inside the pod's namespace.</summary>
internal sealed class NameResolutionTests
{
    private const int Port = 8800;
    private TcpServer _target = null!;

    [OneTimeSetUp]
    public void Listen() => _target = TcpServer.Start(Lab.Network.Target, Port, TcpServer.UntilLeft);

    [OneTimeTearDown]
    public void StopListening() => _target?.Dispose();

    [Test]
    public async Task Name_WithAnAddress_IsProbed()
    {
        using var server = new DnsServer(Lab.Network.Target, (_, type, query) => Reply(query, records: type == DnsMessage.TypeA ? [A("", TargetAddress)] : []));

        var result = await RunAsync("tenant.voice.svc.cluster.local.");

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), result.Detail);
        Assert.That(result.Address, Is.EqualTo(TargetAddress));
        Assert.That(result.Timings.Dns, Is.GreaterThan(0));
    }

    [Test]
    public async Task Name_Ipv6Only_IsProbedOverIpv6()
    {
        using var listener = TcpServer.Start(Lab.Network.Target, 8801, TcpServer.UntilLeft, System.Net.IPAddress.IPv6Any);
        using var server = new DnsServer(Lab.Network.Target, (_, type, query) => Reply(query, records: type == DnsMessage.TypeAaaa ? [Aaaa("", TargetAddress6)] : []));

        var result = await RunAsync("six.", 8801);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), result.Detail);
        Assert.That(result.Address, Is.EqualTo(TargetAddress6));
    }

    [TestCase("tenant", "tenant.voice.svc.cluster.local,tenant.svc.cluster.local,tenant.cluster.local,tenant")]
    [TestCase("a.b.c.d.e.f", "a.b.c.d.e.f,a.b.c.d.e.f.voice.svc.cluster.local,a.b.c.d.e.f.svc.cluster.local,a.b.c.d.e.f.cluster.local")]
    [TestCase("tenant.voice.", "tenant.voice")]
    public async Task SearchList_NothingFound_AllAskedInOrder(string host, string expected)
    {
        using var server = new DnsServer(Lab.Network.Target, (_, _, query) => Reply(query, code: 3));

        var result = await RunAsync(host);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.NameNotResolved));
        Assert.That(result.Proven, Is.EqualTo(ProvenStage.Nothing));
        Assert.That(result.Detail, Does.Contain("NXDOMAIN").And.Contain(TargetAddress));
        Assert.That(server.Asked.Select(asked => asked.Split(' ')[0]).Distinct(), Is.EqualTo(expected.Split(',')));
    }

    [Test]
    public async Task SearchList_SecondCandidateExists_IsTaken()
    {
        using var server = new DnsServer(Lab.Network.Target, (name, type, query) =>
            name != "tenant.svc.cluster.local" ? Reply(query, code: 3) : Reply(query, records: type == DnsMessage.TypeA ? [A("", TargetAddress)] : []));

        Assert.That((await RunAsync("tenant")).Outcome, Is.EqualTo(ProbeOutcome.Succeeded));
    }

    [TestCase(2, "SERVFAIL")]
    [TestCase(5, "REFUSED")]
    public async Task Server_CannotTell_NameNotResolvedAndSaysSo(int code, string word)
    {
        using var server = new DnsServer(Lab.Network.Target, (_, _, query) => Reply(query, code: code));

        var result = await RunAsync("tenant.");

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.NameNotResolved));
        Assert.That(result.Detail, Does.Contain(word).And.Contain(TargetAddress).And.Contain("tenant"));
    }

    [Test]
    public async Task Server_OpenQuestionAmongNoSuchNames_StaysOpen()
    {
        using var server = new DnsServer(Lab.Network.Target, (name, _, query) => Reply(query, code: name == "tenant.svc.cluster.local" ? 2 : 3));

        Assert.That((await RunAsync("tenant")).Detail, Does.Contain("SERVFAIL for tenant.svc.cluster.local"));
    }

    [Test]
    public async Task Server_NoData_Told()
    {
        using var server = new DnsServer(Lab.Network.Target, (_, _, query) => Reply(query));

        Assert.That((await RunAsync("tenant.")).Detail, Does.Contain("NODATA"));
    }

    [Test]
    public async Task Server_Silent_NameNotResolvedInTime()
    {
        using var server = new DnsServer(Lab.Network.Target, (_, _, _) => null);

        var result = await RunAsync("tenant.");

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.NameNotResolved));
        Assert.That(result.Detail, Does.Contain("does not answer"));
        Assert.That(server.Asked, Has.Count.EqualTo(4), "both questions, twice");
    }

    [Test]
    public async Task Server_NothingListens_Told()
    {
        var result = await RunAsync("tenant.");

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.NameNotResolved));
        Assert.That(result.Detail, Does.Contain("nothing listens on nameserver"));
    }

    [Test]
    public async Task Server_FirstSilentSecondAnswers_Resolved()
    {
        using var server = new DnsServer(Lab.Network.Target, (_, type, query) => Reply(query, records: type == DnsMessage.TypeA ? [A("", TargetAddress)] : []));
        var dns = new DnsSettings(false, [DeadAddress, TargetAddress], [], 5);

        Assert.That((await RunAsync("tenant.", dns: dns)).Outcome, Is.EqualTo(ProbeOutcome.Succeeded));
    }

    [Test]
    public async Task Alias_WithinAnAnswer_IsFollowed()
    {
        using var server = new DnsServer(Lab.Network.Target, (_, type, query) => type == DnsMessage.TypeA
            ? Reply(query, records: [Alias("one", "two"), Alias("two", "three.example"), A("three.example", TargetAddress)])
            : Reply(query, records: [Alias("one", "two"), Alias("two", "three.example")]));

        Assert.That((await RunAsync("one.")).Outcome, Is.EqualTo(ProbeOutcome.Succeeded));
    }

    [Test]
    public async Task Alias_ThatTheAnswerDoesNotLeadToAnAddress_NotResolvedAsForResolverLibraries()
    {
        using var server = new DnsServer(Lab.Network.Target, (name, type, query) => name == "one"
            ? Reply(query, records: [Alias("one", "two.example")])
            : Reply(query, records: type == DnsMessage.TypeA ? [A("", TargetAddress)] : []));

        var result = await RunAsync("one.");

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.NameNotResolved));
        Assert.That(result.Detail, Does.Contain("alias of two.example"));
        Assert.That(server.Asked, Has.None.StartsWith("two.example"));
    }

    [Test]
    public async Task Alias_Loop_EndsBounded()
    {
        using var server = new DnsServer(Lab.Network.Target, (_, _, query) => Reply(query, records: [Alias("one", "two"), Alias("two", "one")]));

        Assert.That((await RunAsync("one.")).Outcome, Is.EqualTo(ProbeOutcome.NameNotResolved));
    }

    [Test]
    public async Task Answer_Truncated_AskedAgainOverTcp()
    {
        using var server = new DnsServer(
            Lab.Network.Target,
            (_, _, query) => Reply(query, truncated: true),
            (_, type, query) => Reply(query, records: type == DnsMessage.TypeA ? [.. Enumerable.Range(1, 40).Select(i => A("", $"10.201.77.{i}")), A("", TargetAddress)] : []));

        var result = await RunAsync("many.");

        Assert.That(result.Proven, Is.EqualTo(ProvenStage.NameResolved), result.Detail);
        Assert.That(result.Address, Does.StartWith("10.201.77."));
    }

    [Test]
    public async Task Answer_SpoofedWithAnotherId_IsIgnored()
    {
        using var server = new DnsServer(Lab.Network.Target, (_, type, query) =>
        {
            var reply = Reply(query, records: type == DnsMessage.TypeA ? [A("", "10.201.66.6")] : []);
            reply[0] ^= 0xFF;
            return reply;
        });

        Assert.That((await RunAsync("tenant.")).Detail, Does.Contain("does not answer"));
    }

    [Test]
    public async Task Addresses_FirstRefusesSecondWorks_SucceededAndTold()
    {
        using var server = new DnsServer(Lab.Network.Target, (_, type, query) => Reply(query, records: type == DnsMessage.TypeA ? [A("", RouterAddress), A("", TargetAddress)] : []));

        var result = await RunAsync("two.");

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), result.Detail);
        Assert.That(result.Address, Is.EqualTo(TargetAddress));
        Assert.That(result.Detail, Does.Contain($"{RouterAddress}: ConnectionRefused"));
        Assert.That(result.FailedAddresses.Select(failed => (failed.Address, failed.Outcome)), Is.EqualTo([(RouterAddress, ProbeOutcome.ConnectionRefused)]));
    }

    [Test]
    public async Task Addresses_OneIsSilent_TheOthersHaveAllTheTime()
    {
        using var slow = TcpServer.Start(Lab.Network.Target, 8802, TcpServer.Hold);
        using var server = new DnsServer(Lab.Network.Target, (_, type, query) => Reply(query, records: type == DnsMessage.TypeA
            ? [A("", "10.201.66.6"), A("", "10.201.66.7"), A("", "10.201.66.8"), A("", TargetAddress)] : []));
        Lab.Network.Nft("r", "table inet silence { chain p { type filter hook prerouting priority 0; ip daddr 10.201.66.0/24 drop; }; }");
        try
        {
            var result = await RunAsync("four.", 8802);

            Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), result.Detail);
            Assert.That(result.FailedAddresses.Select(failed => failed.Outcome), Is.EqualTo(Enumerable.Repeat(ProbeOutcome.TimedOut, 3)));
            Assert.That(result.FailedAddresses, Has.All.Property(nameof(FailedAddress.Detail)).Contains("sent more than once"),
                "each had the whole second that a second SYN takes");
        }
        finally
        {
            Lab.Network.Nft("r", "delete table inet silence");
        }
    }

    [Test]
    public async Task Addresses_BothFamiliesWork_Succeeded()
    {
        using var six = TcpServer.Start(Lab.Network.Target, Port, TcpServer.UntilLeft, System.Net.IPAddress.IPv6Any);
        using var server = Dual();

        var result = await RunAsync("dual.");

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), result.Detail);
        Assert.That(result.FailedAddresses, Is.Empty);
        await Eventually.TrueAsync(() => six.Accepted == 1);
    }

    [Test]
    public async Task Addresses_OneFamilyRefuses_Told()
    {
        using var server = Dual();

        var result = await RunAsync("dual.");

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), result.Detail);
        Assert.That(result.FailedAddresses.Select(failed => (failed.Address, failed.Outcome)), Is.EqualTo([(TargetAddress6, ProbeOutcome.ConnectionRefused)]));
    }

    [Test]
    public async Task Addresses_SourceWithoutIpv6_FallsBackAsClientsDo()
    {
        using var network = TestNetwork.Create();
        var pod = network.AddPod("four", 3);
        using var listener = TcpServer.Start(network.Target, Port, TcpServer.UntilLeft);
        using var server = Dual(network);
        var origin = ProbeOrigin.In(pod) with { Dns = new DnsSettings(false, [TargetAddress], [], 5), Addresses = [System.Net.IPAddress.Parse("10.201.3.2")] };

        var result = await Lab.Engine.RunAsync(Lab.Probe("dual.", Port), origin, default);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), result.Detail);
        Assert.That(result.FailedAddresses, Is.Empty);
        Assert.That(result.Detail, Is.Null);
    }

    [Test]
    public async Task Addresses_OneIsARefusedTarget_NotProbedAndNoFailure()
    {
        using var engine = new ProbeEngine(new ProbeEngineOptions { RefusedTargets = [new RefusedTarget(System.Net.IPNetwork.Parse($"{RouterAddress}/32"), Port, "the API server")] }, TimeProvider.System);
        using var server = new DnsServer(Lab.Network.Target, (_, type, query) => Reply(query, records: type == DnsMessage.TypeA ? [A("", RouterAddress), A("", TargetAddress)] : []));
        var origin = Lab.Source with { Dns = new DnsSettings(false, [TargetAddress], [], 5) };

        var both = await engine.RunAsync(Lab.Probe("rebound.", Port), origin, default);
        var literal = await engine.RunAsync(Lab.Probe(RouterAddress, Port), origin, default);
        var otherPort = await engine.RunAsync(Lab.Probe(RouterAddress, Port + 1), origin, default);

        Assert.That(both.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), both.Detail);
        Assert.That(both.FailedAddresses, Is.Empty);
        Assert.That(literal.Outcome, Is.EqualTo(ProbeOutcome.TargetRefused));
        Assert.That(literal.Detail, Does.Contain("the API server"));
        Assert.That(otherPort.Outcome, Is.EqualTo(ProbeOutcome.ConnectionRefused), otherPort.Detail);
    }

    [Test]
    public async Task Addresses_AllFail_AllTold()
    {
        using var server = new DnsServer(Lab.Network.Target, (_, type, query) => Reply(query, records: type == DnsMessage.TypeA ? [A("", RouterAddress), A("", "10.201.2.1")] : []));

        var result = await RunAsync("two.");

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.ConnectionRefused));
        Assert.That(result.Proven, Is.EqualTo(ProvenStage.NameResolved));
        Assert.That(result.Detail, Does.Contain(RouterAddress).And.Contain("10.201.2.1"));
    }

    [TestCase("127.0.0.1")]
    [TestCase("169.254.169.254")]
    [TestCase("169.254.170.23")]
    public async Task Name_ResolvesToARefusedTarget_TargetRefused(string address)
    {
        using var server = new DnsServer(Lab.Network.Target, (_, type, query) => Reply(query, records: type == DnsMessage.TypeA ? [A("", address)] : []));

        Assert.That((await RunAsync("sly.")).Outcome, Is.EqualTo(ProbeOutcome.TargetRefused));
    }

    [Test]
    public async Task HostAlias_ComesFirst()
    {
        using var server = new DnsServer(Lab.Network.Target, (_, _, query) => Reply(query, code: 3));
        var origin = Lab.Source with { HostAliases = [new HostAlias(TargetAddress, "Legacy-DB")], Dns = new DnsSettings(false, [TargetAddress], [], 5) };

        var result = await Lab.Engine.RunAsync(Lab.Probe("legacy-db", Port), origin, default);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), result.Detail);
        Assert.That(server.Asked, Is.Empty);
    }

    [TestCase("")]
    [TestCase("a..b")]
    [TestCase("label-of-sixty-four-characters-is-one-too-long-for-the-wire-format.x")]
    public async Task Name_WithoutAWireForm_NameNotResolvedAndNothingAsked(string host)
    {
        using var server = new DnsServer(Lab.Network.Target, (_, _, query) => Reply(query, code: 3));

        Assert.That((await RunAsync(host)).Outcome, Is.EqualTo(ProbeOutcome.NameNotResolved));
        Assert.That(server.Asked, Is.Empty);
    }

    [Test]
    public async Task NodeResolver_FileUnreadable_NotRun()
    {
        using var engine = new ProbeEngine(new ProbeEngineOptions { ResolvConfPath = "/no/such/resolv.conf" }, TimeProvider.System);

        var result = await engine.RunAsync(Lab.Probe("tenant", Port), Lab.Source, default);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.NotRun));
        Assert.That(result.Detail, Does.Contain("/no/such/resolv.conf"));
    }

    [Test]
    public async Task NodeResolver_FileOfTheNode_IsUsed()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, $"# node\nnameserver {TargetAddress}\nsearch node.example\noptions ndots:3 timeout:1\n");
            using var server = new DnsServer(Lab.Network.Target, (name, type, query) =>
                name == "tenant.node.example" && type == DnsMessage.TypeA ? Reply(query, records: A("", TargetAddress)) : Reply(query, code: name == "tenant.node.example" ? 0 : 3));
            using var engine = new ProbeEngine(new ProbeEngineOptions { ResolvConfPath = file }, TimeProvider.System);

            var result = await engine.RunAsync(Lab.Probe("tenant", Port), Lab.Source, default);

            Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), result.Detail);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestCase(false)]
    [TestCase(true, Description = "a link, as systemd-resolved makes it")]
    public async Task NodeSearches_CompleteANameAfterTheClustersOwn_AndFollowTheFile(bool isLink)
    {
        var file = Path.GetTempFileName();
        var path = isLink ? $"{file}.link" : file;
        try
        {
            await File.WriteAllTextAsync(file, "nameserver 10.9.9.9\nsearch corp.example\n");
            if (isLink)
            {
                File.CreateSymbolicLink(path, file);
            }

            using var server = new DnsServer(Lab.Network.Target, (name, type, query) =>
                name.EndsWith(".corp.example", StringComparison.Ordinal) && type == DnsMessage.TypeA ? Reply(query, records: A("", TargetAddress))
                : Reply(query, code: name.EndsWith(".corp.example", StringComparison.Ordinal) ? 0 : 3));
            using var engine = new ProbeEngine(new ProbeEngineOptions { ResolvConfPath = path }, TimeProvider.System);
            var dns = new DnsSettings(false, [TargetAddress], ["voice.svc.cluster.local", "svc.cluster.local", "cluster.local", "own.example"], 5, NodeSearches: true);
            var origin = Lab.Source with { Dns = dns };

            var wildcard = await engine.RunAsync(Lab.Probe("api.vendor.com", Port), origin, default);
            var without = await engine.RunAsync(Lab.Probe("api.vendor.com", Port), Lab.Source with { Dns = dns with { NodeSearches = false } }, default);
            var order = server.Asked.Where(asked => asked.EndsWith(" 1", StringComparison.Ordinal)).Select(asked => asked[..^2]).Take(4).ToList();
            await File.WriteAllTextAsync(file, "nameserver 10.9.9.9\nsearch other.example.org\n");
            var changed = await engine.RunAsync(Lab.Probe("api.vendor.com", Port), origin, default);
            File.Delete(file);
            var missing = await engine.RunAsync(Lab.Probe("api.vendor.com", Port), origin, default);

            Assert.That(wildcard.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), wildcard.Detail);
            Assert.That(without.Outcome, Is.EqualTo(ProbeOutcome.NameNotResolved), without.Detail);
            Assert.That(order, Is.EqualTo(["api.vendor.com.voice.svc.cluster.local", "api.vendor.com.svc.cluster.local", "api.vendor.com.cluster.local", "api.vendor.com.corp.example"]));
            Assert.That(changed.Outcome, Is.EqualTo(ProbeOutcome.NameNotResolved), changed.Detail);
            Assert.That(missing.Detail, Does.Contain("the node's search list is not known"));
        }
        finally
        {
            File.Delete(file);
            File.Delete(path);
        }
    }

    [TestCase("tenant", "tenant.voice.svc.cluster.local", 0, "musl stops at tenant.voice.svc.cluster.local, which exists without an address")]
    [TestCase("tenant", "tenant.voice.svc.cluster.local", 2, "musl stops at tenant.voice.svc.cluster.local, which a server could not tell")]
    [TestCase("tenant", "tenant.voice.svc.cluster.local", 3, null)]
    [TestCase("a.b.c.d.e.f", "none", 3, "musl does not search")]
    public async Task LibcsThatDiffer_GlibcsEndCountsAndBothAreTold(string host, string special, int code, string? told)
    {
        using var server = new DnsServer(Lab.Network.Target, (name, type, query) =>
            name == special ? Reply(query, code: code)
            : name == $"{host}.svc.cluster.local" ? Reply(query, records: type == DnsMessage.TypeA ? [A("", TargetAddress)] : [])
            : Reply(query, code: 3));

        var result = await RunAsync(host);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.Succeeded), result.Detail);
        Assert.That(result.Remarks, Is.EqualTo(told is null ? ProbeRemarks.None : ProbeRemarks.LibcsDiffer));
        Assert.That(result.Detail, told is null ? Is.Null : Does.Contain(told));
    }

    private static DnsServer Dual(TestNetwork? network = null) => new((network ?? Lab.Network).Target, (_, type, query) =>
        Reply(query, records: type == DnsMessage.TypeA ? A("", TargetAddress) : Aaaa("", TargetAddress6)));

    private static async Task<ProbeResult> RunAsync(string host, int port = Port, DnsSettings? dns = null)
    {
        var settings = dns ?? new DnsSettings(false, [TargetAddress], ["voice.svc.cluster.local", "svc.cluster.local", "cluster.local"], 5);
        return await Lab.Engine.RunAsync(Lab.Probe(host, port, timeout: 1500), Lab.Source with { Dns = settings }, default);
    }
}
