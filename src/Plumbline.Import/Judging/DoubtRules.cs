using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Judging;

/// <summary>What a careful reader would ask about.</summary>
internal static partial class DoubtRules
{
    public static void CompareClassification(RowDraft row)
    {
        if (row.Classification is null)
        {
            var column = row.Laid.Column(ColumnRole.Classification);
            var said = row.Issues.Any(i => i.Code is DocumentIssueCode.CellShifted) || row.IsReference || (row.Laid.CutAfterColumn is { } cut && column >= cut);
            if (column >= 0 && !said && row.Laid.Text(ColumnRole.Classification).Length == 0)
                row.Warn(DocumentIssueCode.CellMissing, "the classification cell is empty; it is not filled from a neighbour: nothing to do for verifying the row");
            return;
        }

        var word = row.Classification;
        if (Is(word, "Intra-cluster") && row.Description is { } description && Remote().IsMatch(description))
        {
            row.Warn(
                DocumentIssueCode.ClassificationDoubtful,
                $"'{word}', but the description says '{Remote().Match(description).Value}': '{row.Destination}' may not be the one of the other rows; bind it for this row in the completions");
        }
        else if (row.Context.Service is { } service && ((Is(word, "Egress") && Same(row.Destination, service)) || (Is(word, "Ingress") && Same(row.Source, service))))
        {
            row.Info(DocumentIssueCode.ClassificationDoubtful, $"'{word}' should make {service} the {(Is(word, "Egress") ? "source" : "destination")}, and here it is the other side; source and destination were kept as printed");
        }
    }

    public static void ReportVagueNames(RowDraft row)
    {
        if (row.Destination is { } destination && row.Origin == DestinationOrigin.Column && !row.IsLogical && Vague().IsMatch(destination))
            row.Warn(DocumentIssueCode.NameVague, $"'{destination}' is no particular host: bind the name to its addresses");
        if (row.Source is { } source && Anyone().IsMatch(source))
            row.Warn(DocumentIssueCode.NameVague, $"'{source}' is no particular caller: bind the name to a group of Components");
    }

    private static bool Is(string text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);

    private static bool Same(string? name, string service) => name is not null && CellText.WithoutFootnoteMark(name).Equals(service, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"\bcross-(?:region|cluster|site)\b|\bremote\b|\bother (?:region|cluster)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Remote();

    [GeneratedRegex(@"^(?:all|any|anyone|everything|\*)$", RegexOptions.IgnoreCase)]
    private static partial Regex Anyone();

    [GeneratedRegex(@"\bsuch as\b|\bproviders?$|\bexternal (?:systems?|services?)\b|\bthird[- ]party\b|\bvarious\b|\be\.g\.|\betc\b|\bother (?:services?|systems?)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Vague();
}
