using Plumbline.Core.Resolution;

namespace Plumbline.Core.Verdicts;

/// <summary>What the cluster's policies say of a pair.</summary>
/// <param name="Denial">What denies it; null when they allow it or cannot tell.</param>
/// <param name="Caveat">Why a network plugin may decide otherwise, as a clause; null when nothing speaks for that.</param>
public sealed record PolicyOpinion(Denial? Denial, string? Caveat = null);

/// <summary>A pair that works although policies deny it.</summary>
/// <param name="Denial">A clause.</param>
public sealed record Unenforced(ProbePair Pair, string Denial)
{
    /// <summary>In every sentence that tells of it.</summary>
    public const string Words = "is not enforced";

    /// <summary>A clause.</summary>
    public string Sentence => $"a policy {Words}: {Pair.Source.Display} reaches {Pair.Target.Display}, and {Denial}";
}
