using System.Text;

namespace Plumbline.Import.Tests;

/// <summary>Small documents, written where they are tested.</summary>
internal static class Text
{
    public static ImportedDocument Read(string text, string fileName = "page.txt") => DocumentReader.Read(fileName, Encoding.UTF8.GetBytes(text));

    /// <summary>The one row of a document that has one.</summary>
    public static DocumentedRow Row(string text) => Read(text).Rows.Single();

    /// <summary>A row of a Markdown table with these cells.</summary>
    public static DocumentedRow Cells(string source, string destination, string protocol, string port, string classification = "Egress", string description = "Data.") =>
        Row($"| Connection | Source | Destination | Protocol | Port | Classification | Data |\n|---|---|---|---|---|---|---|\n| 1 | {source} | {destination} | {protocol} | {port} | {classification} | {description} |\n");

    public static IEnumerable<DocumentIssueCode> Codes(this DocumentedRow row) => row.Warnings.Select(w => w.Code);

    public static IEnumerable<DocumentIssueCode> Codes(this ImportedDocument document) => document.Issues.Select(i => i.Code);
}
