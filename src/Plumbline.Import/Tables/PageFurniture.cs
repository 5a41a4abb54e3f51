using System.Text.RegularExpressions;

namespace Plumbline.Import.Tables;

/// <summary>Lines that sites and page layouts add, wherever the table happens to be.</summary>
internal static partial class PageFurniture
{
    public static bool IsFooter(string line) => Footer().IsMatch(line);

    public static bool IsHeading(string line) => Heading().IsMatch(line);

    [GeneratedRegex(
        @"^\s*(comments or questions about this|contact us\b|was this (page|article|helpful)|retrieved from\b|(this page was )?last (edited|modified|updated)\b|copyright\b|©|\(c\) \d{4}"
        + @"|page \d+( of \d+)?\s*$|all rights reserved|feedback\s*$|back to top|edit this page|next page|previous page|privacy policy|terms of (use|service))",
        RegexOptions.IgnoreCase)]
    private static partial Regex Footer();

    [GeneratedRegex(@"^\s{0,3}#{1,6}\s+\S")]
    private static partial Regex Heading();
}
