using System.Text.RegularExpressions;

namespace Plumbline.Import.Cells;

/// <summary>Reads a port cell. A number is a port only where nothing else explains it; a range is never expanded.</summary>
internal static partial class PortReader
{
    private static readonly System.Buffers.SearchValues<char> PlainPorts = System.Buffers.SearchValues.Create("0123456789 ,/;-–+&");

    private static readonly IReadOnlyDictionary<int, string> NoProtocols = new Dictionary<int, string>();

    /// <summary>No list of ports is longer; what is longer is a text that ended up in the wrong cell.</summary>
    private const int Longest = 1000;

    public static bool IsLogical(string text) => text.Length <= Longest && Logical().IsMatch(text);

    /// <summary>Nothing but numbers, ranges and lists of them, each of which may be a port.</summary>
    public static bool IsPlain(string text)
    {
        if (text.Length is 0 or > 200 || !text.AsSpan().ContainsAnyInRange('0', '9') || text.AsSpan().IndexOfAnyExcept(PlainPorts) >= 0)
            return false;
        foreach (var part in text.Split([' ', ',', '/', ';', '-', '–', '+', '&'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Length > 5 || !int.TryParse(part, System.Globalization.NumberStyles.None, null, out var port) || port is < 1 or > 65535)
                return false;
        }

        return true;
    }

    /// <summary>A dash that stands for "nothing here".</summary>
    public static bool IsDash(string text) => text is "-" or "–" or "—" or "--" or "---";

    public static PortCell Read(string text)
    {
        if (text.Length == 0 || IsDash(text))
            return new PortCell("", [], [], false, false, NoProtocols, []);
        if (IsLogical(text))
            return new PortCell(text, [], [], false, Logical: true, NoProtocols, []);

        if (text.Length > Longest)
            return new PortCell(CellText.Short(text), [], [], false, false, NoProtocols, [new CellNote(DocumentIssueCode.PortUnreadable, DocumentIssueSeverity.Error, $"a cell of {text.Length} characters ('{CellText.Short(text)}') is no list of ports; write the real ports into the completions")]);

        var reading = new Reading(text);
        reading.Run();
        return reading.Result();
    }

    /// <summary>Only what a port cell may hold, from the beginning of a text: used where nothing but blanks separates the columns.</summary>
    public static int LengthAtStart(string text)
    {
        var match = LeadingPorts().Match(text);
        return match.Success ? match.Length : 0;
    }

    private sealed class Reading(string text)
    {
        private readonly List<int> _ports = [];
        private readonly List<PortRange> _ranges = [];
        private readonly List<CellNote> _notes = [];
        private readonly Dictionary<int, string> _protocols = [];
        private readonly List<string> _unreadable = [];
        private bool _slash;
        private bool _list;
        private bool _or;
        private bool _decorated;
        private string _rest = "";

        public void Run()
        {
            if (StartsWithIcmp().IsMatch(text))
            {
                Note(DocumentIssueCode.PortNotStated, DocumentIssueSeverity.Error, $"'{Shown}' is a type of ICMP message, not a port; ICMP cannot be verified by a connection");
                return;
            }

            if (ProtocolReader.IsVersion(text) || ProtocolNumber().IsMatch(text))
            {
                Note(DocumentIssueCode.PortNotStated, DocumentIssueSeverity.Error, $"the number in '{Shown}' is that of a protocol or of its version, not a port; write the port into the completions if there is one");
                return;
            }

            _rest = Mask(ReadThousands(ReadMappings(PortNumbers.WithoutCounts(text))));
            TakeOpenRanges();
            CollectUnreadable();
            TakeRanges();
            TakePorts();
            NoteWords();
            NoteCounts();
        }

        public PortCell Result() => new(text, _ports, _ranges, _ports.Count > 1 && (_or || (_slash && !_list)), Logical: false, _protocols, _notes);

        private string Mask(string value)
        {
            foreach (var pattern in (ReadOnlySpan<Regex>)[Footnotes(), Notes(), Addresses(), Hardware(), Decimals(), Sizes(), RowReferences()])
            {
                if (!pattern.IsMatch(value))
                    continue;
                _decorated = true;
                value = pattern.Replace(value, " ");
            }

            return value;
        }

        private void CollectUnreadable()
        {
            _rest = Between().Replace(_rest, "$1-$2");
            _rest = Annotated().Replace(_rest, "$1 $2 ");
            _rest = Prefixed().Replace(_rest, "$1 $2");
            _rest = Unreadable().Replace(_rest, match =>
            {
                if (ProtocolWords.IsKnown(match.Value))
                    return match.Value;
                _unreadable.Add(match.Value);
                return " ";
            });

            foreach (var token in _unreadable)
                Note(DocumentIssueCode.PortUnreadable, DocumentIssueSeverity.Error, $"'{token}'{In(token)} is not a port number; write the real port into the completions");
        }

        /// <summary>"8,443", "20.000": one number where the second part has the three digits of a thousand and the first is no port by itself.</summary>
        private string ReadThousands(string value)
        {
            var read = PortNumbers.WithoutThousands(value);
            if (read != value)
                Note(DocumentIssueCode.PortThousands, DocumentIssueSeverity.Warning, $"'{Shown}' was read with a separator of thousands; if these are several ports, write them into the completions");
            return read;
        }

        /// <summary>"8080:80", "443 -> 8443": callers use the first.</summary>
        private string ReadMappings(string value)
        {
            var read = Mapping().Replace(value, match => PortNumbers.IsMapping(match.Groups[1].Value, match.Groups[3].Value, match.Groups[2].Value) ? match.Groups[1].Value : match.Value);
            if (read != value)
                Note(DocumentIssueCode.PortMapping, DocumentIssueSeverity.Warning, $"'{Shown}' maps one port to another: the first was taken, which callers use; correct it in the completions if the other is meant");
            return read;
        }

        private void TakeOpenRanges() =>
            _rest = OpenRange().Replace(_rest, match =>
            {
                var above = match.Groups["above"];
                var below = match.Groups["below"];
                var digits = above.Success ? above.Value : below.Success ? below.Value : match.Groups["from"].Value;
                if (Number(digits) is not { } number)
                    return " ; ";
                var inclusive = match.Value.Contains('=', StringComparison.Ordinal) || match.Value.Contains('≥', StringComparison.Ordinal) || match.Value.Contains('≤', StringComparison.Ordinal);
                var range = above.Success ? new PortRange(inclusive ? number : Math.Min(65535, number + 1), 65535)
                    : below.Success ? new PortRange(1, inclusive ? number : Math.Max(1, number - 1))
                    : new PortRange(number, 65535);
                if (range.From < range.To && !_ranges.Contains(range))
                    _ranges.Add(range);
                return " ; ";
            });

        private void TakeRanges() =>
            _rest = Range().Replace(_rest, match =>
            {
                // "0-65535" is how rules write "all"
                var (low, high) = (match.Groups[1].Value == "0" ? 1 : Number(match.Groups[1].Value), Number(match.Groups[2].Value));
                if (low is not { } from || high is not { } to)
                    return " ; ";
                if (from > to)
                {
                    Note(DocumentIssueCode.PortUnreadable, DocumentIssueSeverity.Error, $"'{match.Value}' counts down: not a range of ports; correct it in the completions");
                    return " ; ";
                }

                if (from == to)
                    return $" {from} ";
                if (!_ranges.Contains(new PortRange(from, to)))
                    _ranges.Add(new PortRange(from, to));
                return " ; ";
            });

        private void TakePorts()
        {
            string? prefix = null;
            // what the same port was said to speak: "53/tcp, 53/udp"
            string? before = null;
            int? last = null;
            var separators = "";
            // what stands before the protocol of the next port parts it from the port before: "TCP/443, UDP/53" is a list
            string? beforeProtocol = null;
            var afterWord = false;
            foreach (var match in Token().EnumerateMatches(_rest))
            {
                var token = _rest.AsSpan(match.Index, match.Length).ToString();
                if (char.IsAsciiDigit(token[0]))
                {
                    var port = Number(token);
                    before = null;
                    if (port is { } number)
                    {
                        if (last is not null)
                            NoteSeparator(beforeProtocol ?? separators);
                        if (!_ports.Contains(number))
                            _ports.Add(number);
                        else if (_protocols.TryGetValue(number, out var own))
                            before = own;
                        if (prefix is not null)
                            _protocols[number] = Also(before, prefix);
                        last = number;
                    }

                    separators = "";
                    beforeProtocol = null;
                    afterWord = false;
                }
                else if (ProtocolWords.IsKnown(token))
                {
                    var word = token.ToLowerInvariant();
                    var joined = afterWord && separators.Trim() is "/" or "+" or "&" or "," or "and" or "or";
                    // after a number, with only a slash, bracket or blank between: 8301(UDP), 443/tcp; else it opens a list: UDP: 53
                    if (last is { } owner && (joined && prefix is null || separators.TrimStart() is "" or "/" or "(" or "_" or ":" or "-" && !afterWord))
                        _protocols[owner] = joined ? $"{_protocols[owner]}/{word}" : Also(before, word);
                    else
                        (prefix, beforeProtocol) = joined && prefix is not null ? ($"{prefix}/{word}", beforeProtocol) : (word, separators.EndsWith("or", StringComparison.OrdinalIgnoreCase) ? separators : ",");
                    separators = "";
                    afterWord = true;
                }
                else
                {
                    separators += token;
                    if (token is ";")
                        prefix = null;
                }
            }
        }

        private static string Also(string? before, string protocol) => before is null || before.Split('/').Contains(protocol) ? protocol : $"{before}/{protocol}";

        private void NoteSeparator(string separators)
        {
            if (separators.EndsWith("or", StringComparison.OrdinalIgnoreCase))
                _or = true;
            else if (separators.Contains('/', StringComparison.Ordinal) || separators.Contains('|', StringComparison.Ordinal))
                _slash = true;
            else
                _list = true;
        }

        private void NoteWords()
        {
            if (Configurable().IsMatch(text))
                Note(DocumentIssueCode.PortConfigurable, DocumentIssueSeverity.Warning, $"'{Shown}': the port can be configured; confirm the real one");

            var words = OtherWords().Matches(_rest).Select(m => m.Value).Where(w => !ProtocolWords.IsKnown(w)).ToList();
            var marked = CellText.HasFootnoteMark(text) || text.Contains("[^", StringComparison.Ordinal);
            if (_ports.Count + _ranges.Count > 0 && (words.Count > 0 || _decorated || marked || _protocols.Count > 0))
                Note(DocumentIssueCode.PortDecorated, DocumentIssueSeverity.Warning, $"'{Shown}' holds more than numbers: read as {Listing()}; confirm it");
            else if (_ports.Count + _ranges.Count == 0 && _notes.All(n => n.Severity != DocumentIssueSeverity.Error))
                Note(DocumentIssueCode.PortNotStated, DocumentIssueSeverity.Error, $"'{Shown}' names no port; write the real one into the completions");
        }

        private void NoteCounts()
        {
            if (_ranges.Count > 0)
            {
                Note(
                    DocumentIssueCode.PortRange,
                    DocumentIssueSeverity.Warning,
                    $"'{Shown}' is a range and is not expanded; name the ports to verify in the completions");
            }

            if (_slash && _list && !_or)
                Note(DocumentIssueCode.MultiPort, DocumentIssueSeverity.Warning, $"'{Shown}' mixes slashes and commas: all ports were taken as meant; say in the completions if one is enough");
        }

        private string Listing() => string.Join(", ", _ports.Select(p => $"{p}").Concat(_ranges.Select(r => $"{r.From}-{r.To}")));

        private int? Number(string digits)
        {
            if (int.TryParse(digits, System.Globalization.NumberStyles.None, null, out var port) && port is >= 1 and <= 65535)
                return port;

            Note(DocumentIssueCode.PortOutOfRange, DocumentIssueSeverity.Error, $"'{digits}'{In(digits)} is not a port (1 to 65535); correct it in the document or the completions");
            return null;
        }

        private string In(string token) => token == text ? "" : $" in '{Shown}'";

        private string Shown => CellText.Short(text);

        private void Note(DocumentIssueCode code, DocumentIssueSeverity severity, string message) => _notes.Add(new CellNote(code, severity, message));
    }

    [GeneratedRegex(@"^\W*(logical( connection)?( only)?|n\s*/\s*a|not applicable|none|x|(unix )?socket)\W*$", RegexOptions.IgnoreCase)]
    private static partial Regex Logical();

    [GeneratedRegex(@"(?<![\w.:])(\d{1,5})\s*(:|-?->|=>|→)\s*(\d{1,5})(?![\w.:])")]
    private static partial Regex Mapping();

    [GeneratedRegex(
        @"(?:>\s*=?|≥|\babove|\bgreater than|\bhigher than|\bover)\s*(?<above>\d{1,5})(?!\w)|(?:<\s*=?|≤|\bbelow|\bless than|\bunder|\bup to)\s*(?<below>\d{1,5})(?!\w)"
        + @"|(?<!\w)(?<from>\d{1,5})(?:\s*\+(?!\s*\d)|\s+(?:and|or)\s+(?:above|up|higher|greater|upwards)|\s*-\s*(?:max|end|any)?(?=\s*$|\s*[,;)])|\s+upwards?)|\b(?:from|starting at)\s+(?<from>\d{1,5})(?:\s+(?:up|upwards|on|onwards))?\s*$",
        RegexOptions.IgnoreCase)]
    private static partial Regex OpenRange();

    [GeneratedRegex(@"\bprotocols?\s+(?:number\s+|no\.?\s*)?\d{1,3}\b|^\W*(?:GRE|ESP|AH|IPIP|IP-?in-?IP|OSPF|VRRP|IGMP|EIGRP|L2TP|IPsec|PIM|ICMPv6|4in4|6in4)\b\W*(?:protocol\W*)?(?:\(?\s*\d{1,3}\s*\)?)?\W*$", RegexOptions.IgnoreCase)]
    private static partial Regex ProtocolNumber();

    [GeneratedRegex(@"^\s*icmp", RegexOptions.IgnoreCase)]
    private static partial Regex StartsWithIcmp();

    [GeneratedRegex(@"\[\^?\w*\]|<sup>.*?</sup>")]
    private static partial Regex Footnotes();

    // "1433 (see note 2)", "443 Anmerkung 3"
    [GeneratedRegex(@"\b(?:foot)?(?:notes?|remarks?|anmerkung(?:en)?|hinweise?|nota|notas|remarques?|table|section|chapter|step|figure|appendix)\s*:?\s*\d{1,2}(?:\s*(?:,|and|&)\s*\d{1,2})*(?!\d)", RegexOptions.IgnoreCase)]
    private static partial Regex Notes();

    [GeneratedRegex(@"(?<![\w.])\d{1,3}(\.\d{1,3}){3}(/\d{1,2})?(?![\w.])")]
    private static partial Regex Addresses();

    [GeneratedRegex(@"(?<!\w)([0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?!\w)", RegexOptions.IgnoreCase)]
    private static partial Regex Hardware();

    [GeneratedRegex(@"(?<![\w.])v?\d+(\.\d+)+\+?(?!\w)", RegexOptions.IgnoreCase)]
    private static partial Regex Decimals();

    [GeneratedRegex(@"(?<![\w.])\d+\s*(?:[KMGT]i?B(ytes?|/s|ps)?|bytes?|ms|seconds?|minutes?|hours?|days?|%)(?!\w)", RegexOptions.IgnoreCase)]
    private static partial Regex Sizes();

    [GeneratedRegex(@"\b(connections?|rows?|lines?)\s+\d+(\s*(,|and|,\s*and|or|-)\s*\d+)*", RegexOptions.IgnoreCase)]
    private static partial Regex RowReferences();

    // '443tcp', '443_tcp'
    [GeneratedRegex(@"(?<!\w)(\d{1,5})_?(tcp|udp)(?!\w)", RegexOptions.IgnoreCase)]
    private static partial Regex Annotated();

    // 'tcp8080', 'udp_53'
    [GeneratedRegex(@"(?<!\w)(tcp|udp)_?(\d{2,5})(?!\w)", RegexOptions.IgnoreCase)]
    private static partial Regex Prefixed();

    [GeneratedRegex(@"\b(?:between|entre|zwischen|tra|fra)\s+(\d{1,5})\s+(?:and|et|y|e|und)\s+(\d{1,5})(?!\w)", RegexOptions.IgnoreCase)]
    private static partial Regex Between();

    // digits glued to letters ('32NN', 'eth0'), a sign ('-1')
    [GeneratedRegex(@"(?<!\w)(?:\d+[A-Za-z_]\w*|[A-Za-z_]+\d\w*)(?!\w)|(?:(?<=^\s*)|(?<=[,;/]\s*))-\d+(?!\w)")]
    private static partial Regex Unreadable();

    [GeneratedRegex(@"(?<!\w)(\d+)\s*(?:-|–|—|‑|−|~|～|〜|\.\.\.?|…|:|\bto\b|\bthrough\b|\bthru\b|\bà\b|\bau\b|\bbis\b|\bhasta\b|\bal?\b|\bat[ée]\b|до|至|到|から|부터)\s*(\d+)(?!\w)", RegexOptions.IgnoreCase)]
    private static partial Regex Range();

    // a word keeps its digits: 'POP3' names no port
    [GeneratedRegex(@"\d+|[A-Za-z][A-Za-z\d]*|[^\sA-Za-z\d]")]
    private static partial Regex Token();

    [GeneratedRegex(@"configur", RegexOptions.IgnoreCase)]
    private static partial Regex Configurable();

    [GeneratedRegex(@"(?!\b(?:or|and|ports?|number|numbers|both)\b)\b[A-Za-z]{2,}\b", RegexOptions.IgnoreCase)]
    private static partial Regex OtherWords();

    [GeneratedRegex(
        @"^(?:logical connection only|logical only|n/a|\d+(?:\s*(?:,|;|/|\+|&|-|–|\bor\b|\band\b)\s*\d+)*(?:\s?\((?:tcp|udp)\)|/(?:tcp|udp)\b)?\*?)(?=\s|$)",
        RegexOptions.IgnoreCase)]
    private static partial Regex LeadingPorts();
}
