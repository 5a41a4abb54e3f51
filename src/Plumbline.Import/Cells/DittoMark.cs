using System.Collections.Frozen;

namespace Plumbline.Import.Cells;

/// <summary>Marks and words for "as in the row above".</summary>
internal static class DittoMark
{
    private static readonly FrozenSet<string> Words = new[]
    {
        "\"", "''", "“", "”", "″", "〃", "＂", "„", "ditto", "dito", "-\"-", "- \" -", "--\"--", "same", "same as above", "as above", "(as above)", "(same)", "see above", "idem", "id.", "ibid.", "ibid", "do.", "↑", "^", "⇧", "s.o.", "siehe oben", "wie oben",
        "ídem", "igual", "ídem anterior", "igual que arriba", "mismo", "idem ci-dessus", "voir ci-dessus", "come sopra", "c.s.", "то же", "там же", "то же самое", "同上", "同前", "〃〃", "위와 같음", "상동", "aynı", "yukarıdaki gibi", "idem acima", "same as previous", "same as row above", "see previous row", "同左",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool Is(string text) => text.Length is > 0 and < 24 && Words.Contains(text);
}
