using System.Net;
using System.Net.Sockets;
using FsCheck;
using FsCheck.Fluent;
using Plumbline.Lab.Network;
using Plumbline.Lab.Network.Rules;

namespace Plumbline.Lab.Tests.Network;

public sealed class AddressTests
{
    [TestCase("10.0.0.0/8", "", "10.0.0.0-10.255.255.255")]
    [TestCase("0.0.0.0/0", "10.0.0.0/8 192.168.0.0/16", "0.0.0.0-9.255.255.255, 11.0.0.0-192.167.255.255, 192.169.0.0-255.255.255.255")]
    [TestCase("0.0.0.0/0", "0.0.0.0/0", "")]
    [TestCase("10.0.0.0/30 10.0.0.4/32 10.0.0.9/32", "", "10.0.0.0-10.0.0.4, 10.0.0.9")]
    [TestCase("fd00::/126 10.0.0.1/32", "", "10.0.0.1")]
    public void Ranges_OfPeers_AreDisjointAndSorted(string networks, string excepts, string expected)
    {
        var peers = networks.Split(' ').Select(n => new PolicyPeer(IPNetwork.Parse(n), [.. excepts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPNetwork.Parse)]));
        Assert.That(AddressRanges.Of(AddressFamily.InterNetwork, peers).ToString(), Is.EqualTo(expected));
    }

    [Test]
    public void Ranges_OfWholeIpv6_AreOneRange() => Assert.That(
        AddressRanges.Of(AddressFamily.InterNetworkV6, [new PolicyPeer(IPNetwork.Parse("::/0"))]).ToString(),
        Is.EqualTo("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));

    /// <summary>Against the plain definition, on a small universe: an address is in when some peer has it and that peer does not except it.</summary>
    [Test]
    public void Ranges_OfAnyPeers_HoldWhatTheDefinitionSays() => Prop
        .ForAll<(byte Host, byte Length, byte Except, byte ExceptLength)[]>(blocks =>
        {
            var peers = blocks.Select(b => new PolicyPeer(Small(b.Host, b.Length), [Small(b.Except, b.ExceptLength)])).ToList();
            var ranges = AddressRanges.Of(AddressFamily.InterNetwork, peers).ToString().Split(", ", StringSplitOptions.RemoveEmptyEntries)
                .Select(r => r.Split('-').Select(a => IPAddress.Parse(a).GetAddressBytes()[3]).ToList()).ToList();
            return Enumerable.Range(0, 256).All(i =>
            {
                var address = new IPAddress([10, 0, 0, (byte)i]);
                var expected = peers.Exists(p => p.Network.Contains(address) && !p.Except![0].Contains(address));
                return expected == (ranges.Count(r => r[0] <= i && i <= r[^1]) == 1) && ranges.Count(r => r[0] <= i && i <= r[^1]) <= 1;
            });
        })
        .QuickCheckThrowOnFailure();

    [Test]
    public void Node_WithAllAddressesTaken_SaysThatItIsFull()
    {
        var node = new LabNode("one", 1, NetworkNamespace.At("node-one"), null!);
        var hosts = Enumerable.Range(0, 253).Select(_ => node.TakeHost(null)).ToList();
        Assert.That(hosts, Is.Unique);
        Assert.That(Assert.Throws<InvalidOperationException>(() => node.TakeHost(null))!.Message, Does.Contain("node one is full"));
        node.GiveBack(77);
        Assert.That(node.TakeHost(null), Is.EqualTo(77));
    }

    private static IPNetwork Small(byte host, byte length)
    {
        var prefix = 24 + (length % 9);
        return new IPNetwork(new IPAddress([10, 0, 0, (byte)(host & (0xFF << (32 - prefix)))]), prefix);
    }
}
