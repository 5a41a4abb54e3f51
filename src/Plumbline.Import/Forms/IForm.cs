using Plumbline.Import.Decoding;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Forms;

/// <param name="NextLine">The first line behind what was read.</param>
internal sealed record FoundForm(IReadOnlyList<Grid> Grids, int NextLine)
{
    public IReadOnlyList<RawTable> Tables { get; init; } = [];

    public IReadOnlyList<DocumentIssue> Issues { get; init; } = [];
}

/// <summary>A form of table that says itself where it begins. All forms give the same grid of cells; what follows is shared.</summary>
internal interface IForm
{
    /// <returns>Null: no table of this form begins at the line.</returns>
    FoundForm? At(SourceText text, int line);
}

internal static class FormsIn
{
    private static readonly System.Buffers.SearchValues<char> ArrowMarks = System.Buffers.SearchValues.Create("→⇒➔➜↔⇔←");

    /// <summary>The forms whose marks the text has at all: a long document is not asked for each of them on every line.</summary>
    public static IReadOnlyList<IForm> Of(SourceText text)
    {
        var all = text.Text.AsSpan();
        var forms = new List<IForm>();
        Add(all.Contains("<table", StringComparison.OrdinalIgnoreCase), new HtmlFragments());
        Add(all.Contains("{|", StringComparison.Ordinal), new MediaWiki());
        Add(all.Contains("===", StringComparison.Ordinal), new AsciiDoc());
        Add(all.Contains("-table::", StringComparison.Ordinal), new DirectiveTables());
        Add(all.Contains("+--", StringComparison.Ordinal) || all.Contains("+==", StringComparison.Ordinal) || all.Contains("+:-", StringComparison.Ordinal), new RuledGrid());
        Add(all.Contains("== ", StringComparison.Ordinal) || all.Contains("-- ", StringComparison.Ordinal), new SimpleTables());
        Add(all.Contains("||", StringComparison.Ordinal), new JiraMarkup());
        Add(all.IndexOfAny("│┃║┆┊") >= 0, new BoxDrawing());
        Add(all.Contains("@startuml", StringComparison.OrdinalIgnoreCase), new PlantUmlBlocks());
        Add(all.Contains("->", StringComparison.Ordinal) || all.Contains("=>", StringComparison.Ordinal) || all.IndexOfAny(ArrowMarks) >= 0, new ArrowLines());
        return forms;

        void Add(bool occurs, IForm form)
        {
            if (occurs)
                forms.Add(form);
        }
    }
}
