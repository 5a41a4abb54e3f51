namespace Plumbline.Kubernetes;

/// <summary>Waits that double, with jitter so that many clients do not come back at once after an outage.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest, Random random)
{
    private int _failures;

    public void Reset() => _failures = 0;

    /// <summary>Between a half and the whole of the doubled wait, and never less than the server asked for.</summary>
    public TimeSpan Next(TimeSpan? atLeast = null)
    {
        var whole = Math.Min(longest.TotalSeconds, first.TotalSeconds * Math.Pow(2, Math.Min(_failures++, 30)));
        double share;
        lock (random)
        {
            share = 0.5 + (random.NextDouble() / 2);
        }

        var wait = TimeSpan.FromSeconds(whole * share);
        return atLeast > wait ? atLeast.Value : wait;
    }
}
