using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Decoding;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Forms;

/// <summary>Lines and bullets with an arrow between two names and a port behind them: <c>Shop -> Orders DB : TCP 5432</c>, <c>- Shop → Cache (TCP/6379)</c>.</summary>
internal sealed partial class ArrowLines : IForm
{
    public FoundForm? At(SourceText text, int line)
    {
        if (Read(text, line) is null)
            return null;

        // the lines of one list: blanks, and lines that say no port, may stand between those that do
        var edges = new List<Edge>();
        var next = line;
        for (var n = line; n <= text.Count && !text.IsOutside(n); n++)
        {
            if (text.IsBlank(n))
                continue;
            if (Read(text, n) is not { } edge)
                break;
            edges.Add(edge);
            next = n;
        }

        if (!edges.Exists(e => EdgeTable.SaysPort(e.Label)))
            return null;
        return new FoundForm([], next + 1) { Tables = [EdgeTable.Of(edges)] };
    }

    private static Edge? Read(SourceText text, int line)
    {
        var content = text[line];
        if (content.Length is < 5 or > 600 || content.Contains('|', StringComparison.Ordinal) || content.Contains('\t', StringComparison.Ordinal))
            return null;
        var bare = CellText.Clean(Bullet().Replace(content, ""));
        if (Arrow.Find(bare) is not { } arrow || arrow.Kind == ArrowKind.None)
            return null;

        var left = bare[..arrow.Start].Trim();
        var (right, label) = SplitLabel(bare[arrow.End..].Trim());
        if (!IsName(left) || !IsName(right))
            return null;
        return arrow.Kind == ArrowKind.Backward ? new Edge(line, right, left, label, ArrowKind.Forward) : new Edge(line, left, right, label, arrow.Kind);
    }

    /// <summary>The name ends at a colon, a bracket, a comma or a dash with a protocol or port behind it.</summary>
    private static (string Name, string Label) SplitLabel(string text)
    {
        foreach (Match match in LabelStart().Matches(text))
        {
            var label = text[(match.Index + match.Length)..].Trim().TrimEnd(')', ']').Trim();
            if (match.Value.Contains(':', StringComparison.Ordinal) && match.Value.Trim() == ":" && !match.Value.Contains(' ', StringComparison.Ordinal) && label.Length > 0 && char.IsAsciiDigit(label[0]))
            {
                // host:port
                return (text[..match.Index].Trim(), label);
            }

            if (EdgeTable.SaysPort(label) || EdgeTable.SaysProtocol(label) || match.Value.Contains(": ", StringComparison.Ordinal) || match.Value.Contains(" :", StringComparison.Ordinal))
                return (text[..match.Index].Trim(), label);
        }

        return (text, "");
    }

    private static bool IsName(string text) => text.Length is > 0 and <= 80 && text.Any(char.IsLetterOrDigit) && text.AsSpan().IndexOfAny("{};=\"") < 0 && text.Split(' ').Length <= 8;

    [GeneratedRegex(@"^\s*(?:[-*+•·▪]|\d{1,3}[.)])\s+")]
    private static partial Regex Bullet();

    [GeneratedRegex(@"\s*:\s*|\s*[(\[]\s*|\s*,\s+|\s+(?:-|–|—)\s+|\s+(?:on|via|over|using|at)\s+|\s+(?=(?:tcp|udp|https?|grpc)\b)|\s+(?=\d{2,5}(?:\D|$))", RegexOptions.IgnoreCase)]
    private static partial Regex LabelStart();
}
