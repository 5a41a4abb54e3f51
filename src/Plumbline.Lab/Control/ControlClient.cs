using System.Net.Sockets;
using System.Text.Json;

namespace Plumbline.Lab.Control;

internal static class ControlClient
{
    /// <returns>Null when no lab listens there.</returns>
    public static async Task<ControlReply?> AskAsync(string socketPath, ControlRequest request, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellation);
        }
        catch (SocketException)
        {
            return null;
        }

        await using var stream = new NetworkStream(socket);
        await using var writer = new StreamWriter(stream) { AutoFlush = true };
        using var reader = new StreamReader(stream);
        await writer.WriteLineAsync(JsonSerializer.Serialize(request, ControlJson.Default.ControlRequest).AsMemory(), cancellation);
        return await reader.ReadLineAsync(cancellation) is { } line ? JsonSerializer.Deserialize(line, ControlJson.Default.ControlReply) : null;
    }
}
