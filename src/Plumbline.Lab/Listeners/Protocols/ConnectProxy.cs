using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Plumbline.Lab.Listeners.Dns;
using Plumbline.Lab.Network;

namespace Plumbline.Lab.Listeners.Protocols;

/// <summary>An HTTP proxy that knows CONNECT (RFC 9110, 9.3.6), and opens its connections from its own pod's network.</summary>
internal sealed class ConnectProxy(NamespaceThread thread, NetworkNamespace place, Func<DnsZone> names)
{
    private const int LongestHead = 4096;

    public async Task ServeAsync(NetworkStream client, CancellationToken cancellation)
    {
        var (head, early) = await ReadHeadAsync(client, cancellation);
        if (head.Split(' ') is not ["CONNECT", var authority, ..])
        {
            await Greetings.WriteAsync(client, "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", cancellation);
            return;
        }

        if (Resolve(authority) is not { } target)
        {
            await Greetings.WriteAsync(client, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", cancellation);
            return;
        }

        using var socket = await NamespaceSocket.CreateAsync(thread, place);
        try
        {
            await socket.ConnectAsync(target, cancellation);
        }
        catch (SocketException)
        {
            await Greetings.WriteAsync(client, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", cancellation);
            return;
        }

        await Greetings.WriteAsync(client, "HTTP/1.1 200 Connection established\r\n\r\n", cancellation);
        await using var server = new NetworkStream(socket);
        await server.WriteAsync(early, cancellation);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(client.CopyToAsync(server, either.Token), server.CopyToAsync(client, either.Token));
        await either.CancelAsync();
    }

    private IPEndPoint? Resolve(string authority)
    {
        var colon = authority.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(authority[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
        {
            return null;
        }

        var host = authority[..colon];
        var address = IPAddress.TryParse(host, out var literal) ? literal : names().Find(host.TrimEnd('.'), AddressFamily.InterNetwork) is { Count: > 0 } found ? found[0] : null;
        return address is null ? null : new IPEndPoint(address, port);
    }

    private static async Task<(string Head, byte[] Early)> ReadHeadAsync(Stream client, CancellationToken cancellation)
    {
        var buffer = new byte[LongestHead];
        for (var filled = 0; filled < buffer.Length;)
        {
            var read = await client.ReadAsync(buffer.AsMemory(filled), cancellation);
            if (read == 0)
            {
                break;
            }

            filled += read;
            if (buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8) is >= 0 and var end)
            {
                return (Encoding.ASCII.GetString(buffer, 0, end), buffer[(end + 4)..filled]);
            }
        }

        return ("", []);
    }
}
