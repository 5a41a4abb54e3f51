using System.Globalization;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Tables;

/// <summary>The JSONPath that printer columns use: fields, quoted fields, indexes, <c>[*]</c> and filters such as <c>[?(@.type=="Ready")]</c>.</summary>
internal sealed class JsonPath
{
    private readonly IReadOnlyList<Func<JsonNode, IEnumerable<JsonNode?>>> _steps;

    private JsonPath(IReadOnlyList<Func<JsonNode, IEnumerable<JsonNode?>>> steps) => _steps = steps;

    /// <summary>The path, or why the text is none.</summary>
    public static (JsonPath? Path, string? Error) Parse(string text)
    {
        try
        {
            var at = 0;
            var steps = ReadSteps(text, ref at, inFilter: false);
            return at == text.Length ? (new JsonPath(steps), null) : (null, $"unexpected '{text[at]}' at {at + 1}");
        }
        catch (FormatException failure)
        {
            return (null, failure.Message);
        }
    }

    public IEnumerable<JsonNode> Find(JsonNode? root) => _steps
        .Aggregate(root is null ? [] : (IEnumerable<JsonNode>)[root], (nodes, step) => nodes.SelectMany(step).OfType<JsonNode>());

    private static List<Func<JsonNode, IEnumerable<JsonNode?>>> ReadSteps(string text, ref int at, bool inFilter)
    {
        var steps = new List<Func<JsonNode, IEnumerable<JsonNode?>>>();
        if (at < text.Length && text[at] == '$')
        {
            at++;
        }

        while (at < text.Length)
        {
            if (text[at] == '.')
            {
                at++;
                steps.Add(text.AsSpan(at).StartsWith("*") ? Everything(ref at) : Field(ReadName(text, ref at, inFilter)));
            }
            else if (text[at] == '[')
            {
                at++;
                steps.Add(ReadBracket(text, ref at));
            }
            else if (inFilter)
            {
                break;
            }
            else
            {
                throw new FormatException($"expected '.' or '[' at {at + 1}");
            }
        }

        return steps;
    }

    private static Func<JsonNode, IEnumerable<JsonNode?>> ReadBracket(string text, ref int at)
    {
        Func<JsonNode, IEnumerable<JsonNode?>> step;
        if (text.AsSpan(at).StartsWith("?("))
        {
            at += 2;
            step = ReadFilter(text, ref at);
            Expect(text, ref at, ')');
        }
        else if (text.AsSpan(at).StartsWith("*"))
        {
            step = Everything(ref at);
        }
        else if (at < text.Length && text[at] is '\'' or '"')
        {
            step = Field(ReadQuoted(text, ref at));
        }
        else
        {
            var end = text.IndexOf(']', at);
            if (end < 0 || !int.TryParse(text.AsSpan(at, end - at), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
            {
                throw new FormatException($"expected an index, '*', a quoted field or a filter at {at + 1}");
            }

            at = end;
            step = node => node is JsonArray list && (index < 0 ? list.Count + index : index) is var i && i >= 0 && i < list.Count ? [list[i]] : [];
        }

        Expect(text, ref at, ']');
        return step;
    }

    private static Func<JsonNode, IEnumerable<JsonNode?>> ReadFilter(string text, ref int at)
    {
        SkipBlanks(text, ref at);
        Expect(text, ref at, '@');
        var left = new JsonPath(ReadSteps(text, ref at, inFilter: true));
        SkipBlanks(text, ref at);
        var op = "";
        foreach (var candidate in (ReadOnlySpan<string>)["==", "!=", "<=", ">=", "<", ">"])
        {
            if (text.AsSpan(at).StartsWith(candidate))
            {
                op = candidate;
                at += candidate.Length;
                break;
            }
        }

        if (op.Length == 0)
        {
            return node => (node as JsonArray ?? []).Where(item => left.Find(item).Any());
        }

        SkipBlanks(text, ref at);
        var right = ReadLiteral(text, ref at);
        SkipBlanks(text, ref at);
        return node => (node as JsonArray ?? []).Where(item => left.Find(item).Any(value => Holds(op, value, right)));
    }

    private static bool Holds(string op, JsonNode value, JsonNode? wanted) => op switch
    {
        "==" => JsonTree.Same(value, wanted),
        "!=" => !JsonTree.Same(value, wanted),
        _ when value.Number() is { } a && wanted.Number() is { } b => op switch { "<" => a < b, "<=" => a <= b, ">" => a > b, _ => a >= b },
        _ => false,
    };

    private static JsonNode? ReadLiteral(string text, ref int at)
    {
        if (at < text.Length && text[at] is '\'' or '"')
        {
            return ReadQuoted(text, ref at);
        }

        var start = at;
        while (at < text.Length && text[at] is not (')' or ' '))
        {
            at++;
        }

        try
        {
            return JsonTree.Parse(System.Text.Encoding.UTF8.GetBytes(text[start..at]));
        }
        catch (System.Text.Json.JsonException)
        {
            throw new FormatException($"'{text[start..at]}' at {start + 1} is no literal");
        }
    }

    private static Func<JsonNode, IEnumerable<JsonNode?>> Field(string name) => node => node is JsonObject map && map.TryGetPropertyValue(name, out var value) ? [value] : [];

    private static Func<JsonNode, IEnumerable<JsonNode?>> Everything(ref int at)
    {
        at++;
        return node => node switch { JsonArray list => list, JsonObject map => map.Select(pair => pair.Value), _ => [] };
    }

    private static string ReadName(string text, ref int at, bool inFilter)
    {
        var name = new System.Text.StringBuilder();
        while (at < text.Length && text[at] is not ('.' or '[') && !(inFilter && text[at] is '=' or '!' or '<' or '>' or ')' or ' '))
        {
            at += text[at] == '\\' && at + 1 < text.Length ? 1 : 0;
            name.Append(text[at++]);
        }

        return name.Length > 0 ? name.ToString() : throw new FormatException($"expected a field name at {at + 1}");
    }

    private static string ReadQuoted(string text, ref int at)
    {
        var end = text.IndexOf(text[at], at + 1);
        if (end < 0)
        {
            throw new FormatException($"unterminated quote at {at + 1}");
        }

        var value = text[(at + 1)..end];
        at = end + 1;
        return value;
    }

    private static void SkipBlanks(string text, ref int at)
    {
        while (at < text.Length && text[at] == ' ')
        {
            at++;
        }
    }

    private static void Expect(string text, ref int at, char wanted)
    {
        if (at >= text.Length || text[at] != wanted)
        {
            throw new FormatException($"expected '{wanted}' at {at + 1}");
        }

        at++;
    }
}
