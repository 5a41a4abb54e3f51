namespace Plumbline.Import.Tables;

/// <summary>Small letters without their accents, for comparing titles; the runtime's own folding needs the culture data that this product is shipped without.</summary>
internal static class Accents
{
    private const string Accented = "àáâãäåąăāçćčďđèéêëęěēėğìíîïīıłñńňòóôõöøőōřśšşșťțùúûüůűūýÿžźżёй";
    private const string Letters = "aaaaaaaaacccddeeeeeeeegiiiiiilnnnoooooooorssssttuuuuuuuyyzzzеи";

    public static char Plain(char letter)
    {
        if (char.IsAscii(letter))
            return letter;
        var at = Accented.IndexOf(letter, StringComparison.Ordinal);
        return at < 0 ? letter : Letters[at];
    }
}
