using System.Net.Sockets;
using Plumbline.Core.Probes;

namespace Plumbline.Probing.Engine;

/// <summary>What a name comes to when each of its addresses was tried.</summary>
/// <param name="Attempt">The first that succeeded, else the one that got furthest.</param>
/// <param name="Failed">Addresses that failed although another works.</param>
internal readonly record struct NameAttempts(Attempt Attempt, FailedAddress[] Failed)
{
    private const int MaxFailed = 8;

    /// <param name="known">Addresses that the name has; more than were tried is told.</param>
    public static NameAttempts Combine(IReadOnlyList<Attempt> attempts, SourceFacts source, int known)
    {
        var untried = known > attempts.Count ? $"{attempts.Count} of the name's {known} addresses were tried" : null;
        var works = attempts.Where(attempt => attempt.Outcome == ProbeOutcome.Succeeded).Cast<Attempt?>().FirstOrDefault();
        return works is { } first
            ? SomeWork(first, attempts, source, untried)
            : new NameAttempts(NoneWorks(attempts, source, untried), []);
    }

    private static NameAttempts SomeWork(Attempt first, IReadOnlyList<Attempt> attempts, SourceFacts source, string? untried)
    {
        // What the others met after the source was gone is nothing that they did.
        var failed = source.Gone is null ? attempts.Where(attempt => Counts(attempt, attempts, source)).ToList() : [];
        var told = failed.Count == 0
            ? first.Detail
            : Join($"{first.Address} works, but of the name's other addresses {List(failed)}", first.Detail);
        return new NameAttempts(
            first with { Detail = untried is null ? told : Join(told, untried) },
            [.. failed.Take(MaxFailed).Select(attempt => new FailedAddress(attempt.Address!.ToString(), attempt.Outcome, attempt.Detail is null ? null : ProbeRunner.Limit(attempt.Detail)))]);
    }

    private static Attempt NoneWorks(IReadOnlyList<Attempt> attempts, SourceFacts source, string? untried)
    {
        var tried = attempts.Where(attempt => attempt.Outcome != ProbeOutcome.TargetRefused).ToList();
        if (tried.Count == 0)
            return attempts[0];
        if (source.Gone is { } gone)
            return tried[0] with { Outcome = ProbeOutcome.SourceGone, Detail = gone };

        // An address that the agent could not try might have worked: then nothing is known.
        var blank = tried.Where(attempt => !attempt.Outcome.IsEvidence()).Cast<Attempt?>().FirstOrDefault();
        if (blank is { } unknown)
            return unknown;

        var furthest = tried.Aggregate((best, next) => IsFurther(best, next) ? best : next);
        var detail = tried.Count > 1 ? $"{furthest.Detail} (every address failed: {List(tried)})" : furthest.Detail;
        return furthest with { Detail = untried is null ? detail : Join(detail, untried) };
    }

    /// <summary>
    /// Whether an attempt is a failure of an address. Clients fall back when they have no way out over one family, as RFC 6724 and 8305
    /// mean it, so that is none as long as the other family works.
    /// </summary>
    private static bool Counts(Attempt attempt, IReadOnlyList<Attempt> attempts, SourceFacts source)
    {
        if (attempt.Outcome == ProbeOutcome.Succeeded || !attempt.Outcome.IsEvidence())
            return false;

        var family = attempt.Address!.AddressFamily;
        var familyWorks = attempts.Any(other => other.Outcome == ProbeOutcome.Succeeded && other.Address!.AddressFamily == family);
        return familyWorks || !(attempt.NoWayOut || (family == AddressFamily.InterNetwork ? source.LacksIpv4 : source.LacksIpv6));
    }

    /// <summary>A missing route for one family tells less than what the other family met.</summary>
    private static bool IsFurther(Attempt best, Attempt next) =>
        best.Proven > next.Proven || (best.Proven == next.Proven && (next.Outcome == ProbeOutcome.Unreachable || best.Outcome != ProbeOutcome.Unreachable));

    private static string List(IEnumerable<Attempt> attempts) => string.Join(", ", attempts.Select(attempt => $"{attempt.Address}: {attempt.Outcome}"));

    private static string Join(string? first, string? second) => string.IsNullOrEmpty(first) ? second ?? "" : string.IsNullOrEmpty(second) ? first : $"{first}; {second}";
}
