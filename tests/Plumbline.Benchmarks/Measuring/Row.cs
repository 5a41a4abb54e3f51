namespace Plumbline.Benchmarks.Measuring;

/// <param name="AtMost">False: at least.</param>
internal sealed record Target(double Limit, bool AtMost)
{
    public static Target Most(double limit) => new(limit, true);

    public static Target Least(double limit) => new(limit, false);

    public bool IsMetBy(double figure) => AtMost ? figure <= Limit : figure >= Limit;
}

/// <summary>One line of the table.</summary>
/// <param name="What">The question that the line answers.</param>
/// <param name="Figure">The answer's rounds; its median is held against the target. Null: not measured.</param>
/// <param name="Unit">Of the answer: ×, B, µs, MB, %.</param>
/// <param name="Target">Null: shown for comparison only.</param>
internal sealed record Row(string Name, string What, Series? Figure, string Unit, Target? Target)
{
    /// <summary>What the answer was made of.</summary>
    public IReadOnlyList<Series> Contenders { get; init; } = [];

    public string ContenderUnit { get; init; } = "";

    /// <summary>What a reader must know to read the line right; else null.</summary>
    public string? Note { get; init; }

    /// <summary>Why there is no figure; else null.</summary>
    public string? NotMeasured { get; init; }

    public bool? IsMet => Figure is null || Target is null ? null : Target.IsMetBy(Figure.Median);

    public static Row Missing(string name, string what, Target? target, string why) => new(name, what, null, "", target) { NotMeasured = why };
}
