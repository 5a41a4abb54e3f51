using Plumbline.Import.Cells;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Rows;

internal enum ContinuationOf
{
    RowAbove,
    RowBelow,

    /// <summary>The text supports both, or neither.</summary>
    Unclear,
}

/// <summary>
/// Lines without a number between two numbered rows: the rest of the row above, or the first lines of the row below, whose number stands at half height
/// (vertically centred cells).
/// </summary>
internal static class Continuations
{
    public static ContinuationOf Decide(LaidOutRow? above, IReadOnlyList<TableLine.Cells> between, TableLine.Cells below, TableHeader header)
    {
        if (above is null)
            return ContinuationOf.RowBelow;

        var description = above.Text(ColumnRole.Description);
        var aboveIsComplete = EndsSentence(description);
        var belowContinues = BeginsInTheMiddle(below, header);
        var betweenContinues = description.Length > 0 && !aboveIsComplete && BeginsInTheMiddle(between[0], header);
        return (aboveIsComplete || belowContinues, betweenContinues) switch
        {
            (true, false) => ContinuationOf.RowBelow,
            (false, true) => ContinuationOf.RowAbove,
            // above it stops in the middle of a sentence, and the row below needs nothing
            (false, false) when description.Length > 0 && OnlyDescription(between, header) => ContinuationOf.RowAbove,
            _ => ContinuationOf.Unclear,
        };
    }

    public static bool EndsSentence(string text) => text.TrimEnd('"', ')', '”', '’', ' ') is [.., '.' or '!' or '?'];

    /// <summary>A cell that no cell would begin with: a small letter, an opening bracket, a footnote's mark.</summary>
    private static bool BeginsInTheMiddle(TableLine.Cells line, TableHeader header)
    {
        for (var i = 0; i < Math.Min(line.Texts.Count, header.Columns.Count); i++)
        {
            if (header.Columns[i].Role is not (ColumnRole.Source or ColumnRole.Destination or ColumnRole.Party or ColumnRole.Listener or ColumnRole.Description))
                continue;
            if (CellText.Clean(line.Texts[i]) is [var first, ..] && (char.IsLower(first) || first is '(' or '*' or ',' or ';'))
                return true;
        }

        return false;
    }

    private static bool OnlyDescription(IReadOnlyList<TableLine.Cells> lines, TableHeader header)
    {
        var description = header.IndexOf(ColumnRole.Description);
        return lines.All(l => l.Texts.Select((text, i) => i == description || string.IsNullOrWhiteSpace(text)).All(yes => yes));
    }
}
