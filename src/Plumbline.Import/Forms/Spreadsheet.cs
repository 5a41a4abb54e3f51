using System.Globalization;
using System.IO.Compression;
using ExcelDataReader;
using Plumbline.Import.Cells;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Forms;

/// <summary>
/// Excel workbooks. A line number is the row's number in its sheet, behind those of the sheets before it. Hidden sheets and rows are left out and said so.
/// </summary>
internal static class Spreadsheet
{
    /// <summary>Bytes when unpacked: an archive of zeros would fill the memory.</summary>
    private const long MaximumUnpacked = 512L * 1024 * 1024;
    private const int MaximumColumns = 200;

    public static bool IsWorkbook(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith("PK\u0003\u0004"u8))
            return false;
        return bytes.IndexOf("xl/workbook"u8) >= 0 || bytes.IndexOf("xl/_rels"u8) >= 0;
    }

    public static IReadOnlyList<RawTable> Read(byte[] content, ColumnOverrides overrides, ICollection<DocumentIssue> issues)
    {
        try
        {
            if (UnpacksBeyondLimit(content))
            {
                issues.Add(new DocumentIssue(DocumentIssueCode.DocumentTooLarge, DocumentIssueSeverity.Error, null, [], $"the workbook unpacks to more than {MaximumUnpacked >> 20} MB: not read; save the sheet with the table as CSV"));
                return [];
            }

            // the library asks for the Windows code page also where a workbook does not use it
            System.Text.Encoding.RegisterProvider(System.Text.CodePagesEncodingProvider.Instance);
            using var stream = new MemoryStream(content, writable: false);
            using var reader = ExcelReaderFactory.CreateOpenXmlReader(stream);
            return Sheets(reader, overrides, issues);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or ArgumentException or FormatException or InvalidOperationException or IndexOutOfRangeException or KeyNotFoundException or NullReferenceException or NotSupportedException
            or System.Xml.XmlException or OverflowException or ExcelDataReader.Exceptions.ExcelReaderException)
        {
            // a damaged workbook fails wherever the library happens to notice
            issues.Add(new DocumentIssue(DocumentIssueCode.BinaryDocument, DocumentIssueSeverity.Error, null, [], $"the workbook could not be read ({e.Message}); open and save it again, or save the sheet with the table as CSV"));
            return [];
        }
    }

    /// <summary>Counted by unpacking: the lengths that an archive states of itself may be lies.</summary>
    private static bool UnpacksBeyondLimit(byte[] content)
    {
        using var stream = new MemoryStream(content, writable: false);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Read);
        if (archive.Entries.Sum(e => e.Length) > MaximumUnpacked)
            return true;

        var buffer = new byte[81_920];
        var total = 0L;
        foreach (var entry in archive.Entries)
        {
            using var unpacked = entry.Open();
            for (int read; (read = unpacked.Read(buffer)) > 0;)
            {
                total += read;
                if (total > MaximumUnpacked)
                    return true;
            }
        }

        return false;
    }

    private static List<RawTable> Sheets(IExcelDataReader reader, ColumnOverrides overrides, ICollection<DocumentIssue> issues)
    {
        var tables = new List<RawTable>();
        var line = 0;
        do
        {
            var name = reader.Name;
            var hidden = reader.VisibleState is not null && !reader.VisibleState.Equals("visible", StringComparison.OrdinalIgnoreCase);
            var (rows, last) = Rows(reader, line, hidden ? null : issues);
            line = last;
            var grid = new Grid(TableLayout.Spreadsheet, rows);
            if (hidden)
            {
                if (rows.Count > 0)
                    issues.Add(new DocumentIssue(DocumentIssueCode.RowHidden, DocumentIssueSeverity.Warning, null, [rows[0].Line], $"sheet '{name}' is hidden: its {rows.Count} rows are left out"));
                continue;
            }

            tables.AddRange(GridTables.Read(grid, new Place([new Heading(1, name, 0)]), overrides, issues));
        }
        while (reader.NextResult());

        return tables;
    }

    private static (List<GridRow> Rows, int Last) Rows(IExcelDataReader reader, int before, ICollection<DocumentIssue>? issues)
    {
        var merged = (reader.MergeCells ?? []).Where(m => m.ToRow > m.FromRow).ToList();
        var spanning = new Dictionary<(int Row, int Column), string>();
        var rows = new List<GridRow>();
        var number = 0;
        while (reader.Read())
        {
            var cells = new List<string>();
            for (var i = 0; i < Math.Min(reader.FieldCount, MaximumColumns); i++)
                cells.Add(TextOf(reader, i));
            // a cell that is merged over rows stands in each of them: the sheet says so
            foreach (var range in merged)
            {
                if (number == range.FromRow && range.FromColumn < cells.Count)
                    spanning[(range.FromRow, range.FromColumn)] = cells[range.FromColumn];
                else if (number > range.FromRow && number <= range.ToRow && range.FromColumn < cells.Count && spanning.TryGetValue((range.FromRow, range.FromColumn), out var text))
                    cells[range.FromColumn] = text;
            }

            number++;
            if (cells.TrueForAll(string.IsNullOrWhiteSpace))
                continue;
            if (reader.RowHeight == 0 && issues is not null)
            {
                issues.Add(new DocumentIssue(DocumentIssueCode.RowHidden, DocumentIssueSeverity.Warning, null, [before + number], $"row {number} of sheet '{reader.Name}' is hidden ('{CellText.Short(string.Join(" | ", cells))}'): left out"));
                continue;
            }

            rows.Add(new GridRow(before + number, before + number, cells));
        }

        return (rows, before + number);
    }

    private static string TextOf(IExcelDataReader reader, int column) => reader.GetValue(column) switch
    {
        null => "",
        // 5432 is kept as 5432.0
        double number when number == Math.Floor(number) && Math.Abs(number) < 1e15 => ((long)number).ToString(CultureInfo.InvariantCulture),
        double number => number.ToString(CultureInfo.InvariantCulture),
        DateTime date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        var other => other.ToString() ?? "",
    };
}
