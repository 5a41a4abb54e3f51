using Plumbline.Lab.View;

namespace Plumbline.Lab.Tests.Situations;

/// <summary>A row in a cluster as it may be met somewhere, and what must be said of it.</summary>
/// <param name="Name">The file of objects/, and the namespace that they live in: <c>sit-</c> and the name.</param>
/// <param name="Row">The id of its row.</param>
/// <param name="What">For docs/verdicts.md: what the cluster is like and what the row asks of it.</param>
/// <param name="Verified">True, False or Unknown.</param>
/// <param name="Reason">A word of the register; several by <c>|</c> where more than one is right; <c>*</c> any.</param>
/// <param name="Sentence">A part of the explanation that must be there; null: none in particular.</param>
internal sealed record Situation(string Name, string Row, string What, string Verified, string Reason, string? Sentence = null)
{
    public string Key => $"{Name}/{Row}";

    /// <summary>Connections are named after map and row.</summary>
    public string Connection => $"row-{Row}";

    public string Namespace => $"sit-{Name}";

    /// <summary>Typed before the rows are looked at: <c>fault</c> verbs, or kubectl commands. NS stands for the namespace.</summary>
    public IReadOnlyList<string> Before { get; init; } = [];

    /// <summary>Typed when all rows have been judged once: the situation is one that comes about. The verdict is the one after that.</summary>
    public IReadOnlyList<string> Then { get; init; } = [];

    /// <summary>What the row must be before that, so that there is something to lose.</summary>
    public bool IsTrueFirst => Then.Count > 0;

    /// <returns>Null when the row says what it must.</returns>
    public string? Problem(BoardRow? row)
    {
        if (row is null)
        {
            return "there is no such row";
        }

        var problems = new List<string>();
        if (Verified != "*" && !Verified.Split('|').Contains(row.Verified))
        {
            problems.Add($"it is {row.Verified}, not {Verified}");
        }

        if (Reason != "*" && !Reason.Split('|').Contains(row.Reason))
        {
            problems.Add($"the reason is {row.Reason}, not {Reason}");
        }

        if (Sentence is not null && !row.Explanation.Contains(Sentence, StringComparison.OrdinalIgnoreCase))
        {
            problems.Add($"the explanation does not say '{Sentence}'");
        }

        return problems.Count == 0 ? null : $"{string.Join(", ", problems)}. {row.Verified}/{row.Reason} {row.Reachable}: {row.Explanation}";
    }
}
