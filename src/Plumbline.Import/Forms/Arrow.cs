using System.Text.RegularExpressions;
using Plumbline.Import.Cells;

namespace Plumbline.Import.Forms;

internal enum ArrowKind
{
    Forward,
    Backward,
    Both,

    /// <summary>A line without a head: who calls whom is not said.</summary>
    None,
}

/// <summary>The arrows that people write between two parties.</summary>
internal static partial class Arrow
{
    /// <returns>The arrow's place, or null where the text has none or more than one.</returns>
    public static (int Start, int End, ArrowKind Kind)? Find(string text)
    {
        var match = Any().Match(text);
        if (!match.Success || match.NextMatch().Success)
            return null;
        return (match.Index, match.Index + match.Length, KindOf(match.Value));
    }

    /// <summary>The parties on both sides of the only arrow of a cell, source first.</summary>
    public static (string Source, string Destination, ArrowKind Kind)? Split(string cell)
    {
        if (Find(cell) is not { } arrow)
            return null;
        var (left, right) = (CellText.FoldBlanks(cell[..arrow.Start]).Trim(), CellText.FoldBlanks(cell[arrow.End..]).Trim());
        if (left.Length == 0 || right.Length == 0)
            return null;
        return arrow.Kind == ArrowKind.Backward ? (right, left, ArrowKind.Forward) : (left, right, arrow.Kind);
    }

    public static ArrowKind KindOf(string arrow)
    {
        var a = arrow.Trim();
        if (a.IndexOfAny(['↔', '⇔', '⇄', '⇆', '⟷']) >= 0)
            return ArrowKind.Both;
        var backward = a.Contains('<', StringComparison.Ordinal) || a.IndexOfAny(['←', '⇐']) >= 0;
        var forward = a.Contains('>', StringComparison.Ordinal) || a.IndexOfAny(['→', '⇒', '➔', '➜', '⟶']) >= 0 || a.Equals("to", StringComparison.OrdinalIgnoreCase);
        return (backward, forward) switch { (true, true) => ArrowKind.Both, (true, false) => ArrowKind.Backward, (false, true) => ArrowKind.Forward, _ => ArrowKind.None };
    }

    // the dashes may have a direction word of PlantUML or a style inside: -down->, -[#red]->
    [GeneratedRegex(@"<?[-=.~]+(?:\[[^\[\]]{0,40}\]|(?:up|down|left|right|u|d|l|r)(?=[-=.]))?[-=.~]*>{1,2}|<{1,2}[-=.~]+(?:\[[^\[\]]{0,40}\]|(?:up|down|left|right))?[-=.~]*|[→⇒➔➜⟶←⇐↔⇔⇄⇆⟷]", RegexOptions.IgnoreCase)]
    private static partial Regex Any();
}
