using System.Globalization;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;

namespace Plumbline.Lab.Listeners.Protocols;

/// <summary>Answers that real servers give and that no server gives always: an HTTP listener gives each to whoever asks for its path.</summary>
internal static class HttpPaths
{
    private const string StatusPath = "/status/";

    private static readonly Dictionary<string, Func<Stream, CancellationToken, Task>> Odd = new()
    {
        ["/early-hints"] = (s, c) => WriteAsync(s, $"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n{Ok}", c),
        ["/continue"] = (s, c) => WriteAsync(s, $"HTTP/1.1 100 Continue\r\n\r\n{Ok}", c),
        ["/big-headers"] = (s, c) => WriteAsync(s, Ok.Replace("\r\n\r\n", $"\r\n{string.Concat(Enumerable.Range(0, 60).Select(i => $"Set-Cookie: c{i}={new string('x', 1000)}\r\n"))}\r\n", StringComparison.Ordinal), c),
        ["/endless"] = EndlessAsync,
        ["/garbled-chunks"] = (s, c) => WriteAsync(s, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnot a chunk", c),
        ["/http10"] = (s, c) => WriteAsync(s, "HTTP/1.0 200 OK\r\n\r\nok\n", c),
        ["/line-feeds"] = (s, c) => WriteAsync(s, "HTTP/1.1 200 OK\nContent-Length: 3\n\nok\n", c),
        ["/no-phrase"] = (s, c) => WriteAsync(s, "HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nok\n", c),
        ["/gzip"] = GzipAsync,
        ["/no-answer"] = (_, _) => Task.CompletedTask,
        ["/reset"] = ResetAsync,
        ["/reset-after-status"] = async (s, c) =>
        {
            await WriteAsync(s, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nok", c);
            await ResetAsync(s, c);
        },
        ["/icy"] = (s, c) => WriteAsync(s, "ICY 200 OK\r\nicy-name: radio\r\n\r\n", c),
        ["/half-a-line"] = (s, c) => WriteAsync(s, "HTTP/1.1 20", c),
        ["/in-drops"] = InDropsAsync,
    };

    private static string Ok => "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n";

    /// <returns>What answers in place of the usual words, and ends the connection; null: nothing odd lives there.</returns>
    public static Func<Stream, CancellationToken, Task>? Find(string path) => Odd.GetValueOrDefault(path);

    /// <returns>The status that <c>/status/NNN</c> asks for; <paramref name="otherwise"/> for any other path.</returns>
    public static int Status(string path, int otherwise) =>
        path.StartsWith(StatusPath, StringComparison.Ordinal) && int.TryParse(path[StatusPath.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 200 and <= 999
            ? status
            : otherwise;

    private static Task WriteAsync(Stream stream, string text, CancellationToken cancellation) => stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancellation).AsTask();

    /// <summary>Server-sent events: a head, and a body that never ends.</summary>
    private static async Task EndlessAsync(Stream stream, CancellationToken cancellation)
    {
        await WriteAsync(stream, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", cancellation);
        var some = Encoding.ASCII.GetBytes("data: tick\n\n");
        while (true)
        {
            await stream.WriteAsync(some, cancellation);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellation);
        }
    }

    private static async Task InDropsAsync(Stream stream, CancellationToken cancellation)
    {
        foreach (var letter in Encoding.ASCII.GetBytes(Ok))
        {
            await stream.WriteAsync((byte[])[letter], cancellation);
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, cancellation);
        }
    }

    private static async Task GzipAsync(Stream stream, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        await using (var gzip = new GZipStream(body, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write("ok\n"u8);
        }

        await WriteAsync(stream, string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"), cancellation);
        await stream.WriteAsync(body.ToArray(), cancellation);
    }

    private static Task ResetAsync(Stream stream, CancellationToken cancellation)
    {
        if (stream is NetworkStream network)
        {
            network.Socket.LingerState = new LingerOption(true, 0);
        }

        return Task.CompletedTask;
    }
}
