using Markdig;
using Markdig.Parsers;
using Markdig.Syntax;
using Plumbline.Import.Decoding;

namespace Plumbline.Import.Forms;

/// <param name="First">First line inside the fence.</param>
/// <param name="Language">The word behind the opening fence, lower case; empty where there is none.</param>
internal sealed record Fence(int First, int Last, string Language)
{
    /// <summary>Plain text may be how the author keeps a table's columns in place; source code and manifests are examples.</summary>
    public bool MayHoldTheTable => Language is "" or "text" or "txt" or "plain" or "plaintext" or "csv" or "tsv" or "ascii" or "table" or "none" or "console" or "output" or "markdown" or "md" or "rst" or "asciidoc";
}

/// <summary>What of a Markdown text is no running text: front matter, fenced blocks, HTML comments, and the marks of quotations.</summary>
internal sealed class MarkdownBlocks
{
    private static readonly System.Buffers.SearchValues<char> FieldNames = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.\"' ");

    /// <summary>Characters. The parser holds an object for every block: beyond this only fences, comments and quotations are looked for, line by line.</summary>
    private const int MaximumParsed = 8 * 1024 * 1024;

    private static readonly MarkdownPipeline Pipeline = Build();

    public List<Fence> Fences { get; } = [];

    public List<(int First, int Last)> Comments { get; } = [];

    public (int First, int Last)? FrontMatter { get; private set; }

    /// <summary>Quoted lines as they read without their marks.</summary>
    public Dictionary<int, string> Quoted { get; } = [];

    public static MarkdownBlocks Of(SourceText text)
    {
        var blocks = new MarkdownBlocks();
        blocks.FrontMatter = FrontMatterOf(text);
        if (blocks.FrontMatter is null && !HasMarks(text))
            return blocks;

        if (text.Text.Length > MaximumParsed)
        {
            blocks.CollectByLines(text);
            return blocks;
        }

        try
        {
            if (HasMarks(text))
                blocks.Collect(Markdown.Parse(text.Text, Pipeline), text);
        }
        catch (ArgumentException)
        {
            // deeper than Markdig goes: read as plain text, in which only comments and fences have to be known
            blocks.CollectByLines(text);
        }

        return blocks;
    }

    public void PutOutside(SourceText text)
    {
        if (FrontMatter is { } matter)
            text.PutOutside(matter.First, matter.Last);
        foreach (var fence in Fences)
            text.PutOutside(fence.First - 1, fence.Last + 1);
        foreach (var (first, last) in Comments)
            text.PutOutside(first, last);
        foreach (var (line, content) in Quoted)
            text.Replace(line, content);
    }

    private static MarkdownPipeline Build()
    {
        var builder = new MarkdownPipelineBuilder();
        // only blocks are asked for: the text in them is looked at line by line
        builder.BlockParsers.TryRemove<IndentedCodeBlockParser>();
        foreach (var parser in builder.BlockParsers)
            parser.Closed += (_, block) => WithoutInlines(block);
        return builder.Build();
    }

    private static void WithoutInlines(Block block)
    {
        if (block is LeafBlock leaf)
            leaf.ProcessInlines = false;
    }

    private static bool HasMarks(SourceText text)
    {
        var all = text.Text.AsSpan();
        return all.Contains("```", StringComparison.Ordinal) || all.Contains("~~~", StringComparison.Ordinal) || all.Contains("<!--", StringComparison.Ordinal)
            || all.Contains("\n>", StringComparison.Ordinal) || all.StartsWith(">", StringComparison.Ordinal);
    }

    private void Collect(MarkdownDocument document, SourceText text)
    {
        var matter = FrontMatter?.Last ?? 0;
        var open = new Stack<(Block Block, bool Quoted)>();
        open.Push((document, false));
        while (open.TryPop(out var next))
        {
            var (block, quoted) = next;
            var (first, last) = (text.LineAt(block.Span.Start), text.LineAt(Math.Max(block.Span.Start, block.Span.End)));
            if (block is not MarkdownDocument && last <= matter)
                continue;
            switch (block)
            {
                case FencedCodeBlock fence:
                    var closed = last > first && IsFence(text[last]);
                    Fences.Add(new Fence(first + 1, closed ? last - 1 : last, LanguageOf(fence)));
                    break;
                case HtmlBlock { Type: HtmlBlockType.Comment }:
                    Comments.Add((first, last));
                    break;
                case LeafBlock leaf when quoted:
                    TakeQuoted(leaf);
                    break;
                case ContainerBlock container:
                    foreach (var child in container)
                        open.Push((child, quoted || block is QuoteBlock));
                    break;
            }
        }

        Fences.Sort((a, b) => a.First - b.First);
        CollectInlineComments(text);
    }

    /// <summary>Comments that begin inside a paragraph, as between the rows of a table, and stand on lines of their own.</summary>
    private void CollectInlineComments(SourceText text)
    {
        if (!text.Text.Contains("<!--", StringComparison.Ordinal))
            return;
        var known = new System.Collections.BitArray(text.Count + 2);
        foreach (var (first, last) in Comments.Concat(Fences.Select(f => (f.First - 1, f.Last + 1))))
        {
            for (var line = Math.Max(1, first); line <= Math.Min(last, text.Count); line++)
                known[line] = true;
        }

        for (var at = text.Text.IndexOf("<!--", StringComparison.Ordinal); at >= 0; at = text.Text.IndexOf("<!--", at + 4, StringComparison.Ordinal))
        {
            var line = text.LineAt(at);
            if (known[line])
                continue;
            var end = text.Text.IndexOf("-->", at + 4, StringComparison.Ordinal);
            if (end < 0)
                return;
            var (startsLine, endsLine) = (text.Text[text.StartOf(line)..at].Trim().Length == 0, text[text.LineAt(end)].TrimEnd().EndsWith("-->", StringComparison.Ordinal));
            if (startsLine && endsLine)
                Comments.Add((line, text.LineAt(end)));
            at = end;
        }
    }

    private void TakeQuoted(LeafBlock leaf)
    {
        for (var i = 0; i < leaf.Lines.Count; i++)
        {
            var line = leaf.Lines.Lines[i];
            Quoted[line.Line + 1] = line.Slice.ToString();
        }
    }

    private void CollectByLines(SourceText text)
    {
        var open = 0;
        for (var n = 1; n <= text.Count; n++)
        {
            var start = text.Span(n).TrimStart();
            if (start.Length < 2 || start[0] is not ('`' or '~' or '>'))
                continue;
            if (start[0] == '>' && open == 0)
            {
                Quoted[n] = start.TrimStart("> ").ToString();
                continue;
            }

            if (!IsFence(text[n]))
                continue;
            if (open > 0)
                Fences.Add(new Fence(open + 1, n - 1, text[open].Trim().TrimStart('`', '~').Trim().ToLowerInvariant()));
            open = open > 0 ? 0 : n;
        }

        CollectInlineComments(text);
    }

    private static bool IsFence(string line) => line.TrimStart(' ', '>', '\t').StartsWith("```", StringComparison.Ordinal) || line.TrimStart(' ', '>', '\t').StartsWith("~~~", StringComparison.Ordinal);

    private static string LanguageOf(FencedCodeBlock fence) => (fence.Info ?? "").Trim().Trim('{', '}', '.').Split([' ', ',', ':'], 2)[0].ToLowerInvariant();

    /// <summary>YAML between lines of dashes, TOML between lines of plus signs, at the very top.</summary>
    private static (int First, int Last)? FrontMatterOf(SourceText text)
    {
        if (text.Count < 2)
            return null;
        var mark = text[1].TrimEnd();
        if (mark is not ("---" or "+++" or ";;;"))
            return null;
        for (var n = 2; n <= Math.Min(text.Count, 400); n++)
        {
            if (text[n].TrimEnd() == mark || (mark == "---" && text[n].TrimEnd() == "..."))
                return LooksLikeMatter(text, n) ? (1, n) : null;
        }

        return null;
    }

    /// <summary>A rule at the top of a page is no front matter: fields stand between the lines.</summary>
    private static bool LooksLikeMatter(SourceText text, int end)
    {
        for (var n = 2; n < end; n++)
        {
            var line = text[n].AsSpan().Trim();
            if (line.IsEmpty || line[0] == '#')
                continue;
            var at = line.IndexOfAny(':', '=');
            return at > 0 && line[..at].IndexOfAnyExcept(FieldNames) < 0;
        }

        return end > 2;
    }
}
