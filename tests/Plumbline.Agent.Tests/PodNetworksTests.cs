using System.Diagnostics;
using System.Globalization;
using Plumbline.Agent.PodNetwork;
using Plumbline.Agent.Tests.Fixtures;
using Plumbline.Core.Probes;
using Plumbline.Probing;
using Plumbline.Probing.Namespaces;
using Plumbline.Probing.Tests.Fixtures;
using Plumbline.Testing;

namespace Plumbline.Agent.Tests;

/// <summary>Finding pods' namespaces among real ones.</summary>
internal sealed class PodNetworksTests
{
    private const string Uid = "0b1c2d3e-1111-4222-8333-444455556666";
    private const string OtherUid = "9a8b7c6d-1111-4222-8333-444455556666";
    private TestNetwork _network = null!;
    private PinnedNamespaces _pinned = null!;
    private ProbeEngine _engine = null!;
    private ManualTimeProvider _clock = null!;

    [SetUp]
    public void Make()
    {
        _network = TestNetwork.Create();
        _pinned = new PinnedNamespaces(_network);
        _engine = new ProbeEngine(new ProbeEngineOptions(), TimeProvider.System);
        _clock = new ManualTimeProvider();
    }

    [TearDown]
    public void Remove()
    {
        _engine?.Dispose();
        _pinned?.Dispose();
        _network?.Dispose();
    }

    [TestCase(TestNetwork.SourceAddress)]
    [TestCase(TestNetwork.SourceAddress6)]
    public async Task Find_ByAddress_TheNamespaceThatHoldsIt(string address)
    {
        using var networks = Networks();

        var found = await networks.FindAsync(Pod(address), default);

        Assert.That(((SourceNetwork.Found)found).Origin.Namespace.Inode, Is.EqualTo(_network.Source.Inode));
    }

    [Test]
    public async Task Find_AddressNobodyHolds_NotFoundUntilThePodIsThere()
    {
        using var networks = Networks();
        Assert.That(await networks.FindAsync(Pod("10.201.5.2"), default), Is.InstanceOf<SourceNetwork.NotFound>());

        var pod = _network.AddPod("late", 5);
        _pinned.Refresh();
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.That(((SourceNetwork.Found)await networks.FindAsync(Pod("10.201.5.2"), default)).Origin.Namespace.Inode, Is.EqualTo(pod.Inode));
    }

    [Test]
    public async Task Find_NamespaceReplacedUnderItsName_TheNewOneAfterTheOldIsFoundGone()
    {
        using var networks = Networks();
        var old = Add("again", "10.201.5.2");
        await networks.FindAsync(Pod("10.201.5.2"), default);
        _network.Remove("again");
        var renewed = Add("again", "10.201.5.2");

        // The kernel gives a freed inode to the next namespace that is made, whoever makes it; what is asked here is another one.
        for (var i = 0; renewed.Inode == old.Inode && i < 10; i++)
        {
            _network.Remove("again");
            _network.Add($"between-{i}");
            renewed = Add("again", "10.201.5.2");
        }

        await networks.ForgetAsync(Uid, default);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var found = (SourceNetwork.Found)await networks.FindAsync(Pod("10.201.5.2"), default);

        Assert.That(renewed.Inode, Is.Not.EqualTo(old.Inode));
        Assert.That(found.Origin.Namespace.Inode, Is.EqualTo(renewed.Inode));
    }

    [Test]
    public async Task Find_TwoNamespacesHoldTheAddress_TheNewerOne()
    {
        var newer = Add("twin", TestNetwork.SourceAddress);
        using var networks = Networks();

        var found = await networks.FindAsync(Pod(TestNetwork.SourceAddress), default);

        Assert.That(((SourceNetwork.Found)found).Origin.Namespace.Inode, Is.EqualTo(newer.Inode));
    }

    [Test]
    public async Task Find_TwoFilesOfOneAge_SaysSoRatherThanGuesses()
    {
        // One and the same namespace under two names is as old as itself.
        File.CreateSymbolicLink(Path.Combine(_pinned.Path, "second"), _network.Source.Path!);
        using var networks = Networks();

        var found = await networks.FindAsync(Pod(TestNetwork.SourceAddress), default);

        Assert.That(((SourceNetwork.NotFound)found).Reason, Does.StartWith("2 network namespaces hold").And.Contain("second"));
    }

    [Test]
    public async Task Find_NamespaceLeftBehindAndItsAddressGivenToANewPod_NeverTheOldOne()
    {
        using var networks = Networks();
        var old = Add("left", "10.201.5.2");
        Assert.That(((SourceNetwork.Found)await networks.FindAsync(Pod("10.201.5.2"), default)).Origin.Namespace.Inode, Is.EqualTo(old.Inode));
        await networks.KeepOnlyAsync([], default);

        var before = await networks.FindAsync(Pod("10.201.5.2") with { Id = OtherUid }, default);
        var own = Add("own", "10.201.5.2");
        var after = await networks.FindAsync(Pod("10.201.5.2") with { Id = OtherUid }, default);

        Assert.That(((SourceNetwork.NotFound)before).Reason, Does.Contain("was another pod's"));
        Assert.That(((SourceNetwork.Found)after).Origin.Namespace.Inode, Is.EqualTo(own.Inode));
    }

    [Test]
    public async Task Find_SecondNamespaceAppears_TheKnownOneIsLookedAtAgain()
    {
        using var networks = Networks();
        await networks.FindAsync(Pod(TestNetwork.SourceAddress), default);
        var newer = Add("twin", TestNetwork.SourceAddress);
        _clock.Advance(TimeSpan.FromSeconds(1));

        var found = await networks.FindAsync(Pod(TestNetwork.SourceAddress), default);

        Assert.That(((SourceNetwork.Found)found).Origin.Namespace.Inode, Is.EqualTo(newer.Inode));
    }

    [Test]
    public async Task Find_SeveralHoldTheAddress_ThePodsOwnProcessDecides()
    {
        var name = Path.GetFileName(_network.Source.Path!);
        Add("twin", TestNetwork.SourceAddress);
        using var process = Process.Start("ip", ["netns", "exec", name, "sleep", "60"]);
        var proc = Directory.CreateTempSubdirectory("plumbline-proc-");
        try
        {
            await ShowAsync(process, proc);
            using var networks = Networks(proc: proc.FullName);

            var found = (SourceNetwork.Found)await networks.FindAsync(Pod(TestNetwork.SourceAddress), default);

            Assert.That(found.Origin.Namespace.Inode, Is.EqualTo(_network.Source.Inode), "older, and yet the pod's");
        }
        finally
        {
            process.Kill();
            proc.Delete(true);
        }
    }

    [Test]
    public async Task Find_NotPinned_ByTheProcessWhoseCgroupCarriesTheUid()
    {
        var name = Path.GetFileName(_network.Source.Path!);
        using var process = Process.Start("ip", ["netns", "exec", name, "sleep", "60"]);
        var proc = Directory.CreateTempSubdirectory("plumbline-proc-");
        try
        {
            await ShowAsync(process, proc);
            using var networks = Networks(directory: proc.FullName, proc: proc.FullName);

            var found = (SourceNetwork.Found)await networks.FindAsync(Pod("10.99.99.99"), default);

            Assert.That(found.Origin.Namespace.Inode, Is.EqualTo(_network.Source.Inode));
        }
        finally
        {
            process.Kill();
            proc.Delete(true);
        }
    }

    [Test]
    public async Task Find_Node_ItsOwnNamespaceOrTheOneGiven()
    {
        using var own = Networks();
        using var given = Networks(node: _network.Router);
        var node = new ProbeSource { Id = ProbeSource.NodeId, Vantage = VantageKind.Node };

        Assert.That(((SourceNetwork.Found)await own.FindAsync(node, default)).Origin.Namespace, Is.EqualTo(NetworkNamespace.Own));
        Assert.That(((SourceNetwork.Found)await given.FindAsync(node, default)).Origin.Namespace, Is.EqualTo(_network.Router));
    }

    [Test]
    public async Task Find_NoSuchDirectory_NotFound()
    {
        using var networks = Networks(directory: "/no/such/directory");

        var found = await networks.FindAsync(Pod(TestNetwork.SourceAddress), default);

        Assert.That(((SourceNetwork.NotFound)found).Reason, Does.Contain("/no/such/directory cannot be listed"));
    }

    /// <summary>A process in the source's namespace, as /proc would show it if it were the pod's.</summary>
    private async Task ShowAsync(Process process, DirectoryInfo proc)
    {
        var directory = proc.CreateSubdirectory(process.Id.ToString(CultureInfo.InvariantCulture));
        await File.WriteAllTextAsync(Path.Combine(directory.FullName, "cgroup"), $"0::/kubepods.slice/kubepods-pod{Uid.Replace('-', '_')}.slice/cri-1.scope\n");
        Directory.CreateSymbolicLink(Path.Combine(directory.FullName, "ns"), $"/proc/{process.Id}/ns");
        await Eventually.TrueAsync(() => NetworkNamespace.AtPath($"/proc/{process.Id}/ns/net")?.Inode == _network.Source.Inode);
    }

    private NetworkNamespace Add(string name, string address)
    {
        _network.Add(name);
        _network.Ip(name, $"addr add {address}/32 dev lo\n");
        _pinned.Refresh();
        return _network.At(name);
    }

    private PodNetworks Networks(string? directory = null, string proc = "", NetworkNamespace? node = null) =>
        new(new NamespaceIndex(directory ?? _pinned.Path, _engine.ReadAddressesAsync), new ProcessNamespaces(proc), node ?? NetworkNamespace.Own, _clock);

    private static ProbeSource Pod(string address) => new() { Id = Uid, Vantage = VantageKind.Pod, Namespace = "voice", Name = "tenant-0", Addresses = [address] };
}
