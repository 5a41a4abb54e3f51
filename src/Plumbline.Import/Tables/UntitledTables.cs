using System.Text.RegularExpressions;
using Plumbline.Import.Cells;

namespace Plumbline.Import.Tables;

/// <summary>Tables whose titles are not those of a table of connections: a matrix, titles that are not known but cells that are, or another table, which is left out and said so.</summary>
internal static partial class UntitledTables
{
    /// <summary>How many cells of a column have to look like a port or protocol to make it one.</summary>
    private const double Most = 0.75;

    /// <summary>Devices number their sockets up to here.</summary>
    private const int MaximumSocket = 64;

    public static IEnumerable<RawTable> Read(Grid grid, Place place, ColumnOverrides overrides, ICollection<DocumentIssue> issues)
    {
        if (TrafficMatrix.Read(grid, place, issues) is { } matrix)
            return [matrix];
        if ((Inherited(grid, place, issues) ?? ByContent(grid, place, overrides, issues) ?? ByElimination(grid, place, overrides, issues)) is { } table)
            return [table];

        Report(grid, issues);
        return [];
    }

    /// <summary>Columns known by what stands in them. A port alone is only a number: a protocol has to stand beside it.</summary>
    private static RawTable? ByContent(Grid grid, Place place, ColumnOverrides overrides, ICollection<DocumentIssue> issues)
    {
        var rows = grid.Rows.Where(r => !r.IsEmpty).ToList();
        if (rows.Count < 2 || rows[0].Cells.Any(c => PortReader.IsPlain(CellText.Clean(c))) || rows[0].Cells.Any(c => CellText.Clean(c).Length >= CellText.MaximumTitle))
            return null;

        var body = rows.Skip(1).ToList();
        var width = rows[0].Cells.Count;
        var columns = rows[0].Cells.Select(t => ColumnVocabulary.ColumnOf(t, overrides)).ToList();
        if (columns.Exists(c => c.Role == ColumnRole.Hardware))
            return null;
        int Filled(int i) => body.Count(r => i < r.Cells.Count && CellText.Clean(r.Cells[i]).Length > 0);
        int Matching(int i, Func<string, bool> test) => body.Count(r => i < r.Cells.Count && CellText.Clean(r.Cells[i]) is { Length: > 0 and < 60 } cell && test(cell));
        bool Mostly(int i, Func<string, bool> test) => Filled(i) > 0 && Matching(i, test) >= Most * Filled(i) && Filled(i) * 2 >= body.Count;

        var free = Enumerable.Range(0, width).Where(i => columns[i].Role is ColumnRole.Other or ColumnRole.Description).ToList();
        int First(Predicate<int> test) => free.FindIndex(test) is var at and >= 0 ? free[at] : -1;
        var combined = First(i => Mostly(i, ProtocolPortText.IsCombined));
        var protocol = columns.FindIndex(c => c.Role == ColumnRole.Protocol) is var known and >= 0 ? known : First(i => Mostly(i, ProtocolReader.IsProtocol));
        var port = columns.FindIndex(c => c.Role == ColumnRole.Port) is var titled and >= 0 ? titled : First(i => i != protocol && Mostly(i, PortReader.IsPlain));
        if (combined < 0 && (protocol < 0 || port < 0))
            return null;

        var found = new List<string>();
        Take(combined, ColumnRole.ProtocolPort);
        if (combined < 0)
        {
            Take(protocol, ColumnRole.Protocol);
            Take(port, ColumnRole.Port);
        }

        var header = new TableHeader(ColumnResolver.Resolve(columns), [rows[0].Line]);
        var lacking = header.HasParty ? "" : ", and no title says who connects to whom";
        issues.Add(new DocumentIssue(
            DocumentIssueCode.ColumnByContent,
            DocumentIssueSeverity.Warning,
            null,
            [rows[0].Line],
            $"the titles {Titles(rows[0])} do not say where {string.Join(" and ", found)} stand{lacking}: read by what stands in the cells; check the rows, or name the columns (--columns 'Title=source,…')"));
        return new RawTable(grid.Layout, header, [.. body.Select(r => new TableLine.Cells(r.Line, r.LastLine, r.Cells, r.Cut, r.IsSection))], place with { Caption = grid.Caption ?? place.Caption }, HasRecords: true);

        void Take(int at, ColumnRole role)
        {
            if (at < 0 || columns[at].Role == role)
                return;
            columns[at] = columns[at] with { Role = role };
            found.Add(role switch { ColumnRole.ProtocolPort => "protocols and ports", ColumnRole.Protocol => "protocols", _ => "ports" });
        }
    }

    /// <summary>A table without titles right behind one with as many columns, whose cells are of the same kinds: it goes on with its columns.</summary>
    private static RawTable? Inherited(Grid grid, Place place, ICollection<DocumentIssue> issues)
    {
        var rows = grid.Rows.Where(r => !r.IsEmpty && !r.IsSection).ToList();
        if (place.Before is not { } header || rows.Count == 0 || grid.HeaderRows > 0 || rows[0].Cells.Count != header.Columns.Count)
            return null;

        var ports = header.IndexOf(ColumnRole.Port) is var port and >= 0 ? port : header.IndexOf(ColumnRole.ProtocolPort);
        var protocol = header.IndexOf(ColumnRole.Protocol);
        if (ports < 0 || !Mostly(ports, c => PortReader.Read(c).HasPorts) || !PortReader.Read(CellText.Clean(rows[0].Cells[ports])).HasPorts || (protocol >= 0 && !Mostly(protocol, ProtocolReader.IsProtocol)))
            return null;

        issues.Add(new DocumentIssue(
            DocumentIssueCode.ColumnByContent,
            DocumentIssueSeverity.Warning,
            null,
            [rows[0].Line],
            $"the table has no titles: read with those of the table before ({string.Join(", ", header.Columns.Select(c => $"'{CellText.Short(c.Title)}'"))}); check its rows"));
        return new RawTable(grid.Layout, header, [.. grid.Rows.Where(r => !r.IsEmpty).Select(r => new TableLine.Cells(r.Line, r.LastLine, r.Cells, r.Cut, r.IsSection))], place with { Caption = grid.Caption ?? place.Caption }, HasRecords: true);

        bool Mostly(int column, Func<string, bool> test)
        {
            var cells = rows.Where(r => column < r.Cells.Count).Select(r => CellText.Clean(r.Cells[column])).Where(c => c.Length is > 0 and < 200).ToList();
            return cells.Count > 0 && cells.Count(test) >= Most * cells.Count;
        }
    }

    /// <summary>Ports under a title that says so, beside a column whose title is not known: what stands there is what listens on them.</summary>
    private static RawTable? ByElimination(Grid grid, Place place, ColumnOverrides overrides, ICollection<DocumentIssue> issues)
    {
        var rows = grid.Rows.Where(r => !r.IsEmpty).ToList();
        if (rows.Count < 2 || rows[0].Cells.Any(c => CellText.Clean(c).Length >= CellText.MaximumTitle))
            return null;

        var columns = rows[0].Cells.Select(t => ColumnVocabulary.ColumnOf(t, overrides)).ToList();
        var port = columns.FindIndex(c => c.Role is ColumnRole.Port or ColumnRole.ProtocolPort);
        if (port < 0 || columns.Exists(c => c.Role == ColumnRole.Hardware) || !HoldPorts(rows, port))
            return null;

        var component = columns.FindIndex(c => c.Role == ColumnRole.Other && c.Title.Length > 0 && HoldNames(rows, columns.IndexOf(c)));
        if (component < 0)
            return null;
        columns[component] = columns[component] with { Role = ColumnRole.Listener };
        var header = new TableHeader(ColumnResolver.Resolve(columns), [rows[0].Line]);
        if (!header.IsOfConnections)
            return null;

        issues.Add(new DocumentIssue(
            DocumentIssueCode.ColumnByContent,
            DocumentIssueSeverity.Warning,
            null,
            [rows[0].Line],
            $"'{CellText.Short(columns[port].Title)}' holds ports, and no title says whose they are: '{CellText.Short(columns[component].Title)}' was read as the component that listens; name the columns if that is wrong (--columns 'Title=source,…')"));
        return new RawTable(grid.Layout, header, [.. rows.Skip(1).Select(r => new TableLine.Cells(r.Line, r.LastLine, r.Cells, r.Cut, r.IsSection))], place with { Caption = grid.Caption ?? place.Caption }, HasRecords: true);
    }

    /// <summary>Names have letters; counts and sizes are numbers.</summary>
    private static bool HoldNames(List<GridRow> rows, int column)
    {
        var cells = rows.Skip(1).Where(r => column < r.Cells.Count).Select(r => r.Cells[column]).Where(c => !string.IsNullOrWhiteSpace(c)).ToList();
        return cells.Count > 0 && cells.Count(c => c.Any(char.IsLetter)) * 2 > cells.Count;
    }

    /// <summary>Half of the cells are ports, and they are not the sockets of a device, which are counted from 1.</summary>
    private static bool HoldPorts(List<GridRow> rows, int column)
    {
        var cells = rows.Skip(1).Where(r => column < r.Cells.Count).Select(r => r.Cells[column]).Where(c => c.Length < CellText.MaximumTitle).Select(CellText.Clean).Where(c => c.Length > 0).ToList();
        var ports = cells.Select(PortReader.Read).Where(c => c.HasPorts).ToList();
        return ports.Count * 2 >= cells.Count && ports.Exists(c => c.Ports.Any(p => p > MaximumSocket) || c.Ranges.Any(r => r.To > MaximumSocket));
    }

    private static void Report(Grid grid, ICollection<DocumentIssue> issues)
    {
        var rows = grid.Rows.Where(r => !r.IsEmpty).ToList();
        if (rows.Count == 0)
            return;

        var titles = HeaderReader.ReadTitles(rows[0].Cells, [rows[0].Line], ColumnOverrides.None, certain: true);
        if (titles is { IsOfHardware: true })
        {
            issues.Add(new DocumentIssue(
                DocumentIssueCode.TableLeftOut,
                DocumentIssueSeverity.Warning,
                null,
                [.. rows.Select(r => r.Line)],
                $"the table with the columns {Titles(rows[0])} lists devices, not connections: its {rows.Count - 1} rows were left out; name the columns (--columns 'Title=source,…') if they are connections"));
            return;
        }

        var suspects = rows.Where(r => r.Cells.Any(c => ProtocolPortText.IsCombined(CellText.Clean(c))) || (r.Cells.Any(c => ProtocolReader.IsProtocol(CellText.Clean(c))) && r.Cells.Any(c => PortReader.IsPlain(CellText.Clean(c)))) || r.Cells.Any(c => c.Length < 300 && HostWithPort().IsMatch(c))).ToList();
        issues.Add(suspects.Count > 0
            ? new DocumentIssue(
                DocumentIssueCode.TableNotRead,
                DocumentIssueSeverity.Warning,
                null,
                [.. suspects.SelectMany(r => Enumerable.Range(r.Line, r.LastLine - r.Line + 1))],
                $"rows with ports, such as '{CellText.Short(string.Join(" | ", suspects[0].Cells.Select(CellText.Clean)))}', stand under titles that say no connections ({Titles(rows[0])}): not imported; name the columns (--columns 'Title=source,…')")
            : new DocumentIssue(
                DocumentIssueCode.TableLeftOut,
                DocumentIssueSeverity.Info,
                null,
                [rows[0].Line],
                $"the table with the columns {Titles(rows[0])} holds no connections: left out, nothing to do"));
    }

    private static string Titles(GridRow row) => CellText.Short(string.Join(", ", row.Cells.Select(CellText.Clean).Where(t => t.Length > 0).Select(t => $"'{t}'")));

    // 'api.example.com:8443', 'tcp://10.0.0.1:5432'
    [GeneratedRegex(@"(?:[A-Za-z][\w-]*(?:\.[\w-]+)+|\d{1,3}(?:\.\d{1,3}){3}|[a-z]{2,6}://[\w.-]+):\d{2,5}(?!\d)")]
    private static partial Regex HostWithPort();
}
