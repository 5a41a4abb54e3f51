namespace Plumbline.Core.Probes;

/// <summary>How a prober says that a nameserver was silent, so that it is told apart from one that knows no such name.</summary>
public static class DnsWords
{
    public const string DoesNotAnswer = "does not answer, asked for";

    public const string CannotBeReached = "cannot be reached";

    public const string NothingListens = "nothing listens on nameserver";

    public static bool SaySilent(string? detail) => detail is not null
        && (detail.Contains(DoesNotAnswer, StringComparison.Ordinal) || detail.Contains(CannotBeReached, StringComparison.Ordinal) || detail.Contains(NothingListens, StringComparison.Ordinal));
}
