using System.IO.Compression;
using System.Security;
using System.Text;

namespace Plumbline.Import.Tests;

/// <summary>The smallest workbook that Excel itself would open: sheets of inline texts, numbers, dates and formulas.</summary>
internal static class Workbook
{
    /// <param name="Rows">The XML of the rows, from <see cref="Row"/>.</param>
    public sealed record Sheet(string Name, IReadOnlyList<string> Rows, string? Merged = null, bool Hidden = false);

    public static byte[] Of(params IReadOnlyList<Sheet> sheets)
    {
        using var buffer = new MemoryStream();
        using (var archive = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
                + "<Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/></Types>");
            Add("_rels/.rels", $"<Relationships xmlns=\"{Packages}\"><Relationship Id=\"rId1\" Type=\"{Relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
            Add("xl/workbook.xml", $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Relations}\"><sheets>"
                + string.Concat(sheets.Select((s, i) => $"<sheet name=\"{s.Name}\" sheetId=\"{i + 1}\"{(s.Hidden ? " state=\"hidden\"" : "")} r:id=\"rId{i + 1}\"/>")) + "</sheets></workbook>");
            Add("xl/_rels/workbook.xml.rels", $"<Relationships xmlns=\"{Packages}\">"
                + string.Concat(sheets.Select((_, i) => $"<Relationship Id=\"rId{i + 1}\" Type=\"{Relations}/worksheet\" Target=\"worksheets/sheet{i + 1}.xml\"/>"))
                + $"<Relationship Id=\"rId99\" Type=\"{Relations}/styles\" Target=\"styles.xml\"/></Relationships>");
            Add("xl/styles.xml", $"<styleSheet xmlns=\"{Main}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>");
            foreach (var (sheet, i) in sheets.Select((s, i) => (s, i)))
                Add($"xl/worksheets/sheet{i + 1}.xml", $"<worksheet xmlns=\"{Main}\"><sheetData>{string.Concat(sheet.Rows)}</sheetData>{(sheet.Merged is null ? "" : $"<mergeCells count=\"1\"><mergeCell ref=\"{sheet.Merged}\"/></mergeCells>")}</worksheet>");

            void Add(string name, string content)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + content));
            }
        }

        return buffer.ToArray();
    }

    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Packages = "http://schemas.openxmlformats.org/package/2006/relationships";

    /// <param name="cells">Texts; a number is a number, "=x" a formula with the cached value x, "@45000" a date.</param>
    public static string Row(int number, params IReadOnlyList<string> cells) => Row(number, hidden: false, cells);

    public static string Row(int number, bool hidden, params IReadOnlyList<string> cells) =>
        $"<row r=\"{number}\"{(hidden ? " hidden=\"1\"" : "")}>{string.Concat(cells.Select((c, i) => Cell($"{(char)('A' + i)}{number}", c)))}</row>";

    private static string Cell(string at, string text) => text switch
    {
        "" => "",
        ['=', .. var cached] => $"<c r=\"{at}\"><f>1+1</f><v>{cached}</v></c>",
        ['@', .. var date] => $"<c r=\"{at}\" s=\"1\"><v>{date}</v></c>",
        _ when double.TryParse(text, out _) => $"<c r=\"{at}\"><v>{text}</v></c>",
        _ => $"<c r=\"{at}\" t=\"inlineStr\"><is><t>{SecurityElement.Escape(text)}</t></is></c>",
    };
}
