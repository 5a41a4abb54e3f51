using System.Text.RegularExpressions;
using Plumbline.Import.Mapping;

namespace Plumbline.Import.Cells;

/// <param name="Text">The cleaned cell; null when empty.</param>
/// <param name="Ambiguous">Several protocols are named, and not which port speaks which.</param>
/// <param name="Known">At least one word of the cell is a protocol.</param>
internal sealed record ProtocolCell(string? Text, Transport Transport, string? Application, bool Ambiguous, bool Known)
{
    public static readonly ProtocolCell Empty = new(null, Transport.NotStated, null, false, false);

    /// <summary><c>http</c> or <c>https</c>, from the cell only.</summary>
    public string? Scheme => Application is "http" or "https" ? Application : null;
}

/// <summary>Reads a protocol cell: TCP, HTTPS, SIP/TCP, TCP (TLS 1.2), RTP/RTCP …</summary>
internal static partial class ProtocolReader
{
    private const int Longest = 300;

    /// <summary>"HTTP/2", "TLS 1.3", "TLSv1.2": the number is a version.</summary>
    public static bool IsVersion(string text) => text.Length < 40 && OnlyVersion().IsMatch(text);

    public static bool IsProtocol(string text) => text.Length <= Longest && Words(text) is { Count: > 0 } words && words.All(ProtocolWords.IsKnown);

    public static ProtocolCell Read(string text)
    {
        if (text.Length == 0 || PortReader.IsDash(text))
            return ProtocolCell.Empty;
        if (text.Length > Longest)
            return new ProtocolCell(CellText.Short(text), Transport.NotStated, null, Ambiguous: false, Known: false);
        if (PortReader.IsLogical(text))
            return new ProtocolCell(text, Transport.Logical, null, Ambiguous: false, Known: true);

        var words = Words(text).Where(ProtocolWords.IsKnown).Select(w => w.ToLowerInvariant()).Distinct().ToList();
        if (words.Count == 0)
            return new ProtocolCell(text, Transport.NotStated, null, Ambiguous: false, Known: false);

        var transports = words.Where(ProtocolWords.IsTransport).ToList();
        var applications = words.Where(w => !ProtocolWords.IsTransport(w) && w != "ip").Select(Canonical).Distinct().ToList();
        return (transports.Count, applications.Count) switch
        {
            (1, 0) => Of(TransportOf(transports[0]), null),
            (2, 0) => Of(Transport.NotStated, null, ambiguous: true),
            (0, 1) => Of(TransportOf(words.First(w => !ProtocolWords.IsTransport(w) && w != "ip")), applications[0]),
            // 'TCP/HTTP': not every port speaks HTTP, or it would say HTTP
            (1, 1) when applications[0] is "http" or "https" && words[0] == "tcp" => Of(Transport.Tcp, null, ambiguous: true),
            (1, 1) => Of(TransportOf(transports[0]), applications[0]),
            (1, _) => Of(TransportOf(transports[0]), null, ambiguous: true),
            _ => Of(Common(words), null, ambiguous: Common(words) is not Transport.NotStated),
        };

        ProtocolCell Of(Transport transport, string? application, bool ambiguous = false) => new(text, transport, application, ambiguous, Known: true);
    }

    private static Transport TransportOf(string word) => ProtocolWords.TryGet(word, out var transport) ? transport : Transport.NotStated;

    private static Transport Common(List<string> words)
    {
        var transports = words.Where(w => w != "ip").Select(TransportOf).Distinct().ToList();
        return transports is [var only] ? only : Transport.NotStated;
    }

    private static string Canonical(string word) => word switch
    {
        "ssl" or "mtls" => "tls",
        "http2" => "http",
        "websocket" or "websockets" => "ws",
        _ => word,
    };

    private static List<string> Words(string text) =>
        [.. Word().Matches(Version().Replace(text, "$1 ")).Select(m => m.Value).Where(w => w is not ("or" or "and" or "over" or "v"))];

    [GeneratedRegex(@"^\W*(?:HTTPS?|TLS|SSL|SNMP|IP|IMAP|POP|SMB|NFS|IKE|SSH|NTP|QUIC|AMQP|MQTT|TDS|gRPC)[\s/]*v?(?:[1-6](?:\.\d)?)\+?(?:\s*(?:or|/|,|and)\s*(?:HTTP/|TLS\s*|v)?[1-6](?:\.\d)?)*\W*$", RegexOptions.IgnoreCase)]
    private static partial Regex OnlyVersion();

    [GeneratedRegex(@"[A-Za-z][A-Za-z0-9]*")]
    private static partial Regex Word();

    // 'HTTP/2', 'TLS 1.2', 'TLSv1.3'
    [GeneratedRegex(@"\b(HTTP|TLS|SSL)[\s/]*v?\d(?:\.\d)?\+?(?![\w.])", RegexOptions.IgnoreCase)]
    private static partial Regex Version();
}
