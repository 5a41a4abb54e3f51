using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Plumbline.Lab.Listeners.Dns;

namespace Plumbline.Lab.Tests.Network;

public sealed class DnsMessageTests
{
    private static readonly DnsZone Zone = DnsZone.Create(
        [
            new DnsService("voice", "tenant", IPAddress.Parse("10.96.1.1")),
            new DnsService("infra", "kafka", null, [new(IPAddress.Parse("10.244.1.2"), "kafka-0"), new(IPAddress.Parse("10.244.2.2"), "kafka-1")]),
            new DnsService("infra", "empty", null, []),
        ],
        [new DnsHost("imap.example.com.", [IPAddress.Parse("198.51.100.7"), IPAddress.Parse("2001:db8::7")])],
        [new DnsFault("broken.example.com", DnsFailure.ServerFailure), new DnsFault("shut.example.com", DnsFailure.Refused), new DnsFault("mute.example.com", DnsFailure.NoAnswer)]);

    [TestCase("tenant.voice.svc.cluster.local", 1, 0, "10.96.1.1")]
    [TestCase("TENANT.Voice.svc.CLUSTER.local", 1, 0, "10.96.1.1")]
    [TestCase("tenant.voice.svc.cluster.local", 28, 0, "")]
    [TestCase("tenant.voice.svc.cluster.local", 33, 0, "")]
    [TestCase("kafka.infra.svc.cluster.local", 1, 0, "10.244.1.2 10.244.2.2")]
    [TestCase("kafka-1.kafka.infra.svc.cluster.local", 1, 0, "10.244.2.2")]
    [TestCase("empty.infra.svc.cluster.local", 1, 0, "")]
    [TestCase("voice.svc.cluster.local", 1, 0, "")]
    [TestCase("tenant.infra.svc.cluster.local", 1, 3, "")]
    [TestCase("imap.example.com", 1, 0, "198.51.100.7")]
    [TestCase("imap.example.com", 28, 0, "2001:db8::7")]
    [TestCase("imap.example.com.voice.svc.cluster.local", 1, 3, "")]
    [TestCase("broken.example.com", 1, 2, "")]
    [TestCase("shut.example.com", 1, 5, "")]
    public void Answer_ToName_HasCodeAndAddresses(string name, int type, int rcode, string addresses)
    {
        var reply = DnsMessage.Answer(DnsQuestions.Query(name, (ushort)type), Zone, udp: true)!;
        Assert.That(DnsQuestions.Rcode(reply), Is.EqualTo(rcode));
        Assert.That(string.Join(' ', DnsQuestions.Addresses(reply)), Is.EqualTo(addresses));
        Assert.That(reply[..2], Is.EqualTo(new byte[] { 0x12, 0x34 }));
        Assert.That(reply[2] & 0x80, Is.Not.Zero, "a response");
        var negative = addresses.Length == 0 && rcode is 0 or 3 && name.EndsWith("cluster.local", StringComparison.OrdinalIgnoreCase);
        Assert.That(DnsQuestions.Count(reply, 2), Is.EqualTo(negative ? 1 : 0), "start of authority");
    }

    [Test]
    public void Answer_ToExternalName_IsAnAliasAndTheAddressesOfItsTarget()
    {
        var zone = DnsZone.Create(
            [new DnsService("shop", "alias", null) { ExternalName = "imap.example.com" }, new DnsService("shop", "lost", null) { ExternalName = "nowhere.example.com" }],
            [new DnsHost("imap.example.com", [IPAddress.Parse("198.51.100.7")])]);
        var found = zone.Answer("alias.shop.svc.cluster.local", System.Net.Sockets.AddressFamily.InterNetwork)!;
        Assert.That(found.Aliases, Is.EqualTo(new[] { "imap.example.com" }));
        Assert.That(found.Addresses, Is.EqualTo(new[] { IPAddress.Parse("198.51.100.7") }));
        Assert.That(zone.Answer("lost.shop.svc.cluster.local", System.Net.Sockets.AddressFamily.InterNetwork)!.Addresses, Is.Empty);

        var reply = DnsMessage.Answer(DnsQuestions.Query("alias.shop.svc.cluster.local"), zone, udp: true)!;
        Assert.That((DnsQuestions.Rcode(reply), DnsQuestions.Count(reply, 1)), Is.EqualTo((0, 2)));
        Assert.That(reply.AsSpan().IndexOf((byte[])[0, 5, 0, 1]), Is.Positive, "a CNAME record");
        Assert.That(reply[^4..], Is.EqualTo(new byte[] { 198, 51, 100, 7 }));
    }

    [TestCase("a.corp.example.com", "198.51.100.20")]
    [TestCase("imap.example.com.corp.example.com", "198.51.100.20")]
    [TestCase("imap.example.com", null)]
    [TestCase("there.corp.example.com", "198.51.100.8")]
    [TestCase("corp.example.com", "")]
    [TestCase("b.example.com", null)]
    public void Zone_WithOverrides_AnswersByThemAndWildcardsOnlyForNamesThatThereAreNot(string name, string? addresses)
    {
        var zone = DnsZone.Create(
            [], [new DnsHost("imap.example.com", [IPAddress.Parse("198.51.100.7")]), new DnsHost("there.corp.example.com", [IPAddress.Parse("198.51.100.8")])],
            overrides: [new DnsOverride("*.corp.example.com", IPAddress.Parse("198.51.100.20")), new DnsOverride("imap.example.com", null)]);
        var found = zone.Find(name, System.Net.Sockets.AddressFamily.InterNetwork);
        Assert.That(found is null ? null : string.Join(' ', found), Is.EqualTo(addresses));
    }

    [Test]
    public void Answer_ToMuteName_IsNone() => Assert.That(DnsMessage.Answer(DnsQuestions.Query("mute.example.com"), Zone, udp: true), Is.Null);

    [Test]
    public void Answer_ToReply_IsNone()
    {
        var query = DnsQuestions.Query("imap.example.com");
        query[2] |= 0x80;
        Assert.That(DnsMessage.Answer(query, Zone, udp: true), Is.Null);
    }

    [Test]
    public void Answer_WithEdns_UsesTheLargerLimitAndSaysSo()
    {
        var many = DnsZone.Create([], [new DnsHost("x.example.com", [.. Enumerable.Range(0, 60).Select(i => new IPAddress([10, 0, 0, (byte)i]))])]);
        var plain = DnsMessage.Answer(DnsQuestions.Query("x.example.com"), many, udp: true)!;
        var extended = DnsMessage.Answer(DnsQuestions.Query("x.example.com", edns: 4096), many, udp: true)!;
        Assert.That(plain[2] & 2, Is.EqualTo(2));
        Assert.That(DnsQuestions.Addresses(plain), Has.Count.LessThan(60));
        Assert.That(extended[2] & 2, Is.Zero);
        Assert.That(DnsQuestions.Addresses(extended), Has.Count.EqualTo(60));
        Assert.That(DnsQuestions.Count(extended, 3), Is.EqualTo(1));
    }

    [Test]
    public void Answer_ToAnyBytes_NeverThrowsAndKeepsToTheLimit() => Prop
        .ForAll<byte[]>(bytes => (DnsMessage.Answer(bytes, Zone, udp: true)?.Length ?? 0) <= 512)
        .QuickCheckThrowOnFailure();

    [Test]
    public void Answer_ToDamagedQuery_NeverThrows() => Prop
        .ForAll<byte, byte, byte>((at, value, cut) =>
        {
            var query = DnsQuestions.Query("tenant.voice.svc.cluster.local", edns: 1232);
            query[at % query.Length] = value;
            return (DnsMessage.Answer(query.AsSpan(0, query.Length - (cut % query.Length)), Zone, udp: true)?.Length ?? 0) <= 1232;
        })
        .QuickCheckThrowOnFailure();
}
