using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using List = System.Collections.Generic.IReadOnlyList<object?>;
using Map = System.Collections.Generic.IReadOnlyDictionary<string, object?>;

namespace Plumbline.Lab.Api.Cel;

/// <summary>One function: what it may be called on, and what it yields. <paramref name="First"/> is empty when any kind will do.</summary>
internal sealed record CelFunction(bool AsMethod, bool AsGlobal, int MinArguments, int MaxArguments, CelKind[] First, CelType Result, Func<object?[], object?> Invoke);

/// <summary>The functions that rules may call: CEL's standard ones and the most used of Kubernetes' string, list, regular-expression and address libraries.</summary>
internal static partial class CelFunctions
{
    private static readonly CelKind[] Any = [];
    private static readonly CelKind[] Text = [CelKind.String];
    private static readonly CelKind[] Lists = [CelKind.List];

    public static FrozenDictionary<string, CelFunction> All { get; } = new Dictionary<string, CelFunction>(StringComparer.Ordinal)
    {
        ["size"] = new(true, true, 1, 1, [CelKind.String, CelKind.List, CelKind.Map], CelType.Int, a => Size(a[0])),
        ["int"] = Global(CelType.Int, a => ToInt(a[0])),
        ["double"] = Global(CelType.Double, a => ToDouble(a[0])),
        ["string"] = Global(CelType.String, a => ToText(a[0])),
        ["dyn"] = Global(CelType.Dyn, a => a[0]),
        ["type"] = Global(CelType.Dyn, a => CelValue.TypeName(a[0])),
        ["duration"] = Global(CelType.Duration, a => a[0] is string s && TryDuration(s, out var span) ? span : throw new CelEvaluationException("invalid duration")),
        ["timestamp"] = Global(CelType.Timestamp, a => a[0] is string s && DateTimeOffset.TryParse(s, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time : throw new CelEvaluationException("invalid timestamp")),
        ["isIP"] = Global(CelType.Bool, a => IPAddress.TryParse(Str(a[0]), out _), Text),
        ["isCIDR"] = Global(CelType.Bool, a => IPNetwork.TryParse(Str(a[0]), out _), Text),
        ["isURL"] = Global(CelType.Bool, a => Uri.TryCreate(Str(a[0]), UriKind.Absolute, out _), Text),
        ["matches"] = new(true, true, 2, 2, Text, CelType.Bool, a => Pattern(a[1]).IsMatch(Str(a[0]))),
        ["startsWith"] = Method(2, Text, CelType.Bool, a => Str(a[0]).StartsWith(Str(a[1]), StringComparison.Ordinal)),
        ["endsWith"] = Method(2, Text, CelType.Bool, a => Str(a[0]).EndsWith(Str(a[1]), StringComparison.Ordinal)),
        ["contains"] = Method(2, Text, CelType.Bool, a => Str(a[0]).Contains(Str(a[1]), StringComparison.Ordinal)),
        ["lowerAscii"] = Method(1, Text, CelType.String, a => Ascii(Str(a[0]), char.ToLowerInvariant)),
        ["upperAscii"] = Method(1, Text, CelType.String, a => Ascii(Str(a[0]), char.ToUpperInvariant)),
        ["trim"] = Method(1, Text, CelType.String, a => Str(a[0]).Trim()),
        ["replace"] = Method(3, Text, CelType.String, a => Str(a[1]).Length == 0 ? Str(a[0]) : Str(a[0]).Replace(Str(a[1]), Str(a[2]), StringComparison.Ordinal)),
        ["split"] = Method(2, Text, CelType.ListOf(CelType.String), a => Str(a[0]).Split(Str(a[1])).Cast<object?>().ToList()),
        ["substring"] = new(true, false, 2, 3, Text, CelType.String, a => Substring(Str(a[0]), Number(a[1]), a.Length > 2 ? Number(a[2]) : null)),
        ["charAt"] = Method(2, Text, CelType.String, a => Substring(Str(a[0]), Number(a[1]), Number(a[1]) + 1)),
        ["find"] = Method(2, Text, CelType.String, a => Pattern(a[1]).Match(Str(a[0])).Value),
        ["findAll"] = Method(2, Text, CelType.ListOf(CelType.String), a => Pattern(a[1]).Matches(Str(a[0])).Select(match => (object?)match.Value).ToList()),
        ["indexOf"] = Method(2, [CelKind.String, CelKind.List], CelType.Int, a => a[0] is string s
            ? (long)s.IndexOf(Str(a[1]), StringComparison.Ordinal)
            : Items(a[0]).Index().Where(each => CelValue.Same(each.Item, a[1])).Select(each => (long)each.Index).FirstOrDefault(-1)),
        ["lastIndexOf"] = Method(2, [CelKind.String, CelKind.List], CelType.Int, a => a[0] is string s
            ? (long)s.LastIndexOf(Str(a[1]), StringComparison.Ordinal)
            : Items(a[0]).Index().Where(each => CelValue.Same(each.Item, a[1])).Select(each => (long)each.Index).LastOrDefault(-1)),
        ["join"] = new(true, false, 1, 2, Lists, CelType.String, a => string.Join(a.Length > 1 ? Str(a[1]) : "", Items(a[0]).Select(Str))),
        ["isSorted"] = Method(1, Lists, CelType.Bool, a => Items(a[0]).Zip(Items(a[0]).Skip(1)).All(pair => CelValue.Compare(pair.First, pair.Second, "isSorted") <= 0)),
        ["sum"] = Method(1, Lists, CelType.Dyn, a => Items(a[0]).Aggregate((object?)0L, (one, other) => CelArithmetic.Apply("+", one, other))),
        ["min"] = Method(1, Lists, CelType.Dyn, a => Extreme(Items(a[0]), -1)),
        ["max"] = Method(1, Lists, CelType.Dyn, a => Extreme(Items(a[0]), 1)),
        ["hasValue"] = Method(1, [CelKind.Optional], CelType.Bool, a => Maybe(a[0]).HasValue),
        ["value"] = Method(1, [CelKind.Optional], CelType.Dyn, a => Maybe(a[0]) is { HasValue: true } some ? some.Value : throw new CelEvaluationException("optional.none() dereference")),
        ["orValue"] = Method(2, [CelKind.Optional], CelType.Dyn, a => Maybe(a[0]) is { HasValue: true } some ? some.Value : a[1]),
        ["optional.of"] = Global(CelType.OptionalOf(CelType.Dyn), a => new CelOptional(true, a[0])),
        ["optional.none"] = new(false, true, 0, 0, Any, CelType.OptionalOf(CelType.Dyn), _ => CelOptional.None),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static bool TryDuration(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var match = DurationPattern().Match(text);
        if (!match.Success)
        {
            return false;
        }

        var seconds = 0d;
        for (var i = 0; i < match.Groups[2].Captures.Count; i++)
        {
            seconds += double.Parse(match.Groups[2].Captures[i].ValueSpan, CultureInfo.InvariantCulture) * match.Groups[3].Captures[i].Value switch
            {
                "h" => 3600,
                "m" => 60,
                "s" => 1,
                "ms" => 1e-3,
                "us" or "µs" => 1e-6,
                _ => 1e-9,
            };
        }

        duration = TimeSpan.FromSeconds(match.Groups[1].Length > 0 ? -seconds : seconds);
        return true;
    }

    public static Regex Pattern(object? text)
    {
        try
        {
            return new Regex(Str(text), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            throw new CelEvaluationException($"invalid regular expression: {failure.Message}");
        }
    }

    private static CelFunction Global(CelType result, Func<object?[], object?> invoke, CelKind[]? first = null) => new(false, true, 1, 1, first ?? Any, result, invoke);

    private static CelFunction Method(int arguments, CelKind[] first, CelType result, Func<object?[], object?> invoke) => new(true, false, arguments, arguments, first, result, invoke);

    private static string Str(object? value) => value as string ?? throw new CelEvaluationException($"expected a string, got {CelValue.TypeName(value)}");

    private static long Number(object? value) => value is long number ? number : throw new CelEvaluationException($"expected an int, got {CelValue.TypeName(value)}");

    private static List Items(object? value) => value as List ?? throw new CelEvaluationException($"expected a list, got {CelValue.TypeName(value)}");

    private static CelOptional Maybe(object? value) => value as CelOptional ?? throw new CelEvaluationException($"expected an optional, got {CelValue.TypeName(value)}");

    private static long Size(object? value) => value switch
    {
        string text => text.EnumerateRunes().Count(),
        List list => list.Count,
        Map map => map.Count,
        _ => throw CelValue.NoOverload("size", value),
    };

    private static long ToInt(object? value) => value switch
    {
        long number => number,
        double real when Math.Abs(real) < long.MaxValue => (long)real,
        string text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        DateTimeOffset time => time.ToUnixTimeSeconds(),
        _ => throw CelValue.NoOverload("int", value),
    };

    private static double ToDouble(object? value) => value switch
    {
        long number => number,
        double real => real,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) => real,
        _ => throw CelValue.NoOverload("double", value),
    };

    private static string ToText(object? value) => value switch
    {
        string text => text,
        long number => number.ToString(CultureInfo.InvariantCulture),
        double real => real.ToString("R", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        TimeSpan span => $"{span.TotalSeconds.ToString("R", CultureInfo.InvariantCulture)}s",
        _ => throw CelValue.NoOverload("string", value),
    };

    private static string Ascii(string text, Func<char, char> change) => string.Create(text.Length, (text, change), static (span, state) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = char.IsAsciiLetter(state.text[i]) ? state.change(state.text[i]) : state.text[i];
        }
    });

    private static string Substring(string text, long from, long? to) => from < 0 || from > text.Length || to < from || to > text.Length
        ? throw new CelEvaluationException($"index out of range: {from}")
        : text[(int)from..(int)(to ?? text.Length)];

    private static object? Extreme(List items, int sign) => items.Count == 0
        ? throw new CelEvaluationException("min or max called on an empty list")
        : items.Aggregate((one, other) => Math.Sign(CelValue.Compare(other, one, "max")) == sign ? other : one);

    [GeneratedRegex(@"^(-)?(?:(\d+(?:\.\d+)?)(h|ms|us|µs|ns|m|s))+$", RegexOptions.CultureInvariant)]
    private static partial Regex DurationPattern();
}
