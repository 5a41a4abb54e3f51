using System.Globalization;
using System.Text;
using Plumbline.Benchmarks.Measuring;

namespace Plumbline.Benchmarks.Reporting;

internal static class MarkdownReport
{
    public static string Write(Report report)
    {
        var text = new StringBuilder();
        text.Append("| what | measured | result | target | met |\n| --- | --- | --- | --- | --- |\n");
        foreach (var row in report.Rows)
            text.Append(Line(row, report.Quick)).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"\n{report.Machine}. Medians of {Rounds(report.Rounds)} (least–most).");
        if (report.Quick)
            text.Append(" A quick run: it shows that every row works; its figures mean nothing.");
        return text.ToString();
    }

    /// <param name="quick">Then nothing is held against its target.</param>
    public static string Line(Row row, bool quick)
    {
        if (row.NotMeasured is { } why)
            return $"| {row.What} | not measured: {OneLine(why)} | | {TargetOf(row)} | |";
        var contenders = string.Join("; ", row.Contenders.Select(c => $"{c.Name} {Figure(c, row.ContenderUnit)}"));
        var measured = row.Note is null ? contenders : contenders.Length > 0 ? $"{contenders}; {row.Note}" : row.Note;
        return $"| {row.What} | {measured} | **{Figure(row.Figure!, row.Unit)}** | {TargetOf(row)} | {(quick ? null : row.IsMet) switch { true => "yes", false => "**no**", null => "" }} |";
    }

    private static string TargetOf(Row row) => row.Target is { } target ? $"{(target.AtMost ? "≤" : "≥")} {WithUnit(target.Limit.ToString("0.##", CultureInfo.InvariantCulture), row.Unit)}" : "";

    private static string Figure(Series series, string unit)
    {
        var middle = WithUnit(Number(series.Median), unit);
        return series.Rounds.Length == 1 ? middle : $"{middle} ({Number(series.Least)}–{Number(series.Most)})";
    }

    private static string WithUnit(string number, string unit) => unit is "×" or "" ? number + unit : $"{number} {unit}";

    /// <summary>Three digits that count.</summary>
    private static string Number(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    private static string Rounds(int rounds) => rounds == 1 ? "one round" : $"{rounds} rounds";

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);
}
