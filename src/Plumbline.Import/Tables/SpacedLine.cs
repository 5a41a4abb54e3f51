using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Decoding;

namespace Plumbline.Import.Tables;

/// <summary>
/// Cells with single blanks between them and inside them. The protocol word with a port after it (or the port with a classification after it) is what ends the names;
/// where source and destination meet is decided later, with the names of the other rows (<see cref="Rows.PartySplitter"/>): both stand in the source's cell until then.
/// </summary>
internal sealed partial class SpacedLine(TableHeader header, SourceText text, ColumnOverrides overrides) : ILineCells
{
    /// <summary>A row whose names run over the edge of the page has its protocol on one of the next lines.</summary>
    private const int MaximumLinesToProtocol = 4;

    /// <summary>Two names are never longer; keeps a line of any length cheap.</summary>
    private const int MaximumNameWords = 60;

    private readonly bool _numbered = header.Has(ColumnRole.Number);
    private readonly int _party = new[] { ColumnRole.Source, ColumnRole.Party, ColumnRole.Listener, ColumnRole.Destination }
        .Select(header.IndexOf).FirstOrDefault(i => i >= 0, -1);

    private int _last;

    public TableLine? TryRead(int line, bool afterGap)
    {
        if (Bullet().IsMatch(text[line]))
            return null;

        var content = CellText.Clean(text[line]);
        string? printed = null;
        if (_numbered)
        {
            if (Numbered().Match(content) is not { Success: true } match)
                return Unnumbered(line, content);
            printed = match.Groups[1].Value;
            content = content[match.Length..];
        }

        var expected = printed is not null && int.TryParse(printed, out var number) && (number == _last + 1 || _last == 0);
        var joined = content;
        for (var last = line; last < line + MaximumLinesToProtocol && last <= text.Count; last++)
        {
            if (last > line)
            {
                if (!expected || text.IsBlank(last) || Bullet().IsMatch(text[last]) || PageFurniture.IsFooter(text[last]) || StartsRow(text[last]) || text.IsOutside(last) || HeaderReader.At(text, last, overrides) is not null)
                    break;
                joined += " " + CellText.Clean(text[last]);
            }

            if (Split(joined, printed) is { } cells)
                return Row(line, last, printed, cells);
        }

        if (!_numbered && !afterGap && LooksLikeGluedRow(content))
            return new TableLine.Unreadable(line, line, "", content);
        return expected && !afterGap ? Unreadable(line, printed!) : null;
    }

    /// <summary>Prose may name a protocol and a port; with a classification behind them it is a row that lost its number.</summary>
    private TableLine.Cells? Unnumbered(int line, string content)
    {
        var classification = header.IndexOf(ColumnRole.Classification);
        return classification >= 0 && Split(content, null) is { } cells && cells[classification].Length > 0 && cells.Count(c => c.Length > 0) >= 4 ? new TableLine.Cells(line, line, cells) : null;
    }

    private TableLine.Cells Row(int line, int last, string? printed, List<string> cells)
    {
        if (int.TryParse(printed, out var number))
            _last = number;
        return new TableLine.Cells(line, last, cells, IsCut(last, cells));
    }

    /// <summary>The file ends in this line, at its port, where other columns should follow: half a number may be all that is left.</summary>
    private bool IsCut(int line, List<string> cells)
    {
        if (line != text.Count || text.EndsWithNewline)
            return false;
        var filled = cells.FindLastIndex(c => c.Length > 0);
        return filled >= 0 && header.Columns[filled].Role is ColumnRole.Port or ColumnRole.ProtocolPort or ColumnRole.Protocol && filled < header.Columns.Count - 1;
    }

    /// <summary>Digits with a protocol glued to them ("ShopOrders DB5432TCPOrders"): a row whose cells lost what separated them.</summary>
    private static bool LooksLikeGluedRow(string content) => content.Length < 2000 && Glued().IsMatch(content);

    private TableLine.Unreadable Unreadable(int line, string printed)
    {
        _last++;
        return new TableLine.Unreadable(line, line, printed, CellText.Clean(text[line]));
    }

    private bool StartsRow(string line) => Numbered().Match(CellText.Clean(line)) is { Success: true } match && Split(CellText.Clean(line)[match.Length..], null) is not null;

    private List<string>? Split(string content, string? printed)
    {
        foreach (var at in WordStarts(content).Take(MaximumNameWords))
        {
            if (at == 0 && _party >= 0)
                continue;
            if (Tail(content[at..]) is not { } cells)
                continue;

            if (_party >= 0)
                cells[_party] = content[..at].TrimEnd();
            if (_numbered)
                cells[header.IndexOf(ColumnRole.Number)] = printed ?? "";
            return cells;
        }

        return null;
    }

    /// <summary>Protocol, port and classification in the header's order, then the rest. Protocol or port may be missing, but not both.</summary>
    private List<string>? Tail(string content)
    {
        var cells = Enumerable.Repeat("", header.Columns.Count).ToList();
        var rest = content;
        bool protocol = false, port = false, classification = false;
        for (var i = 0; i < header.Columns.Count; i++)
        {
            var length = header.Columns[i].Role switch
            {
                ColumnRole.Protocol => ProtocolLength(rest),
                ColumnRole.Port => PortReader.LengthAtStart(rest),
                ColumnRole.ProtocolPort => CombinedLength(rest),
                ColumnRole.Classification when protocol || port => ClassificationLength(rest),
                _ => 0,
            };
            if (length == 0)
                continue;

            protocol |= header.Columns[i].Role is ColumnRole.Protocol or ColumnRole.ProtocolPort;
            port |= header.Columns[i].Role is ColumnRole.Port or ColumnRole.ProtocolPort;
            classification |= header.Columns[i].Role == ColumnRole.Classification;
            cells[i] = rest[..length];
            rest = rest[length..].TrimStart();
        }

        // a number in a name or sentence is no port: something of the table has to stand beside it
        if (!(protocol && port) && !((protocol || port) && classification))
            return null;

        var description = header.IndexOf(ColumnRole.Description);
        if (description >= 0)
            cells[description] = rest;
        else if (rest.Length > 0)
            cells.Add(rest);
        return cells;
    }

    private static int ProtocolLength(string rest)
    {
        var match = Protocol().Match(rest);
        return match.Success && ProtocolReader.IsProtocol(LookAlikes.Fold(match.Value, ProtocolReader.IsProtocol).Text) ? match.Length : 0;
    }

    private static int CombinedLength(string rest)
    {
        var match = Combined().Match(rest);
        return match.Success && match.Value.Any(char.IsAsciiDigit) && ProtocolReader.IsProtocol(match.Groups["word"].Value) ? match.Length : 0;
    }

    private static int ClassificationLength(string rest)
    {
        var word = rest.Split(' ', 2)[0];
        return ClassificationCell.IsKnown(word) ? word.Length : 0;
    }

    private static IEnumerable<int> WordStarts(string content)
    {
        for (var i = 0; i < content.Length; i++)
        {
            if (content[i] != ' ' && (i == 0 || content[i - 1] == ' '))
                yield return i;
        }
    }

    [GeneratedRegex(@"\d{2,5}\s?(?:TCP|UDP|HTTPS?|TLS|gRPC)|(?:TCP|UDP|HTTPS?|TLS|gRPC)\s?[/:]?\d{2,5}|\S\d{2,5}\S", RegexOptions.IgnoreCase)]
    private static partial Regex Glued();

    [GeneratedRegex(@"^\s*[-•·▪‣◦*–]\s+\S")]
    private static partial Regex Bullet();

    [GeneratedRegex(@"^(\d{1,4}[a-z]?)[.)]?\s+(?=\S)")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"^[^\s\d/,]+(?:\s?[/,]\s?[^\s\d/,]+){0,3}(?:\s\([A-Za-z]+(?:\s?v?[\d.]+)?\))?(?=\s|$)")]
    private static partial Regex Protocol();

    [GeneratedRegex(@"^(?:(?<word>[A-Za-z]+)\s?[/:]\s?\d+|\d+\s?/\s?(?<word>[A-Za-z]+))(?:\s?,\s?(?:[A-Za-z]+\s?[/:]\s?\d+|\d+\s?/\s?[A-Za-z]+|\d+))*(?=\s|$)")]
    private static partial Regex Combined();
}
