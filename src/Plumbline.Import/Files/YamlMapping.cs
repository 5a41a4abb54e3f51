using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Plumbline.Import.Files;

/// <summary>Reads the fields of one YAML mapping; what is missing, misspelt or of the wrong type is a problem with its line, never an exception.</summary>
internal sealed class YamlMapping
{
    private readonly Dictionary<string, YamlNode> _fields = new(StringComparer.Ordinal);
    private readonly string _what;
    private readonly ICollection<YamlProblem> _problems;

    private YamlMapping(YamlMappingNode mapping, string what, ICollection<YamlProblem> problems)
    {
        (_what, _problems, Line) = (what, problems, (int)mapping.Start.Line);
        foreach (var (key, value) in mapping.Children)
        {
            if (key is YamlScalarNode { Value: { } name })
                _fields[name] = value;
            else
                Problem(key, $"a field of {what} has no plain name");
        }
    }

    public int Line { get; }

    public static YamlMapping? Of(YamlNode? node, string what, ICollection<YamlProblem> problems)
    {
        if (node is YamlMappingNode mapping)
            return new YamlMapping(mapping, what, problems);
        if (node is not null)
            problems.Add(new YamlProblem((int)node.Start.Line, $"{what} must be a mapping ('field: value' lines)"));
        return null;
    }

    /// <summary>Fields beyond these are misspelt ones: they would be lost without a word.</summary>
    public YamlMapping Only(params string[] names)
    {
        foreach (var (name, value) in _fields.Where(f => !names.Contains(f.Key)))
            Problem(value, $"{_what} has no field '{name}' (known: {string.Join(", ", names)})");
        return this;
    }

    public IEnumerable<string> Names => _fields.Keys;

    public int LineOf(string name) => Node(name) is { } node ? (int)node.Start.Line : Line;

    public YamlNode? Node(string name) => _fields.GetValueOrDefault(name);

    public YamlMapping? Mapping(string name) => Of(Node(name), $"{name} of {_what}", _problems);

    public IEnumerable<YamlNode> Sequence(string name)
    {
        if (Node(name) is YamlSequenceNode sequence)
            return sequence.Children;
        if (Node(name) is { } other && !IsNull(other))
            Problem(other, $"{name} of {_what} must be a list");
        return [];
    }

    public string? Text(string name)
    {
        if (Node(name) is not { } node || IsNull(node))
            return null;
        if (node is YamlScalarNode { Value: { } value })
            return value.Trim();
        Problem(node, $"{name} of {_what} must be text");
        return null;
    }

    public string? Required(string name)
    {
        var value = Text(name);
        if (string.IsNullOrEmpty(value))
            _problems.Add(new YamlProblem(Line, $"{_what} needs '{name}'"));
        return string.IsNullOrEmpty(value) ? null : value;
    }

    public int? Number(string name, int minimum, int maximum) => Node(name) is { } node && !IsNull(node) ? NumberOf(node, name, minimum, maximum) : null;

    public IReadOnlyList<int>? Numbers(string name, int minimum, int maximum) =>
        Node(name) is null ? null : [.. Sequence(name).Select(n => NumberOf(n, name, minimum, maximum)).OfType<int>()];

    public IReadOnlyList<string> Texts(string name) => [.. Sequence(name).OfType<YamlScalarNode>().Select(s => s.Value ?? "").Where(s => s.Length > 0)];

    public T? Word<T>(string name, Func<string, T?> parse, string known)
        where T : struct
    {
        if (Text(name) is not { } text)
            return null;
        if (parse(text) is { } value)
            return value;
        Problem(Node(name)!, $"{name} '{text}' of {_what} is none of {known}");
        return null;
    }

    private int? NumberOf(YamlNode node, string name, int minimum, int maximum)
    {
        if (node is YamlScalarNode { Value: { } text } && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum)
            return number;
        Problem(node, $"{name} '{node}' of {_what} must be a number from {minimum} to {maximum}");
        return null;
    }

    private static bool IsNull(YamlNode node) => node is YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: null or "" or "null" or "~" };

    private void Problem(YamlNode node, string message) => _problems.Add(new YamlProblem((int)node.Start.Line, message));
}
