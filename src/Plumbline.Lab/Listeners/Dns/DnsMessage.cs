using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Plumbline.Lab.Listeners.Dns;

/// <summary>Answers one DNS query from a zone (RFC 1035, EDNS by RFC 6891).</summary>
internal static class DnsMessage
{
    private const int HeaderLength = 12;
    private const ushort TypeA = 1;
    private const ushort TypeCname = 5;
    private const ushort TypeSoa = 6;
    private const ushort TypeAaaa = 28;
    private const ushort TypeOpt = 41;
    private const ushort ClassIn = 1;
    private const uint TimeToLive = 5; // as CoreDNS gives for cluster names
    private const int ClassicUdpLimit = 512;
    private const int OurUdpLimit = 1232;

    private enum Rcode
    {
        NoError = 0,
        FormatError = 1,
        ServerFailure = 2,
        NoSuchName = 3,
        NotImplemented = 4,
        Refused = 5,
    }

    private sealed record Record(byte[] Owner, ushort Type, byte[] Data);

    private sealed record Question(string Name, ushort Type, ushort Class, int End, int? EdnsLimit);

    /// <returns>Null where there is nothing to say: no query, or a name that is not to be answered.</returns>
    public static byte[]? Answer(ReadOnlySpan<byte> query, DnsZone zone, bool udp)
    {
        if (query.Length < HeaderLength || (query[2] & 0x80) != 0)
        {
            return null;
        }

        if (((query[2] >> 3) & 0xF) != 0)
        {
            return Write(query, null, Rcode.NotImplemented, [], zone, udp);
        }

        if (Parse(query) is not { } question)
        {
            return Write(query, null, Rcode.FormatError, [], zone, udp);
        }

        switch (zone.FailureOf(question.Name))
        {
            case DnsFailure.NoAnswer: return null;
            case DnsFailure.ServerFailure: return Write(query, question, Rcode.ServerFailure, [], zone, udp);
            case DnsFailure.Refused: return Write(query, question, Rcode.Refused, [], zone, udp);
            case null: break;
        }

        if (question.Class != ClassIn)
        {
            return Write(query, question, Rcode.Refused, [], zone, udp);
        }

        return zone.Answer(question.Name, question.Type == TypeAaaa ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork) is { } found
            ? Write(query, question, Rcode.NoError, Records(found, question.Type), zone, udp)
            : Write(query, question, Rcode.NoSuchName, [], zone, udp);
    }

    /// <summary>Aliases first, each owned by the one before, then the addresses of the last one.</summary>
    private static List<Record> Records(DnsAnswer answer, ushort type)
    {
        var records = new List<Record>();
        byte[] owner = [0xC0, HeaderLength];
        foreach (var alias in answer.Aliases)
        {
            var target = Encode(alias);
            records.Add(new Record(owner, TypeCname, target));
            owner = target;
        }

        if (type is TypeA or TypeAaaa)
        {
            records.AddRange(answer.Addresses.Select(a => new Record(owner, type, a.GetAddressBytes())));
        }

        return records;
    }

    private static Question? Parse(ReadOnlySpan<byte> query)
    {
        if (BinaryPrimitives.ReadUInt16BigEndian(query[4..]) != 1 || ReadName(query, HeaderLength) is not { } read || read.End + 4 > query.Length)
        {
            return null;
        }

        var end = read.End + 4;
        return new Question(
            read.Name,
            BinaryPrimitives.ReadUInt16BigEndian(query[read.End..]),
            BinaryPrimitives.ReadUInt16BigEndian(query[(read.End + 2)..]),
            end,
            EdnsLimit(query, end));
    }

    /// <returns>Null for a name that is malformed, too long, or compressed – which a question, being first, never needs to be.</returns>
    private static (string Name, int End)? ReadName(ReadOnlySpan<byte> message, int at)
    {
        var name = new StringBuilder();
        while (at < message.Length)
        {
            int length = message[at++];
            if (length == 0)
            {
                return (name.ToString(), at);
            }

            if (length > 63 || at + length > message.Length || name.Length + length > 254)
            {
                return null;
            }

            name.Append(name.Length > 0 ? "." : "").Append(Encoding.ASCII.GetString(message.Slice(at, length)));
            at += length;
        }

        return null;
    }

    /// <summary>The OPT record, if the query has one right behind its question, as all resolvers send it.</summary>
    private static int? EdnsLimit(ReadOnlySpan<byte> query, int at)
    {
        var onlyAdditional = BinaryPrimitives.ReadUInt16BigEndian(query[6..]) == 0 && BinaryPrimitives.ReadUInt16BigEndian(query[8..]) == 0;
        return onlyAdditional && BinaryPrimitives.ReadUInt16BigEndian(query[10..]) > 0 && query.Length >= at + 11
            && query[at] == 0 && BinaryPrimitives.ReadUInt16BigEndian(query[(at + 1)..]) == TypeOpt
            ? Math.Clamp((int)BinaryPrimitives.ReadUInt16BigEndian(query[(at + 3)..]), ClassicUdpLimit, OurUdpLimit)
            : null;
    }

    private static byte[] Write(ReadOnlySpan<byte> query, Question? question, Rcode code, IReadOnlyList<Record> answers, DnsZone zone, bool udp)
    {
        var reply = new List<byte>(ClassicUdpLimit);
        reply.AddRange(query[..HeaderLength]);
        if (question is not null)
        {
            reply.AddRange(query[HeaderLength..question.End]);
        }

        var limit = udp ? (question?.EdnsLimit ?? ClassicUdpLimit) : ushort.MaxValue;
        var reserved = question?.EdnsLimit is null ? 0 : 11;
        var written = 0;
        foreach (var record in answers)
        {
            if (reply.Count + record.Owner.Length + 10 + record.Data.Length + reserved > limit)
            {
                break;
            }

            Append(reply, record.Owner, record.Type, ClassIn, TimeToLive, record.Data);
            written++;
        }

        var negative = question is not null && answers.Count == 0 && code is Rcode.NoError or Rcode.NoSuchName && InDomain(question!.Name, zone.Domain);
        if (negative)
        {
            AppendStartOfAuthority(reply, zone.Domain);
        }

        if (question?.EdnsLimit is not null)
        {
            Append(reply, [0], TypeOpt, OurUdpLimit, 0, []);
        }

        // Response, authoritative; opcode and "recursion desired" are the query's; recursion is available, as with CoreDNS.
        var truncated = written < answers.Count;
        reply[2] = (byte)(0x84 | (query[2] & 0x79) | (truncated ? 0x02 : 0));
        reply[3] = (byte)(0x80 | (int)code);
        WriteCounts(reply, question is null ? 0 : 1, written, negative ? 1 : 0, question?.EdnsLimit is null ? 0 : 1);
        return [.. reply];
    }

    private static bool InDomain(string name, string domain) =>
        name.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase) || name.Equals(domain, StringComparison.OrdinalIgnoreCase);

    private static void WriteCounts(List<byte> reply, params ReadOnlySpan<int> counts)
    {
        for (var i = 0; i < counts.Length; i++)
        {
            reply[4 + (2 * i)] = (byte)(counts[i] >> 8);
            reply[5 + (2 * i)] = (byte)counts[i];
        }
    }

    private static void Append(List<byte> reply, ReadOnlySpan<byte> name, ushort type, ushort @class, uint timeToLive, ReadOnlySpan<byte> data)
    {
        Span<byte> head = stackalloc byte[10];
        BinaryPrimitives.WriteUInt16BigEndian(head, type);
        BinaryPrimitives.WriteUInt16BigEndian(head[2..], @class);
        BinaryPrimitives.WriteUInt32BigEndian(head[4..], timeToLive);
        BinaryPrimitives.WriteUInt16BigEndian(head[8..], (ushort)data.Length);
        reply.AddRange(name);
        reply.AddRange(head);
        reply.AddRange(data);
    }

    /// <summary>Says how long "there is none" holds.</summary>
    private static void AppendStartOfAuthority(List<byte> reply, string domain)
    {
        var data = new List<byte>();
        data.AddRange(Encode($"ns.dns.{domain}"));
        data.AddRange(Encode($"hostmaster.{domain}"));
        foreach (var number in (ReadOnlySpan<uint>)[1, 7200, 1800, 86400, TimeToLive])
        {
            var bytes = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
            data.AddRange(bytes);
        }

        Append(reply, Encode(domain), TypeSoa, ClassIn, TimeToLive, data.ToArray());
    }

    private static byte[] Encode(string name) =>
        [.. name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];
}
