using System.Collections;

namespace Plumbline.Import.Decoding;

/// <summary>The lines of a document, numbered from 1 as an editor would. A line is cut from the text when it is asked for: a large document is held once.</summary>
internal sealed class SourceText
{
    private const int CacheSize = 64;

    private bool? _hasQuotedTabs;
    private readonly int[] _starts;
    private readonly (int Number, string? Line)[] _cache = new (int, string?)[CacheSize];
    private readonly Dictionary<int, string> _replaced;
    private readonly BitArray _outside;
    private readonly int _first;
    private readonly int _last;

    public SourceText(string fileName, string text)
    {
        FileName = fileName;
        Text = text;
        EndsWithNewline = text.Length == 0 || text[^1] is '\n' or '\r';
        _starts = StartsOf(text);
        _replaced = [];
        _outside = new BitArray(_starts.Length + 1);
        (_first, _last) = (1, Count);
    }

    private SourceText(SourceText whole, int first, int last)
    {
        (FileName, Text, EndsWithNewline, _starts, _replaced) = (whole.FileName, whole.Text, whole.EndsWithNewline, whole._starts, whole._replaced);
        _outside = new BitArray(0);
        (_first, _last) = (first, last);
    }

    public string FileName { get; }

    public string Text { get; }

    public IEnumerable<string> Lines
    {
        get
        {
            for (var line = 1; line <= Count; line++)
                yield return this[line];
        }
    }

    /// <summary>False: the last line may have been cut.</summary>
    public bool EndsWithNewline { get; }

    public int Count => _starts.Length - 1;

    /// <summary>The file's extension without its dot, lower case; empty where there is none.</summary>
    public string Extension
    {
        get
        {
            var name = FileName[(FileName.LastIndexOfAny(['/', '\\']) + 1)..];
            var dot = name.LastIndexOf('.');
            return dot < 0 ? "" : name[(dot + 1)..].ToLowerInvariant();
        }
    }

    public string this[int number]
    {
        get
        {
            ref var cached = ref _cache[number % CacheSize];
            if (cached.Number != number || cached.Line is null)
                cached = (number, _replaced.TryGetValue(number, out var replaced) ? replaced : new string(Span(number)));
            return cached.Line!;
        }
    }

    /// <summary>Some cell between tabs begins with a quotation mark: it may hold line breaks.</summary>
    public bool HasQuotedTabs => _hasQuotedTabs ??= Text.Contains("\t\"", StringComparison.Ordinal) || Text.StartsWith('"') || Text.Contains("\n\"", StringComparison.Ordinal);

    public bool IsBlank(int number) => _replaced.TryGetValue(number, out var replaced) ? string.IsNullOrWhiteSpace(replaced) : Span(number).IsWhiteSpace();

    /// <summary>The line as the file has it, without its end.</summary>
    public ReadOnlySpan<char> Span(int number)
    {
        var span = Text.AsSpan(_starts[number - 1].._starts[number]);
        if (span is [.., '\n'])
            span = span[..^1];
        if (span is [.., '\r'])
            span = span[..^1];
        return span;
    }

    public int StartOf(int number) => _starts[number - 1];

    /// <summary>The line in which a place of the text is.</summary>
    public int LineAt(int offset)
    {
        var at = Array.BinarySearch(_starts, 0, Count, Math.Clamp(offset, 0, Text.Length));
        return at >= 0 ? at + 1 : ~at;
    }

    /// <summary>The line is not part of what is looked through: front matter, a comment, a fenced block, or another form's table. No table goes on across it.</summary>
    public bool IsOutside(int number) => number < _first || number > _last || (_outside.Length > number && _outside[number]);

    public void PutOutside(int first, int last)
    {
        for (var line = Math.Max(1, first); line <= Math.Min(last, Count); line++)
            _outside[line] = true;
    }

    /// <summary>What a line reads as without the marks of the block it stands in (a quotation's <c>&gt;</c>).</summary>
    public void Replace(int number, string line)
    {
        _replaced[number] = line;
        _cache[number % CacheSize] = default;
    }

    /// <summary>The same text with the same numbers, of which only some lines are looked through.</summary>
    public SourceText Only(int first, int last) => new(this, first, last);

    private static int[] StartsOf(string text)
    {
        var starts = new List<int>(Math.Min(text.Length / 32, 1 << 20) + 2) { 0 };
        for (var i = 0; i < text.Length; i++)
        {
            var at = text.AsSpan(i).IndexOfAny('\n', '\r');
            if (at < 0)
                break;
            i += at;
            if (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n')
                i++;
            starts.Add(i + 1);
        }

        if (starts[^1] != text.Length || starts.Count == 1)
            starts.Add(text.Length);
        return [.. starts];
    }
}
