using System.Globalization;
using System.Text;

namespace Plumbline.Probing.Protocols;

/// <summary>How servers of HTTPS answer a client that speaks HTTP in the clear: with status 400 and a page that says so. No client gets any further there.</summary>
internal static class PlainToTls
{
    /// <summary>The pages are short, and what they say comes early.</summary>
    private const int MaxBody = 2048;

    private static readonly string[] Sayings =
    [
        // nginx (ngx_http_special_response.c)
        "plain HTTP request was sent to HTTPS port",
        // Go (net/http/server.go), and with it Traefik, Caddy and Kubernetes' own servers
        "HTTP request to an HTTPS server",
        // Apache (modules/ssl/ssl_engine_kernel.c)
        "speaking plain HTTP to an SSL-enabled server port",
        // Tomcat (SecureNioChannel)
        "This combination of host and port requires TLS",
    ];

    /// <summary>Enough of the answer came to tell.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> received)
    {
        var end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;
        var body = received.Length - end - 4;
        return body >= MaxBody || LengthOf(received[..end]) is { } length && body >= length || IsTold(received);
    }

    public static bool IsTold(ReadOnlySpan<byte> received)
    {
        var text = Encoding.ASCII.GetString(received);
        return Sayings.Any(s => text.Contains(s, StringComparison.OrdinalIgnoreCase));
    }

    private static long? LengthOf(ReadOnlySpan<byte> head)
    {
        const string name = "\r\ncontent-length:";
        var text = Encoding.ASCII.GetString(head);
        var at = text.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return null;
        var line = text.AsSpan(at + name.Length);
        var end = line.IndexOf('\r');
        return long.TryParse((end < 0 ? line : line[..end]).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : null;
    }
}
