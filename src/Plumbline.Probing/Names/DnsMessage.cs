using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Plumbline.Probing.Names;

internal enum DnsReplyKind
{
    /// <summary>Not an answer to this question: spoofed, stale or malformed. Ignored.</summary>
    Foreign,

    Addresses,

    /// <summary>The name exists without such a record.</summary>
    NoData,

    /// <summary>NXDOMAIN.</summary>
    NoSuchName,

    /// <summary>SERVFAIL, REFUSED and the other codes by which a server says that it cannot tell.</summary>
    ServerFailed,

    /// <summary>Does not fit a datagram: ask again over TCP.</summary>
    Truncated,

    /// <summary>Only aliases: ask for <see cref="DnsReply.Alias"/>.</summary>
    AliasOnly,
}

internal readonly record struct DnsReply(DnsReplyKind Kind, IReadOnlyList<IPAddress> Addresses, int ResponseCode, string? Alias)
{
    public static DnsReply Of(DnsReplyKind kind, int code = 0, string? alias = null) => new(kind, [], code, alias);
}

/// <summary>RFC 1035 wire format, as much as looking up addresses takes. Bounded against hostile messages: jumps only backwards, names at most 255 bytes.</summary>
internal static class DnsMessage
{
    public const ushort TypeA = 1;
    public const ushort TypeAaaa = 28;
    public const int MaxQuery = 12 + 255 + 4;
    private const ushort TypeNameServer = 2;
    private const ushort TypeCname = 5;
    private const ushort ClassInternet = 1;
    private const int MaxName = 255;
    private const int MaxAliases = 16;
    private const int MaxAddresses = 64;

    /// <summary>Null when the name has no wire form: an empty or too long label, or too long a name.</summary>
    public static int? WriteQuery(Span<byte> target, ushort id, string name, ushort type)
    {
        var length = WriteName(target[12..], name);
        if (length is null)
            return null;

        target[..12].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(target, id);
        target[2] = 1; // recursion desired
        target[5] = 1; // one question
        var end = 12 + length.Value;
        BinaryPrimitives.WriteUInt16BigEndian(target[end..], type);
        BinaryPrimitives.WriteUInt16BigEndian(target[(end + 2)..], ClassInternet);
        return end + 4;
    }

    /// <summary>NS of the root: an empty name, which <see cref="WriteQuery"/> refuses.</summary>
    public static byte[] RootQuestion(ushort id) => [(byte)(id >> 8), (byte)id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, (byte)TypeNameServer, 0, (byte)ClassInternet];

    /// <summary>The response code of an answer to <paramref name="query"/>; null when it is none. A server that refuses may leave the question out.</summary>
    public static int? AnswerCode(ReadOnlySpan<byte> message, ReadOnlySpan<byte> query)
    {
        if (message.Length < 12 || !message[..2].SequenceEqual(query[..2]) || (message[2] & 0xF8) != 0x80)
            return null;
        var questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        var echoed = questions == 1 && message.Length >= query.Length && message[12..query.Length].SequenceEqual(query[12..]);
        return echoed || questions == 0 ? message[3] & 0x0F : null;
    }

    public static string CodeName(int code) => code switch
    {
        0 => "NOERROR",
        1 => "FORMERR",
        2 => "SERVFAIL",
        3 => "NXDOMAIN",
        4 => "NOTIMP",
        5 => "REFUSED",
        _ => $"code {code}",
    };

    public static DnsReply Read(ReadOnlySpan<byte> message, ReadOnlySpan<byte> query)
    {
        // The question must come back as it was asked: the id alone is 16 bits of defence.
        if (message.Length < query.Length || !message[..2].SequenceEqual(query[..2]) || (message[2] & 0xF8) != 0x80 || message[4] != 0 || message[5] != 1)
            return DnsReply.Of(DnsReplyKind.Foreign);
        var asked = ReadName(message, 12, out var position);
        var wanted = ReadName(query, 12, out var end);
        if (asked is null || !string.Equals(asked, wanted, StringComparison.OrdinalIgnoreCase) || position + 4 > message.Length
            || !message.Slice(position, 4).SequenceEqual(query.Slice(end, 4)))
        {
            return DnsReply.Of(DnsReplyKind.Foreign);
        }

        var code = message[3] & 0x0F;
        if ((message[2] & 0x02) != 0)
            return DnsReply.Of(DnsReplyKind.Truncated);
        if (code == 3)
            return DnsReply.Of(DnsReplyKind.NoSuchName, code);
        if (code != 0)
            return DnsReply.Of(DnsReplyKind.ServerFailed, code);

        var type = BinaryPrimitives.ReadUInt16BigEndian(query[end..]);
        var answers = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        return ReadAnswers(message, position + 4, answers, type, asked);
    }

    /// <summary>Lower case, without the final dot; null when malformed.</summary>
    public static string? ReadName(ReadOnlySpan<byte> message, int start, out int next)
    {
        var text = new StringBuilder();
        var position = start;
        var limit = start;
        next = -1;
        while (position < message.Length)
        {
            var length = message[position];
            if (length == 0)
            {
                next = next < 0 ? position + 1 : next;
                return text.ToString();
            }

            if ((length & 0xC0) == 0xC0)
            {
                // Every jump must go before all that was read, so that a loop is impossible.
                if (position + 1 >= message.Length)
                    return null;
                var target = ((length & 0x3F) << 8) | message[position + 1];
                if (target >= limit)
                    return null;
                next = next < 0 ? position + 2 : next;
                position = limit = target;
                continue;
            }

            if (length > 63 || position + 1 + length > message.Length || text.Length + length + 1 > MaxName)
                return null;
            if (text.Length > 0)
                text.Append('.');
            foreach (var b in message.Slice(position + 1, length))
                text.Append(char.ToLowerInvariant((char)b));
            position += 1 + length;
        }

        return null;
    }

    private static int? WriteName(Span<byte> target, string name)
    {
        var length = 0;
        foreach (var range in name.AsSpan().TrimEnd('.').Split('.'))
        {
            var label = name.AsSpan()[range];
            if (label.Length is 0 or > 63 || length + label.Length + 2 > MaxName || !Ascii.IsValid(label))
                return null;
            target[length] = (byte)label.Length;
            Encoding.ASCII.GetBytes(label, target[(length + 1)..]);
            length += 1 + label.Length;
        }

        if (length == 0)
            return null;
        target[length] = 0;
        return length + 1;
    }

    private static DnsReply ReadAnswers(ReadOnlySpan<byte> message, int position, int count, ushort type, string asked)
    {
        var aliases = new Dictionary<string, string>(StringComparer.Ordinal);
        var found = new List<(string Owner, IPAddress Address)>();
        for (var i = 0; i < count; i++)
        {
            var owner = ReadName(message, position, out position);
            if (owner is null || position + 10 > message.Length)
                return DnsReply.Of(DnsReplyKind.Foreign);
            var recordType = BinaryPrimitives.ReadUInt16BigEndian(message[position..]);
            var dataLength = BinaryPrimitives.ReadUInt16BigEndian(message[(position + 8)..]);
            position += 10;
            if (position + dataLength > message.Length)
                return DnsReply.Of(DnsReplyKind.Foreign);

            if (recordType == TypeCname && aliases.Count < MaxAliases && ReadName(message, position, out _) is { } alias)
                aliases[owner] = alias;
            else if (recordType == type && dataLength == (type == TypeA ? 4 : 16) && found.Count < MaxAddresses)
                found.Add((owner, new IPAddress(message.Slice(position, dataLength))));
            position += dataLength;
        }

        var name = asked;
        for (var i = 0; i < MaxAliases && aliases.TryGetValue(name, out var alias); i++)
            name = alias;
        var addresses = found.Where(record => record.Owner == name).Select(record => record.Address).Distinct().ToList();
        if (addresses.Count > 0)
            return new DnsReply(DnsReplyKind.Addresses, addresses, 0, null);
        return name == asked ? DnsReply.Of(DnsReplyKind.NoData) : DnsReply.Of(DnsReplyKind.AliasOnly, alias: name);
    }
}
