using System.Globalization;
using System.Text;

namespace Plumbline.Lab.Api.Cel;

internal enum CelTokenKind
{
    Name,
    Literal,
    Operator,
    End,
}

internal readonly record struct CelToken(CelTokenKind Kind, string Text, object? Value, int Column);

/// <summary>Splits the text of a rule into tokens.</summary>
internal static class CelLexer
{
    private static readonly string[] Operators =
        ["&&", "||", "==", "!=", "<=", ">=", ".?", "[?", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", "(", ")", "[", "]", "{", "}", ",", "."];

    public static IReadOnlyList<CelToken> Read(string text)
    {
        var tokens = new List<CelToken>();
        var at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            if (at == text.Length)
            {
                tokens.Add(new CelToken(CelTokenKind.End, "<EOF>", null, at + 1));
                return tokens;
            }

            if (text.AsSpan(at).StartsWith("//"))
            {
                var end = text.IndexOf('\n', at);
                at = end < 0 ? text.Length : end;
                continue;
            }

            tokens.Add(Next(text, ref at));
        }
    }

    private static CelToken Next(string text, ref int at)
    {
        var start = at;
        var first = text[at];
        if (first is '"' or '\'' || (first is 'r' or 'R' && at + 1 < text.Length && text[at + 1] is '"' or '\''))
        {
            return new CelToken(CelTokenKind.Literal, "string", ReadString(text, ref at), start + 1);
        }

        if (char.IsAsciiDigit(first))
        {
            return ReadNumber(text, ref at);
        }

        if (char.IsAsciiLetter(first) || first == '_')
        {
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_'))
            {
                at++;
            }

            var name = text[start..at];
            return name switch
            {
                "true" => new CelToken(CelTokenKind.Literal, name, true, start + 1),
                "false" => new CelToken(CelTokenKind.Literal, name, false, start + 1),
                "null" => new CelToken(CelTokenKind.Literal, name, null, start + 1),
                "in" => new CelToken(CelTokenKind.Operator, name, null, start + 1),
                _ => new CelToken(CelTokenKind.Name, name, null, start + 1),
            };
        }

        foreach (var op in Operators)
        {
            if (text.AsSpan(at).StartsWith(op))
            {
                at += op.Length;
                return new CelToken(CelTokenKind.Operator, op, null, start + 1);
            }
        }

        throw new CelSyntaxException($"token recognition error at: '{first}'", start + 1);
    }

    private static CelToken ReadNumber(string text, ref int at)
    {
        var start = at;
        if (text.AsSpan(at).StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            at += 2;
            while (at < text.Length && char.IsAsciiHexDigit(text[at]))
            {
                at++;
            }

            return long.TryParse(text.AsSpan(start + 2, at - start - 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var hex)
                ? new CelToken(CelTokenKind.Literal, "number", hex, start + 1)
                : throw new CelSyntaxException("invalid int literal", start + 1);
        }

        while (at < text.Length && (char.IsAsciiDigit(text[at]) || IsFraction(text, at) || text[at] is 'e' or 'E' || (text[at] is '+' or '-' && text[at - 1] is 'e' or 'E')))
        {
            at++;
        }

        var number = text[start..at];
        if (number.AsSpan().IndexOfAny(".eE") >= 0)
        {
            return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)
                ? new CelToken(CelTokenKind.Literal, "number", real, start + 1)
                : throw new CelSyntaxException("invalid double literal", start + 1);
        }

        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var integer)
            ? new CelToken(CelTokenKind.Literal, "number", integer, start + 1)
            : throw new CelSyntaxException("invalid int literal", start + 1);
    }

    private static bool IsFraction(string text, int at) => text[at] == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]);

    private static string ReadString(string text, ref int at)
    {
        var start = at;
        var raw = text[at] is 'r' or 'R';
        at += raw ? 1 : 0;
        var quote = text[at];
        var triple = text.AsSpan(at).StartsWith(new string(quote, 3));
        var terminator = new string(quote, triple ? 3 : 1);
        at += terminator.Length;
        var value = new StringBuilder();
        while (!text.AsSpan(at).StartsWith(terminator))
        {
            if (at >= text.Length || (!triple && text[at] == '\n'))
            {
                throw new CelSyntaxException("unterminated string literal", start + 1);
            }

            if (text[at] == '\\' && !raw)
            {
                ReadEscape(text, ref at, value);
            }
            else
            {
                value.Append(text[at++]);
            }
        }

        at += terminator.Length;
        return value.ToString();
    }

    private static void ReadEscape(string text, ref int at, StringBuilder value)
    {
        var start = at;
        var kind = at + 1 < text.Length ? text[at + 1] : '\0';
        at += 2;
        var plain = kind switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'a' => '\a', 'b' => '\b', 'f' => '\f', 'v' => '\v', '\\' or '"' or '\'' or '`' or '?' => kind, _ => '\0' };
        if (plain != '\0')
        {
            value.Append(plain);
            return;
        }

        var digits = kind switch { 'x' or 'X' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits == 0 || at + digits > text.Length
            || !int.TryParse(text.AsSpan(at, digits), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code) || !Rune.IsValid(code))
        {
            throw new CelSyntaxException("invalid escape sequence in a string literal", start + 1);
        }

        at += digits;
        value.Append(new Rune(code).ToString());
    }
}
