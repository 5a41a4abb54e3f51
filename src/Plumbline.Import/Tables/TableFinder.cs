using Plumbline.Import.Cells;
using Plumbline.Import.Decoding;
using Plumbline.Import.Forms;

namespace Plumbline.Import.Tables;

/// <summary>Finds the tables of connections in a document, in whichever forms they come; what is left out is said.</summary>
internal sealed class TableFinder
{
    private static readonly System.Buffers.SearchValues<char> Delimiters = System.Buffers.SearchValues.Create("|\t,;>→");

    private readonly SourceText _text;
    private readonly ColumnOverrides _overrides;
    private readonly ICollection<DocumentIssue> _issues;
    private readonly List<RawTable> _tables = [];
    private readonly HeadingStack _headings = new();
    private readonly LooseClaims _claims = new();
    private readonly IReadOnlyList<IForm> _forms;

    private TableFinder(SourceText text, ColumnOverrides overrides, ICollection<DocumentIssue> issues, IReadOnlyList<IForm> forms) =>
        (_text, _overrides, _issues, _forms) = (text, overrides, issues, forms);

    public static IReadOnlyList<RawTable> Find(SourceText text, DocumentReadOptions options, ICollection<DocumentIssue> issues)
    {
        if (StructuredText.Read(text, options.Columns, issues) is { } structured)
            return structured;

        if (HtmlTables.IsPage(text))
            return HtmlTables.FindInPage(text, options.Columns, issues);

        var blocks = MarkdownBlocks.Of(text);
        blocks.PutOutside(text);
        var finder = new TableFinder(text, options.Columns, issues, FormsIn.Of(text));
        finder.Run(1, text.Count);
        finder.LookIntoBlocks(blocks);
        finder._claims.Report(issues);
        return [.. finder._tables.OrderBy(t => t.Header.Lines.Count > 0 ? t.Header.Lines[0] : t.Lines.Count > 0 ? t.Lines[0].Line : 0)];
    }

    private void Run(int first, int last)
    {
        for (var line = first; line <= last;)
            line = _text.IsOutside(line) ? line + 1 : Step(line);
    }

    private int Step(int line)
    {
        if (_text.IsBlank(line))
            return line + 1;

        foreach (var form in _forms)
        {
            if (form.At(_text, line) is not { } found)
                continue;
            foreach (var grid in found.Grids)
                _tables.AddRange(GridTables.Read(grid, PlaceAt(line), _overrides, _issues));
            foreach (var table in found.Tables)
                _tables.Add(table with { Place = PlaceAt(line) });
            foreach (var issue in found.Issues)
                _issues.Add(issue);
            return Math.Max(found.NextLine, line + 1);
        }

        if (CsvTables.At(_text, line, _overrides, _issues) is { } csv)
        {
            foreach (var grid in csv.Grids)
                _tables.AddRange(GridTables.Read(grid, PlaceAt(line), _overrides, _issues));
            return Math.Max(csv.NextLine, line + 1);
        }

        if (HeaderReader.At(_text, line, _overrides) is { } header)
        {
            var (table, next) = LineTable.Read(_text, header, PlaceAt(header.Header.Lines[0]), _overrides);
            _tables.Add(table);
            return Math.Max(next, line + 1);
        }

        if (CellPerLine.At(_text, line, _overrides, _issues) is { } rebuilt)
        {
            _tables.Add(rebuilt.Table with { Place = PlaceAt(line) });
            return rebuilt.NextLine;
        }

        if (PipeGrid.At(_text, line) is { } unknown)
        {
            _tables.AddRange(GridTables.Read(unknown.Grid, PlaceAt(line), _overrides, _issues));
            return unknown.NextLine;
        }

        _claims.Consider(_text, line);
        return _headings.Take(_text, line) + 1;
    }

    private Place PlaceAt(int line) => new(_headings.Current, CaptionAbove(line)) { Before = _tables.Count > 0 ? _tables[^1].Header : null };

    /// <summary>A short line right above that ends in a colon, or stands alone: "Inbound connections:".</summary>
    private string? CaptionAbove(int line)
    {
        for (var above = line - 1; above >= 1 && above >= line - 3; above--)
        {
            if (_text.IsOutside(above))
                return null;
            if (_text.IsBlank(above))
                continue;
            var text = CellText.Clean(_text[above]);
            return text.Length is > 2 and < 120 && !_text[above].Contains('|', StringComparison.Ordinal) && !_text[above].TrimStart().StartsWith('#') ? text.TrimStart('.', '*', '=', ' ').TrimEnd(':', '*', '=', ' ') : null;
        }

        return null;
    }

    /// <summary>Fenced blocks and comments: diagrams are read, a table is an example unless it is the only one, and nothing is dropped without a word.</summary>
    private void LookIntoBlocks(MarkdownBlocks blocks)
    {
        foreach (var comment in blocks.Comments)
            ReportHidden(comment.First, comment.Last, "commented out", DocumentIssueCode.TableCommentedOut);

        var others = _tables.Count > 0;
        foreach (var fence in blocks.Fences)
        {
            if (DiagramReader.Read(_text, fence) is { } diagram)
            {
                if (diagram.Table is { } table)
                    _tables.Add(table with { Place = new Place([]) });
                foreach (var issue in diagram.Issues)
                    _issues.Add(issue);
            }
            else if (others || !fence.MayHoldTheTable)
            {
                ReportHidden(fence.First, fence.Last, "in a fenced block: an example", DocumentIssueCode.TableInFence);
            }
            else if (MayHoldTable(fence))
            {
                ReadFence(fence);
            }
        }
    }

    private bool MayHoldTable(Fence fence) =>
        fence.Last >= fence.First && _text.Text.AsSpan(_text.StartOf(fence.First).._text.StartOf(fence.Last + 1)) is var inside && (inside.IndexOfAnyInRange('0', '9') >= 0 || inside.IndexOfAny(Delimiters) >= 0);

    private void ReadFence(Fence fence)
    {
        var inner = new TableFinder(_text.Only(fence.First, fence.Last), _overrides, _issues, _forms);
        inner.Run(fence.First, fence.Last);
        foreach (var table in inner._tables)
        {
            _tables.Add(table);
            _issues.Add(new DocumentIssue(
                DocumentIssueCode.TableInFence,
                DocumentIssueSeverity.Warning,
                null,
                [table.Header.Lines[0]],
                "the only table of the document stands in a fenced block: read as the document's connections; check that it is no example"));
        }
    }

    private void ReportHidden(int first, int last, string where, DocumentIssueCode code)
    {
        // a table of connections has ports
        if (last < first || _text.Text.AsSpan(_text.StartOf(first).._text.StartOf(last + 1)).IndexOfAnyInRange('0', '9') < 0)
            return;

        var inner = new TableFinder(_text.Only(first, last), _overrides, [], _forms);
        inner.Run(first, last);
        var rows = inner._tables.SelectMany(t => t.Lines.OfType<TableLine.Cells>()).ToList();
        if (rows.Count > 0)
        {
            _issues.Add(new DocumentIssue(code, DocumentIssueSeverity.Warning, null, [.. rows.Select(r => r.Line).Distinct()], $"a table of {rows.Count} rows is {where}; its rows are left out, the first is '{CellText.Short(string.Join(" | ", rows[0].Texts.Select(CellText.Clean)))}'"));
            return;
        }

        var loose = Enumerable.Range(first, last - first + 1).Where(l => LooksLikeRow(_text[l])).ToList();
        if (loose.Count > 0 && code == DocumentIssueCode.TableCommentedOut)
            _issues.Add(new DocumentIssue(code, DocumentIssueSeverity.Warning, null, loose, $"'{CellText.Short(_text[loose[0]].Trim())}' is {where} and looks like a row; left out"));
    }

    private static bool LooksLikeRow(string line) =>
        line.Length < 4000 && line.Count(c => c is '|' or '\t' or ',') >= 3 && DelimitedLine.Split(line, line.Contains('|', StringComparison.Ordinal) ? TableLayout.Pipes : TableLayout.Tabs).Exists(c => PortReader.IsPlain(CellText.Clean(c)));
}
