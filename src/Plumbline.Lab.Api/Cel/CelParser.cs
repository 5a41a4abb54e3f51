namespace Plumbline.Lab.Api.Cel;

/// <summary>A recursive-descent parser of the Common Expression Language's grammar, without message literals and unsigned or byte literals.</summary>
internal sealed class CelParser
{
    private const int MaxDepth = 100;

    private static readonly string[] Reserved =
        ["as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while"];

    private readonly IReadOnlyList<CelToken> _tokens;
    private int _at;
    private int _depth;

    private CelParser(IReadOnlyList<CelToken> tokens) => _tokens = tokens;

    private CelToken Current => _tokens[_at];

    /// <exception cref="CelSyntaxException">The text is not an expression.</exception>
    public static CelExpression Parse(string text)
    {
        var parser = new CelParser(CelLexer.Read(text));
        var expression = parser.Conditional();
        return parser.Current.Kind == CelTokenKind.End ? expression : throw parser.Unexpected();
    }

    private CelExpression Conditional()
    {
        if (++_depth > MaxDepth)
        {
            throw new CelSyntaxException($"nested deeper than {MaxDepth}", Current.Column);
        }

        var condition = LeftAssociative(0);
        if (Accept("?") is { } mark)
        {
            var then = LeftAssociative(0);
            Expect(":");
            condition = new CelConditional(condition, then, Conditional(), mark.Column);
        }

        _depth--;
        return condition;
    }

    private static readonly string[][] Levels = [["||"], ["&&"], ["==", "!=", "<", "<=", ">", ">=", "in"], ["+", "-"], ["*", "/", "%"]];

    private CelExpression LeftAssociative(int level)
    {
        if (level == Levels.Length)
        {
            return Unary();
        }

        var left = LeftAssociative(level + 1);
        while (Current.Kind == CelTokenKind.Operator && Levels[level].Contains(Current.Text))
        {
            var op = Take();
            left = new CelBinary(op.Text, left, LeftAssociative(level + 1), op.Column);
        }

        return left;
    }

    private CelExpression Unary()
    {
        if (Current.Kind == CelTokenKind.Operator && Current.Text is "!" or "-")
        {
            if (++_depth > MaxDepth)
            {
                throw new CelSyntaxException($"nested deeper than {MaxDepth}", Current.Column);
            }

            var op = Take();
            var operand = Unary();
            _depth--;
            return new CelUnary(op.Text, operand, op.Column);
        }

        return Member();
    }

    private CelExpression Member()
    {
        var target = Primary();
        while (true)
        {
            if (Accept(".") is { } dot)
            {
                var name = Name();
                target = Accept("(") is null ? new CelSelect(target, name, false, dot.Column) : Method(target, name, dot.Column);
            }
            else if (Accept(".?") is { } optionalDot)
            {
                target = new CelSelect(target, Name(), true, optionalDot.Column);
            }
            else if ((Accept("[") ?? Accept("[?")) is { } bracket)
            {
                var index = Conditional();
                Expect("]");
                target = new CelIndex(target, index, bracket.Text == "[?", bracket.Column);
            }
            else
            {
                return target;
            }
        }
    }

    private CelExpression Primary()
    {
        var token = Take();
        switch (token)
        {
            case { Kind: CelTokenKind.Literal }:
                return new CelLiteral(token.Value, token.Column);
            case { Kind: CelTokenKind.Name } when Reserved.Contains(token.Text):
                throw new CelSyntaxException($"reserved identifier: {token.Text}", token.Column);
            case { Kind: CelTokenKind.Name }:
                return Accept("(") is null ? new CelName(token.Text, token.Column) : Function(token);
            case { Kind: CelTokenKind.Operator, Text: "(" }:
                var inner = Conditional();
                Expect(")");
                return inner;
            case { Kind: CelTokenKind.Operator, Text: "[" }:
                return new CelList(Until("]", Conditional), token.Column);
            case { Kind: CelTokenKind.Operator, Text: "{" }:
                return new CelMapLiteral(Until("}", Entry), token.Column);
            default:
                _at--;
                throw Unexpected();
        }
    }

    private (CelExpression Key, CelExpression Value) Entry()
    {
        var key = Conditional();
        Expect(":");
        return (key, Conditional());
    }

    private CelExpression Function(CelToken name)
    {
        var arguments = Until(")", Conditional);
        if (name.Text == "has")
        {
            return arguments is [CelSelect { Optional: false } selection]
                ? new CelHas(selection, name.Column)
                : throw new CelSyntaxException("invalid argument to has() macro", name.Column);
        }

        // optional.of(x) and optional.none() read as methods of a name that is no variable
        return new CelCall(name.Text, false, arguments, name.Column);
    }

    private CelExpression Method(CelExpression target, string name, int column)
    {
        var arguments = Until(")", Conditional);
        if (target is CelName { Name: "optional" } && name is "of" or "none" or "ofNonZeroValue")
        {
            return new CelCall($"optional.{name}", false, arguments, column);
        }

        CelMacroKind? kind = name switch
        {
            "all" => CelMacroKind.All,
            "exists" => CelMacroKind.Exists,
            "exists_one" or "existsOne" => CelMacroKind.ExistsOne,
            "filter" => CelMacroKind.Filter,
            "map" => CelMacroKind.Map,
            _ => null,
        };
        return (kind, arguments) switch
        {
            (null, _) => new CelCall(name, true, [target, .. arguments], column),
            ({ } macro, [CelName variable, var body]) => new CelMacro(macro, target, variable.Name, null, body, column),
            (CelMacroKind.Map, [CelName variable, var condition, var body]) => new CelMacro(CelMacroKind.Map, target, variable.Name, condition, body, column),
            _ => throw new CelSyntaxException($"{name}() needs a variable and an expression over it", column),
        };
    }

    private List<T> Until<T>(string end, Func<T> item)
    {
        var items = new List<T>();
        while (Accept(end) is null)
        {
            items.Add(item());
            if (Accept(",") is null)
            {
                Expect(end);
                break;
            }
        }

        return items;
    }

    private string Name()
    {
        var token = Take();
        if (token.Kind == CelTokenKind.Name)
        {
            return token.Text;
        }

        _at--;
        throw Unexpected();
    }

    private CelToken? Accept(string op) => Current.Kind == CelTokenKind.Operator && Current.Text == op ? Take() : null;

    private void Expect(string op)
    {
        if (Accept(op) is null)
        {
            throw Unexpected(op);
        }
    }

    private CelToken Take()
    {
        var token = Current;
        if (token.Kind != CelTokenKind.End)
        {
            _at++;
        }
        else
        {
            throw Unexpected();
        }

        return token;
    }

    private CelSyntaxException Unexpected(string? expected = null) =>
        new($"Syntax error: mismatched input '{Current.Text}'{(expected is null ? "" : $" expecting '{expected}'")}", Current.Column);
}
