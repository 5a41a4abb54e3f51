using FsCheck;
using FsCheck.Fluent;
using Plumbline.Probing.Names;
using Plumbline.Probing.Tests.Fixtures;

namespace Plumbline.Probing.Tests;

internal sealed class DnsMessageTests
{
    private static readonly byte[] Query = MakeQuery("a.example");

    [Test]
    public void Read_AnyBytes_EndsWithoutThrowing() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            _ = DnsMessage.Read(bytes, Query);
            return DnsMessage.ReadName(bytes, 0, out _) is null or { Length: <= 255 };
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Read_AnswerWithAnyByteChanged_EndsWithoutThrowing() =>
        Prop.ForAll<ushort, byte>((position, value) =>
        {
            var reply = DnsServer.Reply(Query, records: [DnsServer.Alias("a.example", "b.example"), DnsServer.A("b.example", "10.0.0.1")]);
            reply[position % reply.Length] = value;
            return DnsMessage.Read(reply, Query).Addresses.Count <= 2;
        }).QuickCheckThrowOnFailure();

    [Test]
    public void ReadName_JumpToItself_Malformed() => Assert.That(DnsMessage.ReadName([0xC0, 0x00], 0, out _), Is.Null);

    [Test]
    public void ReadName_TwoJumpsInACircle_Malformed() => Assert.That(DnsMessage.ReadName([1, (byte)'a', 0xC0, 4, 0xC0, 0], 0, out _), Is.Null);

    [Test]
    public void Read_AnswerToAnotherName_Foreign() =>
        Assert.That(DnsMessage.Read(DnsServer.Reply(MakeQuery("b.example"), records: DnsServer.A("", "10.0.0.1")), Query).Kind, Is.EqualTo(DnsReplyKind.Foreign));

    [Test]
    public void Read_AddressOfAnUnrelatedOwner_IsNotTaken() =>
        Assert.That(DnsMessage.Read(DnsServer.Reply(Query, records: DnsServer.A("evil.example", "10.0.0.1")), Query).Kind, Is.EqualTo(DnsReplyKind.NoData));

    [Test]
    public void Read_NameInAnotherCase_IsTheSame()
    {
        var reply = DnsServer.Reply(Query, records: DnsServer.A("A.EXAMPLE", "10.0.0.1"));

        Assert.That(DnsMessage.Read(reply, Query).Addresses.Single().ToString(), Is.EqualTo("10.0.0.1"));
    }

    private static byte[] MakeQuery(string name)
    {
        var buffer = new byte[DnsMessage.MaxQuery];
        return buffer[..DnsMessage.WriteQuery(buffer, 4711, name, DnsMessage.TypeA)!.Value];
    }
}
