using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Plumbline.Probing.Names;
using Plumbline.Probing.Namespaces;

namespace Plumbline.Probing.Tests.Fixtures;

/// <summary>A nameserver inside a namespace whose answers a test writes; counts what it is asked.</summary>
internal sealed class DnsServer : IDisposable
{
    private readonly Socket _datagrams;
    private readonly TcpServer _stream;
    private readonly Func<string, ushort, byte[], byte[]?> _answer;
    private readonly IPAddress _address;
    private readonly List<string> _asked = [];

    public DnsServer(NetworkNamespace where, Func<string, ushort, byte[], byte[]?> answer, Func<string, ushort, byte[], byte[]?>? overStream = null, IPAddress? address = null)
    {
        _answer = answer;
        _address = address ?? IPAddress.Any;
        _datagrams = TestNetwork.Bind(where, _address, 53, SocketType.Dgram);
        _stream = TcpServer.Start(where, 53, async connection =>
        {
            var buffer = new byte[600];
            var got = await connection.ReceiveAsync(buffer);
            var query = buffer[2..got];
            var reply = (overStream ?? answer)(NameOf(query), TypeOf(query), query)!;
            var length = new byte[2];
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)reply.Length);

            // In pieces, as TCP may.
            await connection.SendAsync(length.AsMemory(0, 1));
            await connection.SendAsync(length.AsMemory(1, 1));
            await connection.SendAsync(reply);
        }, _address);
        _ = ServeAsync();
    }

    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (_asked)
                return [.. _asked];
        }
    }

    public static string NameOf(byte[] query) => DnsMessage.ReadName(query, 12, out _)!;

    public static ushort TypeOf(byte[] query) => BinaryPrimitives.ReadUInt16BigEndian(query.AsSpan(query.Length - 4));

    /// <summary>Each record: owner, type, data.</summary>
    public static byte[] Reply(byte[] query, int code = 0, bool truncated = false, params (string Owner, ushort Type, byte[] Data)[] records)
    {
        var reply = new List<byte>(query);
        reply[2] = (byte)(0x81 | (truncated ? 2 : 0));
        reply[3] = (byte)(0x80 | code);
        reply[7] = (byte)records.Length;
        foreach (var (owner, type, data) in records)
        {
            reply.AddRange(owner.Length == 0 ? [0xC0, 12] : Name(owner));
            reply.AddRange([(byte)(type >> 8), (byte)type, 0, 1, 0, 0, 0, 5, (byte)(data.Length >> 8), (byte)data.Length]);
            reply.AddRange(data);
        }

        return [.. reply];
    }

    public static byte[] Name(string name) =>
        [.. name.Split('.').SelectMany(label => Encoding.ASCII.GetBytes(label).Prepend((byte)label.Length)), 0];

    public static (string Owner, ushort Type, byte[] Data) A(string owner, string address) => (owner, DnsMessage.TypeA, IPAddress.Parse(address).GetAddressBytes());

    public static (string Owner, ushort Type, byte[] Data) Aaaa(string owner, string address) => (owner, DnsMessage.TypeAaaa, IPAddress.Parse(address).GetAddressBytes());

    public static (string Owner, ushort Type, byte[] Data) Alias(string owner, string target) => (owner, 5, Name(target));

    public void Dispose()
    {
        _datagrams.Dispose();
        _stream.Dispose();
    }

    private async Task ServeAsync()
    {
        var buffer = new byte[600];
        try
        {
            while (true)
            {
                var received = await _datagrams.ReceiveFromAsync(buffer, new IPEndPoint(_address, 0));
                var query = buffer[..received.ReceivedBytes];
                lock (_asked)
                    _asked.Add($"{NameOf(query)} {TypeOf(query)}");
                if (_answer(NameOf(query), TypeOf(query), query) is { } reply)
                    await _datagrams.SendToAsync(reply, received.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
