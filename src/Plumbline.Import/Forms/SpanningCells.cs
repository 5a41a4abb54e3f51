namespace Plumbline.Import.Forms;

/// <summary>Lays cells out that span columns (the text stands in the first) and rows (the text stands in each: the document says so).</summary>
internal sealed class SpanningCells
{
    private readonly Dictionary<int, (string Text, int Rows)> _above = [];

    public List<string> Lay(IEnumerable<(string Text, int Columns, int Rows)> row)
    {
        var cells = new List<string>();
        foreach (var (text, columns, rows) in row)
        {
            TakeFromAbove(cells);
            for (var i = 0; i < columns; i++)
            {
                if (rows > 1)
                    _above[cells.Count] = (i == 0 ? text : "", rows - 1);
                cells.Add(i == 0 ? text : "");
            }
        }

        TakeFromAbove(cells);
        return cells;
    }

    private void TakeFromAbove(List<string> cells)
    {
        while (_above.TryGetValue(cells.Count, out var spanning))
        {
            if (spanning.Rows == 1)
                _above.Remove(cells.Count);
            else
                _above[cells.Count] = spanning with { Rows = spanning.Rows - 1 };
            cells.Add(spanning.Text);
        }
    }
}
