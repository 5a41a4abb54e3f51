using System.Numerics;
using Plumbline.Core.Probes;

namespace Plumbline.Core.Evidence;

/// <summary>
/// The newest results of a pair that failed lately, in their order. A dead backend of two fails every second time and hardly ever three times in a
/// row: no run of failures shows it, and the share does.
/// </summary>
/// <remarks>There is none for a pair that did not fail lately, which is nearly every pair.</remarks>
public sealed class FailureWindow
{
    private const int Capacity = 32;

    /// <summary>So often it must have begun to fail: what begins once is an outage, what begins twice may be two.</summary>
    private const int Beginnings = 3;

    /// <summary>Share of results that did not come as they should. A rollout of many pods brings a failure now and then, and stays well below.</summary>
    private const double Share = 0.25;

    private readonly uint _failed;
    private readonly uint _troubled;
    private readonly long _since;
    private readonly long _lastFailure;

    private FailureWindow(uint failed, uint troubled, int count, long since, long lastFailure, KnownResult last) =>
        (_failed, _troubled, Count, _since, _lastFailure, LastFailed) = (failed, troubled, count, since, lastFailure, last);

    public int Count { get; }

    public int Failures => BitOperations.PopCount(_failed);

    /// <summary>Share of failures in percent, in tens: what is said of it is written to the API server each time that it is another word.</summary>
    public int Percent => Math.Max(10, (int)Math.Round(10.0 * Failures / Count) * 10);

    /// <summary>When the first failure of the window arrived.</summary>
    public DateTimeOffset Since => new(_since, TimeSpan.Zero);

    /// <summary>The newest failure.</summary>
    public KnownResult LastFailed { get; }

    /// <summary>It comes and goes, rather than having been down for a while once.</summary>
    public bool IsIntermittent => Failures >= Beginnings && BitOperations.PopCount(_failed & ~(_failed >> 1) & Full) >= Beginnings
        && BitOperations.PopCount(_failed | _troubled) >= Share * Count && Failures < Count;

    // Bit 0 is the newest; the bit after the oldest counts as a success.
    private uint Full => Count == Capacity ? uint.MaxValue : (1u << Count) - 1;

    /// <summary>Without a failure for so long, all is well again: five intervals, though at least 2 and at most 10 minutes.</summary>
    public static TimeSpan QuietAfter(TimeSpan interval)
    {
        var (quiet, least, most) = (5 * interval, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10));
        return quiet < least ? least : quiet > most ? most : quiet;
    }

    /// <param name="window">Null where there was no failure lately.</param>
    /// <param name="newest">The report's newest result, as it is kept.</param>
    /// <param name="isRetransmitted">It came about only after packets were sent again: the way loses some.</param>
    public static FailureWindow? With(FailureWindow? window, ProbeReport report, KnownResult newest, bool isRetransmitted, TimeSpan interval, DateTimeOffset now)
    {
        if (window is not null && now - new DateTimeOffset(window._lastFailure, TimeSpan.Zero) > QuietAfter(interval))
        {
            window = null;
        }

        var failures = Math.Max(0, report.Attempts - report.Successes);
        var isFailure = newest.Outcome != ProbeOutcome.Succeeded;
        if (failures == 0 && !isFailure && window is null)
        {
            return null;
        }

        // One by one they are told while they change, and together otherwise: then the order among them is not known, but for the newest.
        var (failed, troubled, count) = (window?._failed ?? 0, window?._troubled ?? 0, window?.Count ?? 0);
        Push(isFailure ? report.Successes : failures, !isFailure);
        Push(Math.Max(1, isFailure ? failures : report.Successes), isFailure);
        if (isRetransmitted && count > 0)
        {
            troubled |= 1;
        }

        return new FailureWindow(
            failed, troubled, count, window?._since ?? now.UtcTicks, isFailure || failures > 0 ? now.UtcTicks : window!._lastFailure, isFailure ? newest : window?.LastFailed ?? newest);

        void Push(int results, bool fail)
        {
            for (var i = 0; i < Math.Min(results, Capacity); i++)
            {
                (failed, troubled, count) = ((failed << 1) | (fail ? 1u : 0), troubled << 1, Math.Min(count + 1, Capacity));
            }
        }
    }
}
