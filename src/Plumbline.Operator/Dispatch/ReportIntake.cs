using Plumbline.Core.Probes;

namespace Plumbline.Operator.Dispatch;

/// <summary>What an agent says is checked before it gets to the loop: an agent may be of another version, have another clock, or be compromised.</summary>
internal static class ReportIntake
{
    private const int MaxRun = 1_000_000;
    private const double MaxMilliseconds = 10 * 60 * 1000;
    private const int MaxText = 200;
    private const int MaxAddress = 64;
    private const int MaxListed = 8;
    private const int MaxLatencies = 16;

    /// <returns>Null for a report that cannot be judged; one of these must not stop the others.</returns>
    public static ProbeReport? Clean(ProbeReport? report, DateTimeOffset now) => report?.Last is not { } last || !Enum.IsDefined(last.Outcome)
        ? null
        : report with
        {
            // A result from the future would overrule all that follow.
            Last = Clean(last) with { Time = Earlier(last.Time, now) },
            RunStarted = Earlier(report.RunStarted, now),
            RunLength = Math.Clamp(report.RunLength, 0, MaxRun),
            Attempts = Math.Clamp(report.Attempts, 0, MaxRun),
            Successes = Math.Clamp(report.Successes, 0, MaxRun),
            ConnectMilliseconds = [.. (report.ConnectMilliseconds ?? []).Where(IsTime).Take(MaxLatencies)],
        };

    private static ProbeResult Clean(ProbeResult result) => result with
    {
        Proven = Enum.IsDefined(result.Proven) ? result.Proven : ProvenStage.Nothing,
        Address = Cut(result.Address, MaxAddress),
        Detail = Cut(result.Detail, MaxText),
        Icmp = result.Icmp is { } icmp ? icmp with { Offender = Cut(icmp.Offender, MaxAddress) ?? "" } : null,
        Timings = result.Timings is { } t ? new ProbeTimings(Time(t.Dns), Time(t.Connect), Time(t.Tls), Time(t.Http)) : ProbeTimings.None,
        Certificate = Clean(result.Certificate),
        FailedAddresses =
        [
            .. (result.FailedAddresses ?? []).Where(f => f?.Address is not null && Enum.IsDefined(f.Outcome)).Take(MaxListed)
                .Select(f => f with { Address = Cut(f.Address, MaxAddress)!, Detail = Cut(f.Detail, MaxText) }),
        ],
    };

    private static CertificateFacts? Clean(CertificateFacts? certificate) => certificate is null
        ? null
        : certificate with
        {
            Subject = Cut(certificate.Subject, MaxText) ?? "",
            Issuer = Cut(certificate.Issuer, MaxText) ?? "",
            Names = [.. (certificate.Names ?? []).OfType<string>().Take(MaxListed).Select(n => Cut(n, MaxText)!)],
            ChainProblem = Cut(certificate.ChainProblem, MaxText),
        };

    private static string? Cut(string? text, int max) => text?.Length > max ? text[..max] : text;

    // JSON has no infinity, so a status with one could never be written.
    private static bool IsTime(double milliseconds) => milliseconds is >= 0 and <= MaxMilliseconds;

    private static double? Time(double? milliseconds) => milliseconds is { } m && IsTime(m) ? m : null;

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
