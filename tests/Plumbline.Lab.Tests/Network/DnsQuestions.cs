using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Plumbline.Lab.Tests.Network;

/// <summary>Writes queries and reads answers, independently of the code under test.</summary>
internal static class DnsQuestions
{
    public static byte[] Query(string name, ushort type = 1, int? edns = null) =>
    [
        0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, (byte)(edns is null ? 0 : 1),
        .. name.Split('.').SelectMany(l => (byte[])[(byte)l.Length, .. Encoding.ASCII.GetBytes(l)]), 0,
        (byte)(type >> 8), (byte)type, 0, 1,
        .. edns is { } limit ? (byte[])[0, 0, 41, (byte)(limit >> 8), (byte)limit, 0, 0, 0, 0, 0, 0] : [],
    ];

    public static int Rcode(byte[] reply) => reply[3] & 0xF;

    public static int Count(byte[] reply, int section) => BinaryPrimitives.ReadUInt16BigEndian(reply.AsSpan(4 + (2 * section)));

    /// <summary>Of the answer section, whose records all point back to the question's name.</summary>
    public static IReadOnlyList<IPAddress> Addresses(byte[] reply)
    {
        var at = 12;
        while (reply[at] != 0)
        {
            at += reply[at] + 1;
        }

        at += 5;
        var found = new List<IPAddress>();
        for (var i = 0; i < Count(reply, 1); i++)
        {
            Assert.That(reply[at..(at + 2)], Is.EqualTo(new byte[] { 0xC0, 12 }));
            var length = BinaryPrimitives.ReadUInt16BigEndian(reply.AsSpan(at + 10));
            found.Add(new IPAddress(reply.AsSpan(at + 12, length)));
            at += 12 + length;
        }

        return found;
    }
}
