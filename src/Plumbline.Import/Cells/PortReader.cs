using System.Text.RegularExpressions;

namespace Plumbline.Import.Cells;

/// <summary>Reads a port cell. A number is a port only where nothing else explains it; a range is never expanded.</summary>
internal static partial class PortReader
{
    private static readonly IReadOnlyDictionary<int, string> NoProtocols = new Dictionary<int, string>();

    public static bool IsLogical(string text) => Logical().IsMatch(text);

    /// <summary>A dash that stands for "nothing here".</summary>
    public static bool IsDash(string text) => text is "-" or "–" or "—" or "--" or "---";

    public static PortCell Read(string text)
    {
        if (text.Length == 0 || IsDash(text))
            return new PortCell("", [], [], false, false, NoProtocols, []);
        if (IsLogical(text))
            return new PortCell(text, [], [], false, Logical: true, NoProtocols, []);

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
                Note(DocumentIssueCode.PortNotStated, DocumentIssueSeverity.Error, $"'{text}' is a type of ICMP message, not a port; ICMP cannot be verified by a connection");
                return;
            }

            _rest = Mask(text);
            CollectUnreadable();
            TakeRanges();
            TakePorts();
            NoteWords();
            NoteCounts();
        }

        public PortCell Result() => new(text, _ports, _ranges, _ports.Count > 1 && (_or || (_slash && !_list)), Logical: false, _protocols, _notes);

        private string Mask(string value)
        {
            foreach (var pattern in (ReadOnlySpan<Regex>)[Footnotes(), Addresses(), Hardware(), Decimals(), Sizes(), RowReferences()])
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
            _rest = Annotated().Replace(_rest, "$1 $2 ");
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

        private void TakeRanges() =>
            _rest = Range().Replace(_rest, match =>
            {
                var (low, high) = (Number(match.Groups[1].Value), Number(match.Groups[2].Value));
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
            int? last = null;
            var separators = "";
            foreach (var match in Token().EnumerateMatches(_rest))
            {
                var token = _rest.AsSpan(match.Index, match.Length).ToString();
                if (char.IsAsciiDigit(token[0]))
                {
                    var port = Number(token);
                    if (port is { } number)
                    {
                        if (last is not null)
                            NoteSeparator(separators);
                        if (!_ports.Contains(number))
                            _ports.Add(number);
                        if (prefix is not null)
                            _protocols[number] = prefix;
                        last = number;
                    }

                    separators = "";
                }
                else if (ProtocolWords.IsKnown(token))
                {
                    // after a number, with only a slash, bracket or blank between: 8301(UDP), 443/tcp; else it opens a list: UDP: 53
                    if (last is { } owner && separators.TrimStart() is "" or "/" or "(")
                        _protocols[owner] = token.ToLowerInvariant();
                    else
                        prefix = token.ToLowerInvariant();
                    separators = "";
                }
                else
                {
                    separators += token;
                    if (token is ";")
                        prefix = null;
                }
            }
        }

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
                Note(DocumentIssueCode.PortConfigurable, DocumentIssueSeverity.Warning, $"'{text}': the port can be configured; confirm the real one");

            var words = OtherWords().Matches(_rest).Select(m => m.Value).Where(w => !ProtocolWords.IsKnown(w)).ToList();
            var marked = CellText.HasFootnoteMark(text) || text.Contains("[^", StringComparison.Ordinal);
            if (_ports.Count + _ranges.Count > 0 && (words.Count > 0 || _decorated || marked || _protocols.Count > 0))
                Note(DocumentIssueCode.PortDecorated, DocumentIssueSeverity.Warning, $"'{text}' holds more than numbers: read as {Listing()}; confirm it");
            else if (_ports.Count + _ranges.Count == 0 && _notes.All(n => n.Severity != DocumentIssueSeverity.Error))
                Note(DocumentIssueCode.PortNotStated, DocumentIssueSeverity.Error, $"'{text}' names no port; write the real one into the completions");
        }

        private void NoteCounts()
        {
            if (_ranges.Count > 0)
            {
                Note(
                    DocumentIssueCode.PortRange,
                    DocumentIssueSeverity.Warning,
                    $"'{text}' is a range and is not expanded; name the ports to verify in the completions");
            }

            if (_slash && _list && !_or)
                Note(DocumentIssueCode.MultiPort, DocumentIssueSeverity.Warning, $"'{text}' mixes slashes and commas: all ports were taken as meant; say in the completions if one is enough");
        }

        private string Listing() => string.Join(", ", _ports.Select(p => $"{p}").Concat(_ranges.Select(r => $"{r.From}-{r.To}")));

        private int? Number(string digits)
        {
            if (int.TryParse(digits, System.Globalization.NumberStyles.None, null, out var port) && port is >= 1 and <= 65535)
                return port;

            Note(DocumentIssueCode.PortOutOfRange, DocumentIssueSeverity.Error, $"'{digits}'{In(digits)} is not a port (1 to 65535); correct it in the document or the completions");
            return null;
        }

        private string In(string token) => token == text ? "" : $" in '{text}'";

        private void Note(DocumentIssueCode code, DocumentIssueSeverity severity, string message) => _notes.Add(new CellNote(code, severity, message));
    }

    [GeneratedRegex(@"^\W*(logical( connection)?( only)?|n\s*/\s*a|not applicable|none|x|(unix )?socket)\W*$", RegexOptions.IgnoreCase)]
    private static partial Regex Logical();

    [GeneratedRegex(@"^\s*icmp", RegexOptions.IgnoreCase)]
    private static partial Regex StartsWithIcmp();

    [GeneratedRegex(@"\[\^?\w*\]|<sup>.*?</sup>")]
    private static partial Regex Footnotes();

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

    // digits glued to letters ('32NN', 'eth0'), a sign ('-1')
    [GeneratedRegex(@"(?<!\w)(?:\d+[A-Za-z_]\w*|[A-Za-z_]+\d\w*)(?!\w)|(?:(?<=^\s*)|(?<=[,;/]\s*))-\d+(?!\w)")]
    private static partial Regex Unreadable();

    [GeneratedRegex(@"(?<!\w)(\d+)\s*(?:-|–|—|‑|−|~|\.\.\.?|…|:|\bto\b|\bthrough\b|\bthru\b)\s*(\d+)(?!\w)", RegexOptions.IgnoreCase)]
    private static partial Regex Range();

    [GeneratedRegex(@"\d+|[A-Za-z]+|[^\sA-Za-z\d]")]
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
