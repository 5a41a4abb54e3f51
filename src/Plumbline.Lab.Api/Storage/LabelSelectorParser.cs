using Plumbline.Lab.Api.Http;

namespace Plumbline.Lab.Api.Storage;

/// <summary>Reads a label selector word by word, and complains in the words of kube-apiserver.</summary>
internal sealed class LabelSelectorParser
{
    private const string End = "";
    private const string Special = "=!(),<>";

    private readonly Queue<string> _words;

    private LabelSelectorParser(string text) => _words = new Queue<string>(Split(text));

    private string Next => _words.TryPeek(out var word) ? word : End;

    /// <exception cref="ApiStatusException">400: it is no selector.</exception>
    public static IReadOnlyList<LabelRequirement> Parse(string? text) => new LabelSelectorParser(text ?? "").Requirements();

    private static IEnumerable<string> Split(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            var start = i++;
            if (char.IsWhiteSpace(text[start]))
            {
                continue;
            }

            if (Special.Contains(text[start], StringComparison.Ordinal))
            {
                i += i < text.Length && text[i] == '=' && text[start] is '=' or '!' ? 1 : 0;
            }
            else
            {
                while (i < text.Length && !char.IsWhiteSpace(text[i]) && !Special.Contains(text[i], StringComparison.Ordinal))
                {
                    i++;
                }
            }

            yield return text[start..i];
        }
    }

    private static bool IsName(string word) => word.Length > 0 && !Special.Contains(word[0], StringComparison.Ordinal);

    private List<LabelRequirement> Requirements()
    {
        var requirements = new List<LabelRequirement>();
        while (Next != End)
        {
            if (!IsName(Next) && Next != "!")
            {
                throw Found(Next, ", expected: !, identifier, or 'end of string'");
            }

            try
            {
                requirements.Add(Requirement());
            }
            catch (ApiStatusException wrong)
            {
                throw Statuses.BadRequest($"unable to parse requirement: {wrong.Message}");
            }

            var separator = Take();
            if (separator == ",")
            {
                if (!IsName(Next) && Next != "!")
                {
                    throw Found(Next, ", expected: identifier after ','");
                }
            }
            else if (separator != End)
            {
                throw Found(separator, ", expected: ',' or 'end of string'");
            }
        }

        return requirements;
    }

    private LabelRequirement Requirement()
    {
        var absent = Next == "!" && Take() == "!";
        var key = Name();
        if (absent)
        {
            return new LabelRequirement(key, LabelOperator.DoesNotExist, []);
        }

        if (Next is End or ",")
        {
            return new LabelRequirement(key, LabelOperator.Exists, []);
        }

        var sign = Take();
        return sign switch
        {
            "in" => new LabelRequirement(key, LabelOperator.In, Values()),
            "notin" => new LabelRequirement(key, LabelOperator.NotIn, Values()),
            "=" or "==" => new LabelRequirement(key, LabelOperator.In, [Value()]),
            "!=" => new LabelRequirement(key, LabelOperator.NotIn, [Value()]),
            ">" => new LabelRequirement(key, LabelOperator.GreaterThan, [Number()]),
            "<" => new LabelRequirement(key, LabelOperator.LessThan, [Number()]),
            _ => throw Found(sign, ", expected: in, notin, =, ==, !=, gt, lt"),
        };
    }

    private List<string> Values()
    {
        var values = new List<string>();
        if (Take() is var open && open != "(")
        {
            throw Found(open, " expected: '('");
        }

        while (true)
        {
            values.Add(Next is "," or ")" ? "" : IsName(Next) ? Take() : throw Found(Next, ", expected: ',', ')' or identifier"));
            switch (Take())
            {
                case ")":
                    return values;
                case ",":
                    break;
                case var other:
                    throw Found(other, ", expected: ',' or ')'");
            }
        }
    }

    private string Value() => Next is End or "," ? "" : Name();

    private string Number() => Value() is var value && long.TryParse(value, out _)
        ? value
        : throw Statuses.BadRequest($"values[0]: Invalid value: \"{value}\": for 'Gt', 'Lt' operators, the value must be an integer");

    private string Name() => IsName(Next) ? Take() : throw Found(Next, ", expected: identifier");

    private string Take() => _words.TryDequeue(out var word) ? word : End;

    private static ApiStatusException Found(string word, string expected) => Statuses.BadRequest($"found '{word}'{expected}");
}
