using System.Collections;

namespace Plumbline.Import.Rows;

/// <summary>The lines of a row, ascending. Nearly all rows have one.</summary>
internal sealed class LineSet(int first) : IReadOnlyCollection<int>
{
    private List<int>? _lines;

    public int Min => _lines is null ? first : _lines[0];

    public int Max => _lines is null ? first : _lines[^1];

    public int Count => _lines?.Count ?? 1;

    public void Add(int line)
    {
        if (_lines is null && line == first)
            return;
        _lines ??= [first];
        var at = _lines.BinarySearch(line);
        if (at < 0)
            _lines.Insert(~at, line);
    }

    public IEnumerator<int> GetEnumerator() => (_lines ?? (IEnumerable<int>)[first]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
