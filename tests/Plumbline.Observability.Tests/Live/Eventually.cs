using System.Diagnostics;
using System.Net.Sockets;

namespace Plumbline.Observability.Tests.Live;

internal static class Eventually
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>Nobody who listens yet counts as not true yet.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> what, TimeSpan limit, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (!await HoldsAsync(condition))
        {
            Assert.That(clock.Elapsed, Is.LessThan(limit), () => $"waited in vain for {what()}");
            await Task.Delay(Look, TimeProvider.System, cancellation);
        }
    }

    private static async Task<bool> HoldsAsync(Func<Task<bool>> condition)
    {
        try
        {
            return await condition();
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException or IOException)
        {
            return false;
        }
    }
}
