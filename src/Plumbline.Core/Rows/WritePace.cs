namespace Plumbline.Core.Rows;

/// <summary>
/// When a status is written. What moved is written at once; what goes on moving is written with pauses, its newest word each time, so that
/// what flaps does not cost everybody else the API server.
/// </summary>
internal sealed class WritePace
{
    /// <summary>Between two writes of a status that goes on moving, and before one that only has other numbers: while pairs settle, one after the other has a result.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Moves that are written without a pause, when there were none lately: a fault, its settled reason, and its end.</summary>
    public const int Burst = 3;

    /// <summary>Within this time it is written that the same is said in other words or numbers.</summary>
    public static readonly TimeSpan WordsPause = TimeSpan.FromMinutes(1);

    // Each move is paid for with a pause, from here on.
    private DateTimeOffset _paidUntil = DateTimeOffset.MinValue + (Burst * Pause);
    private DateTimeOffset _wroteAt = DateTimeOffset.MinValue;

    public DateTimeOffset DueAt(ReportNews news, TimeSpan heartbeat) => news switch
    {
        ReportNews.New => DateTimeOffset.MinValue,
        ReportNews.Moved => _paidUntil - ((Burst - 1) * Pause),
        ReportNews.Numbers => _wroteAt + Pause,
        ReportNews.Words => _wroteAt + WordsPause,
        ReportNews.None => heartbeat == TimeSpan.MaxValue ? DateTimeOffset.MaxValue : _wroteAt + heartbeat,
    };

    public void Wrote(ReportNews news, DateTimeOffset now)
    {
        _wroteAt = now;
        if (news == ReportNews.Moved)
        {
            _paidUntil = (_paidUntil > now ? _paidUntil : now) + Pause;
        }
    }
}
