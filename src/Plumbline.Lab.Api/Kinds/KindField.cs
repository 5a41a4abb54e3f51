namespace Plumbline.Lab.Api.Kinds;

internal enum Container
{
    /// <summary>One value.</summary>
    None,
    List,

    /// <summary>Values under string keys.</summary>
    Map,

    /// <summary>Lists of strings under string keys.</summary>
    MapOfLists,
}

/// <summary>One field of a built-in type, as a line of <c>kinds.txt</c> has it.</summary>
internal sealed record KindField
{
    public required int Number { get; init; }

    public required string Name { get; init; }

    public required Container Container { get; init; }

    /// <summary>A scalar's letter, or the name of a type of its own.</summary>
    public required string Type { get; init; }

    /// <summary>Whether zero is a value of its own and not "unset".</summary>
    public bool IsPointer { get; init; }

    public bool IsAtomic { get; init; }

    public bool IsSet { get; init; }

    public IReadOnlyList<string> Keys { get; init; } = [];

    public string? MergeKey { get; init; }

    public string? Default { get; init; }

    /// <summary>Whether its fields are those of the type that contains it.</summary>
    public bool IsInline => Name == "~";

    public bool IsScalar => Type.Length == 1;

    public static KindField Parse(string text)
    {
        if (text.Split(' ') is not [var number, var name, var type, .. var flags])
        {
            throw new FormatException($"'{text}' is no field: number, name, type expected");
        }

        var container = type.StartsWith("{}[]", StringComparison.Ordinal) ? Container.MapOfLists
            : type.StartsWith("{}", StringComparison.Ordinal) ? Container.Map
            : type.StartsWith("[]", StringComparison.Ordinal) ? Container.List
            : Container.None;
        string? Flag(string key) => flags.FirstOrDefault(flag => flag.StartsWith(key, StringComparison.Ordinal))?[key.Length..];
        return new KindField
        {
            Number = int.Parse(number, null),
            Name = name,
            Container = container,
            Type = type.TrimStart('[', ']', '{', '}'),
            IsPointer = flags.Contains("ptr"),
            IsAtomic = flags.Contains("atomic"),
            IsSet = flags.Contains("set"),
            Keys = Flag("keys=")?.Split(',') ?? [],
            MergeKey = Flag("merge=") ?? (flags.Contains("merge") ? "" : null),
            Default = Flag("default="),
        };
    }
}
