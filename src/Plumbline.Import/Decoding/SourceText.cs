namespace Plumbline.Import.Decoding;

/// <summary>The lines of a document, numbered from 1 as an editor would.</summary>
internal sealed class SourceText
{
    public SourceText(string fileName, string text)
    {
        FileName = fileName;
        Text = text;
        EndsWithNewline = text.Length == 0 || text[^1] is '\n' or '\r';
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n');
        Lines = EndsWithNewline ? lines[..^1] : lines;
    }

    public string FileName { get; }

    public string Text { get; }

    public IReadOnlyList<string> Lines { get; }

    /// <summary>False: the last line may have been cut.</summary>
    public bool EndsWithNewline { get; }

    public int Count => Lines.Count;

    public string this[int number] => Lines[number - 1];

    public bool IsBlank(int number) => string.IsNullOrWhiteSpace(this[number]);
}
