using System.Text.Json;

namespace Plumbline.Import.Tests.Golden;

/// <summary>Compares an imported document with what is right, row by row and field by field. A wrong field counts as reported only where a warning or error about that field touches the row.</summary>
internal sealed class StrictScore
{
    private static readonly string[] Fields = ["number", "source", "destination", "protocol", "ports", "portRanges", "portAlternatives", "classification"];

    private static readonly Dictionary<string, string[]> About = new()
    {
        ["number"] = ["number", "row"],
        ["source"] = ["source", "name", "split", "party", "direction", "cell-missing", "cell-shifted", "row-unreadable", "truncated-row"],
        ["destination"] = ["destination", "name", "split", "party", "direction", "cell-missing", "cell-shifted", "row-unreadable", "truncated-row"],
        ["protocol"] = ["protocol", "transport", "cell-shifted", "row-unreadable", "truncated"],
        ["ports"] = ["port", "logical", "cell-shifted", "row-unreadable", "truncated"],
        ["portRanges"] = ["port", "row-unreadable", "truncated"],
        ["portAlternatives"] = ["port", "multi-port"],
        ["classification"] = ["classification", "cell-shifted", "cell-missing", "truncated"],
    };

    public List<string> Lost { get; } = [];

    public List<string> Invented { get; } = [];

    public List<string> Silent { get; } = [];

    public List<string> Reported { get; } = [];

    public List<string> MissingWarnings { get; } = [];

    public static StrictScore Of(JsonElement expected, JsonElement actual)
    {
        var score = new StrictScore();
        var rows = actual.GetProperty("connections").EnumerateArray().ToList();
        var loud = actual.GetProperty("issues").EnumerateArray().Where(i => i.GetProperty("severity").GetString() != "info").ToList();
        var used = new HashSet<int>();
        foreach (var wanted in expected.GetProperty("connections").EnumerateArray())
            score.Compare(wanted, rows, used, loud);
        foreach (var at in Enumerable.Range(0, rows.Count).Where(i => !used.Contains(i)))
            score.Invented.Add(Describe(rows[at]));
        return score;
    }

    private void Compare(JsonElement wanted, List<JsonElement> rows, HashSet<int> used, List<JsonElement> loud)
    {
        var lines = Lines(wanted);
        var candidates = Enumerable.Range(0, rows.Count).Where(i => !used.Contains(i) && Lines(rows[i]).Overlaps(lines)).ToList();
        var own = candidates.OrderBy(i => Fields.Count(f => wanted.TryGetProperty(f, out _) && !IsRight(wanted, f, rows[i]))).Take(1).ToList();
        var touching = loud.Where(i => Lines(i).Overlaps(lines)).ToList();
        foreach (var warning in wanted.GetProperty("warnings").EnumerateArray().Where(w => w.GetProperty("must").GetBoolean()))
        {
            if (!touching.Exists(i => Code(i) == Code(warning)))
                MissingWarnings.Add($"{Describe(wanted)}: {Code(warning)}");
        }

        if (own.Count == 0)
        {
            if (!(wanted.TryGetProperty("acceptOmitted", out var accepted) && accepted.GetBoolean() && touching.Count > 0))
                Lost.Add(Describe(wanted));
            return;
        }

        used.Add(own[0]);
        // the way back of a connection that goes both ways is a row of its own
        if (wanted.TryGetProperty("bidirectional", out var both) && both.GetBoolean() && candidates.FindIndex(i => i != own[0] && IsWayBack(rows[own[0]], rows[i])) is var at and >= 0)
            used.Add(candidates[at]);
        foreach (var field in Fields.Where(f => wanted.TryGetProperty(f, out _)))
        {
            if (IsRight(wanted, field, rows[own[0]]) && !IsForbidden(wanted, field, rows[own[0]]))
                continue;
            var told = touching.Exists(i => About[field].Any(word => Code(i).Contains(word, StringComparison.Ordinal)));
            (told ? Reported : Silent).Add($"{Describe(wanted)}: {field} is {rows[own[0]].GetProperty(field)}");
        }
    }

    private static bool IsWayBack(JsonElement row, JsonElement other) =>
        JsonElement.DeepEquals(row.GetProperty("source"), other.GetProperty("destination")) && JsonElement.DeepEquals(row.GetProperty("destination"), other.GetProperty("source"));

    private static bool IsRight(JsonElement wanted, string field, JsonElement row)
    {
        var read = row.GetProperty(field);
        if (Same(field, wanted.GetProperty(field), read))
            return true;
        return wanted.TryGetProperty("alsoAccept", out var also) && also.TryGetProperty(field, out var values) && values.EnumerateArray().Any(v => Same(field, v, read));
    }

    private static bool IsForbidden(JsonElement wanted, string field, JsonElement row)
    {
        if (!wanted.TryGetProperty("mustNot", out var bad) || !bad.TryGetProperty(field, out var values))
            return false;
        var read = row.GetProperty(field);
        return values.EnumerateArray().Any(v => read.ValueKind == JsonValueKind.Array ? read.EnumerateArray().Any(r => JsonElement.DeepEquals(r, v)) : JsonElement.DeepEquals(read, v));
    }

    private static bool Same(string field, JsonElement wanted, JsonElement read) => field switch
    {
        "ports" or "portRanges" => wanted.EnumerateArray().Select(Compact).ToHashSet().SetEquals(read.EnumerateArray().Select(Compact)),
        "number" => Text(wanted) == Text(read),
        "protocol" => string.Equals(Text(wanted), Text(read), StringComparison.OrdinalIgnoreCase),
        _ => JsonElement.DeepEquals(wanted, read) || Name(Text(wanted)) == Name(Text(read)),
    };

    private static string Compact(JsonElement value) => string.Concat(value.GetRawText().Where(c => !char.IsWhiteSpace(c)));

    private static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.ToString();

    private static string? Name(string? text) => text is null ? null : string.Join(", ", text.Split([';', ','], StringSplitOptions.TrimEntries));

    private static string Code(JsonElement issue) => issue.GetProperty("code").GetString()!;

    private static HashSet<int> Lines(JsonElement element) => [.. element.GetProperty("lines").EnumerateArray().Select(l => l.GetInt32())];

    private static string Describe(JsonElement row) =>
        $"line {string.Join(',', Lines(row))}: {row.GetProperty("source")} -> {row.GetProperty("destination")} {row.GetProperty("protocol")} {row.GetProperty("ports")}";
}
