using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Plumbline.Core.Probes;
using Plumbline.Probing.Engine;
using Plumbline.Probing.Namespaces;
using Plumbline.Probing.Native;
using Plumbline.Probing.Protocols;

namespace Plumbline.Probing.Names;

/// <param name="A">Null: no answer in time.</param>
/// <param name="SocketError">Error number with which asking or receiving failed: refused when nothing listens there.</param>
/// <param name="SocketFailure">No question could be asked: the source is gone, or the agent could not.</param>
internal readonly record struct DnsAnswers(DnsReply? A, DnsReply? Aaaa, int SocketError = 0, ProbeOutcome? SocketFailure = null, string? SocketDetail = null)
{
    /// <summary>An answer did not fit a datagram, and did not come over TCP either.</summary>
    public bool CutShort { get; init; }
}

/// <summary>Asks one nameserver for the A and AAAA records of one name: both questions over one socket, TCP when an answer is truncated.</summary>
internal sealed class DnsExchange(int port)
{
    /// <summary>Datagrams that are no answer of ours; after so many, somebody is flooding the socket.</summary>
    private const int MaxForeign = 64;

    private const int MaxDatagram = 4096;

    /// <summary>How much longer the other family is waited for once one has answered with addresses.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(300);

    public async ValueTask<DnsAnswers> AskAsync(ProbeContext context, IPAddress server, string name, long deadline)
    {
        var questions = new[] { Question(name, DnsMessage.TypeA), Question(name, DnsMessage.TypeAaaa) };
        if (questions[0].Length == 0)
            return new DnsAnswers(DnsReply.Of(DnsReplyKind.NoSuchName, 3), null);

        var answers = await OverDatagramsAsync(context, server, questions, deadline);
        if (answers.A?.Kind == DnsReplyKind.Truncated)
        {
            answers = answers with { A = await OverStreamAsync(context, server, questions[0], deadline) };
            answers = answers with { CutShort = answers.A is null };
        }

        if (answers.Aaaa?.Kind == DnsReplyKind.Truncated)
        {
            answers = answers with { Aaaa = await OverStreamAsync(context, server, questions[1], deadline) };
            answers = answers with { CutShort = answers.CutShort || answers.Aaaa is null };
        }

        return answers;
    }

    private async ValueTask<DnsAnswers> OverDatagramsAsync(ProbeContext context, IPAddress server, byte[][] questions, long deadline)
    {
        var opened = context.Loop.Door.Open(context.Origin.Namespace, Domain(server), Libc.Datagram, 0);
        if (opened.Failure == DoorFailure.FamilyMissing)
            return new DnsAnswers(null, null, Errno.FamilyNotSupported);
        if (opened.Failure != DoorFailure.None)
        {
            var outcome = opened.Failure == DoorFailure.NamespaceGone ? ProbeOutcome.SourceGone : ProbeOutcome.NotRun;
            return new DnsAnswers(null, null, SocketFailure: outcome, SocketDetail: opened.Detail);
        }

        var socket = context.Loop.Adopt(opened.Descriptor);
        var buffer = ArrayPool<byte>.Shared.Rent(MaxDatagram);
        try
        {
            // Connected: the kernel drops what comes from any other address, and reports ICMP errors.
            var failure = RawIo.Connect(socket.Descriptor, server, port);
            foreach (var question in questions)
            {
                // The second send may report what the first one met.
                if (failure == 0 && RawIo.Send(socket.Descriptor, question, out var error) < 0)
                    failure = error;
            }

            if (failure != 0)
                return new DnsAnswers(null, null, failure);
            return await CollectAsync(context, socket, questions, buffer, deadline);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            context.Loop.Close(socket);
        }
    }

    private static async ValueTask<DnsAnswers> CollectAsync(ProbeContext context, LoopSocket socket, byte[][] questions, byte[] buffer, long deadline)
    {
        var answers = default(DnsAnswers);
        for (var foreign = 0; foreign < MaxForeign;)
        {
            var received = await socket.ReceiveAsync(context, buffer.AsMemory(0, MaxDatagram), deadline);
            if (received.TimedOut)
                return answers;
            if (received.Count < 0)
                return answers with { SocketError = received.Error };

            var message = buffer.AsSpan(0, received.Count);
            var a = answers.A is null ? DnsMessage.Read(message, questions[0]) : DnsReply.Of(DnsReplyKind.Foreign);
            var aaaa = answers.Aaaa is null && a.Kind == DnsReplyKind.Foreign ? DnsMessage.Read(message, questions[1]) : DnsReply.Of(DnsReplyKind.Foreign);
            if (a.Kind != DnsReplyKind.Foreign)
                answers = answers with { A = a };
            else if (aaaa.Kind != DnsReplyKind.Foreign)
                answers = answers with { Aaaa = aaaa };
            else
                foreign++;

            // No such name is true of every type.
            if ((answers.A is not null && answers.Aaaa is not null) || answers.A?.Kind == DnsReplyKind.NoSuchName || answers.Aaaa?.Kind == DnsReplyKind.NoSuchName)
                return answers;
            if (answers.A?.Kind == DnsReplyKind.Addresses || answers.Aaaa?.Kind == DnsReplyKind.Addresses)
                deadline = Math.Min(deadline, context.Loop.After(Grace));
        }

        return answers;
    }

    /// <summary>Null: no answer.</summary>
    private async ValueTask<DnsReply?> OverStreamAsync(ProbeContext context, IPAddress server, byte[] question, long deadline)
    {
        var handshake = await TcpConnector.ConnectAsync(context, server, port, deadline);
        if (handshake.Socket is not { } socket)
            return null;

        var buffer = ArrayPool<byte>.Shared.Rent(2 + ushort.MaxValue);
        try
        {
            var framed = new byte[2 + question.Length];
            BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)question.Length);
            question.CopyTo(framed, 2);
            if (await socket.SendAllAsync(context, framed, deadline) < 0)
                return null;

            for (var got = 0; got < 2 || got < 2 + BinaryPrimitives.ReadUInt16BigEndian(buffer);)
            {
                var received = await socket.ReceiveAsync(context, buffer.AsMemory(got, 2 + ushort.MaxValue - got), deadline);
                if (received.TimedOut || received.Count <= 0)
                    return null;
                got += received.Count;
            }

            var reply = DnsMessage.Read(buffer.AsSpan(2, BinaryPrimitives.ReadUInt16BigEndian(buffer)), question);
            return reply.Kind is DnsReplyKind.Foreign or DnsReplyKind.Truncated ? null : reply;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            context.Loop.Close(socket);
        }
    }

    private static byte[] Question(string name, ushort type)
    {
        Span<byte> query = stackalloc byte[DnsMessage.MaxQuery];
        var id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
        return DnsMessage.WriteQuery(query, id, name, type) is { } length ? query[..length].ToArray() : [];
    }

    private static int Domain(IPAddress server) =>
        server.AddressFamily == AddressFamily.InterNetworkV6 ? Libc.AddressFamilyInet6 : Libc.AddressFamilyInet;
}
