using System.Collections.Immutable;
using Plumbline.Core.Probes;

namespace Plumbline.Core.Verdicts;

/// <summary>The certificate of a row that expires first, over all pairs that showed one.</summary>
/// <param name="Problem">Why a certificate of the row is not trusted; null when all are. Facts beside the verdict: a session proves the connection.</param>
public sealed record CertificateSummary(string Subject, string Issuer, DateTimeOffset NotAfter, ImmutableArray<string> Names, string? Problem)
{
    public static CertificateSummary? Of(IEnumerable<PairState> pairs)
    {
        var shown = pairs.Select(p => p.Evidence.Certificate).OfType<CertificateFacts>().Distinct()
            .OrderBy(c => c.NotAfter).ThenByDescending(c => c.ChainProblem is not null).ThenBy(c => c.Subject, StringComparer.Ordinal).ToList();
        if (shown.Count == 0)
        {
            return null;
        }

        var (first, untrusted) = (shown[0], shown.Find(c => c.ChainProblem is not null));
        var problem = first.ChainProblem ?? (untrusted is null ? null : $"{untrusted.Subject}: {untrusted.ChainProblem}");
        return new CertificateSummary(first.Subject, first.Issuer, first.NotAfter, [.. first.Names ?? []], problem);
    }

    public bool Equals(CertificateSummary? other) => other is not null && Subject == other.Subject && Issuer == other.Issuer && NotAfter == other.NotAfter
        && Problem == other.Problem && Names.SequenceEqual(other.Names);

    public override int GetHashCode() => HashCode.Combine(Subject, NotAfter, Problem);
}
